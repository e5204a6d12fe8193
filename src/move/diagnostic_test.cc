#include "move/diagnostic.h"

#include <set>

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

Diagnostic unknown_key() {
  Diagnostic one;
  one.code = Code::unknown_key;
  one.place = {"move.yaml", 12, 3};
  one.end_column = 8;
  one.message = "unknown key 'hsots'";
  one.help = "did you mean 'hosts'?";
  one.line_text = "  hsots: {}";
  one.caret = 2;
  one.caret_width = 5;
  return one;
}

}  // namespace

TEST(Diagnostic, is_printed_as_compilers_print) {
  EXPECT_EQ(render(unknown_key()),
            "move.yaml:12:3: error: unknown key 'hsots' [HK012]\n"
            "   12 |   hsots: {}\n"
            "      |   ^~~~~\n"
            "   help: did you mean 'hosts'?\n");
}

TEST(Diagnostic, without_a_line_or_help_is_one_line) {
  Diagnostic one = unknown_key();
  one.place = {"move.yaml", 0, 0};
  one.help = "";
  EXPECT_EQ(render(one), "move.yaml: error: unknown key 'hsots' [HK012]\n");
}

TEST(Diagnostic, becomes_json_with_its_place) {
  Json json = to_json(unknown_key());
  EXPECT_EQ(json, (Json{{"code", "HK012"},
                        {"severity", "error"},
                        {"file", "move.yaml"},
                        {"line", 12},
                        {"column", 3},
                        {"end_column", 8},
                        {"message", "unknown key 'hsots'"},
                        {"help", "did you mean 'hosts'?"}}));
}

TEST(Diagnostics, are_counted_at_the_end) {
  Diagnostic warning = unknown_key();
  warning.code = Code::moved_never;
  EXPECT_EQ(render(std::vector<Diagnostic>{}), "");
  EXPECT_TRUE(render(std::vector{unknown_key()}).ends_with("\n1 error\n"));
  EXPECT_TRUE(render(std::vector{warning, warning}).ends_with("\n2 warnings\n"));
  EXPECT_TRUE(render(std::vector{unknown_key(), unknown_key(), warning})
                  .ends_with("\n2 errors, 1 warning\n"));
  EXPECT_FALSE(has_errors({warning}));
  EXPECT_TRUE(has_errors({warning, unknown_key()}));
}

TEST(Codes, have_rising_unique_numbers_and_a_sentence_each) {
  std::set<Code> seen;
  std::string_view before;
  for (const CodeEntry& entry : codes()) {
    EXPECT_TRUE(seen.insert(entry.code).second) << entry.number;
    EXPECT_EQ(entry.number.size(), 5u);
    EXPECT_TRUE(entry.number.starts_with("HK"));
    EXPECT_LT(before, entry.number);
    EXPECT_TRUE(entry.meaning.ends_with('.')) << entry.number;
    before = entry.number;
  }
  for (int code = 0; code <= int(Code::too_many); ++code)
    EXPECT_TRUE(seen.contains(Code(code))) << code;
}

}  // namespace hikkoshi::move
