#include "move/reporter.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

Diagnostic only(const Reporter& reporter) {
  std::vector<Diagnostic> found = reporter.finish();
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? Diagnostic{} : found[0];
}

}  // namespace

TEST(Reporter, counts_lines_and_characters_from_one) {
  Reporter reporter;
  int source = reporter.add_source("a.yaml", "x\r\nあい: 1\ry: 2\nz");
  EXPECT_EQ(reporter.place({source, 0, 1}), (Place{"a.yaml", 1, 1}));
  EXPECT_EQ(reporter.place({source, 6, 9}), (Place{"a.yaml", 2, 2}));
  EXPECT_EQ(reporter.place({source, 13, 14}), (Place{"a.yaml", 3, 1}));
  EXPECT_EQ(reporter.place({source, 18, 19}), (Place{"a.yaml", 4, 1}));
  EXPECT_EQ(reporter.place({}), Place{});
}

TEST(Reporter, sorts_by_file_and_line_and_drops_repeats) {
  Reporter reporter;
  int first = reporter.add_source("a", "one\ntwo\n");
  int second = reporter.add_source("b", "three\n");
  reporter.add(Code::syntax, {second, 0, 5}, "in b");
  reporter.add(Code::syntax, {first, 4, 7}, "line 2");
  reporter.add(Code::syntax, {first, 0, 3}, "line 1");
  reporter.add(Code::syntax, {first, 4, 7}, "line 2");
  std::vector<Diagnostic> found = reporter.finish();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].message, "line 1");
  EXPECT_EQ(found[1].message, "line 2");
  EXPECT_EQ(found[2].place.file, "b");
}

TEST(Reporter, puts_the_caret_under_wide_characters) {
  Reporter reporter;
  int source = reporter.add_source("a", "名: 値 x");
  reporter.add(Code::syntax, {source, 5, 8}, "m");
  Diagnostic found = only(reporter);
  EXPECT_EQ(found.place.column, 4);
  EXPECT_EQ(found.end_column, 5);
  EXPECT_EQ(found.caret, 4);
  EXPECT_EQ(found.caret_width, 2);
}

TEST(Reporter, masks_hidden_bytes_whatever_their_number) {
  for (std::string secret : {"a", "hunter2", "a very long secret indeed"}) {
    Reporter reporter;
    int source = reporter.add_source("a", "p: " + secret + ", q: 1");
    reporter.hide({source, 3, 3 + secret.size()});
    reporter.add(Code::syntax, {source, secret.size() + 5, secret.size() + 6}, "m");
    Diagnostic found = only(reporter);
    EXPECT_EQ(found.line_text, "p: ********, q: 1");
    EXPECT_EQ(found.caret, 13);
  }
}

TEST(Reporter, masks_a_secret_of_several_lines_on_each) {
  Reporter reporter;
  int source = reporter.add_source("a", "p: hun\n  ter2\n");
  reporter.hide({source, 3, 13});
  reporter.add(Code::syntax, {source, 9, 13}, "m");
  EXPECT_EQ(only(reporter).line_text, "********");
}

TEST(Reporter, shows_no_control_characters) {
  Reporter reporter;
  int source = reporter.add_source("a", "\x1b[2J\tx\xff\xc2\x9b\xe2\x80\xae");
  reporter.add(Code::syntax, {source, 0, 1}, "bad \x1b[2J\n\xe2\x80\xae", "h\x07");
  Diagnostic found = only(reporter);
  EXPECT_EQ(found.line_text, "?[2J x???");
  EXPECT_EQ(found.message, "bad ?[2J??");
  EXPECT_EQ(found.help, "h?");
}

TEST(Reporter, cuts_long_lines_around_the_caret) {
  Reporter reporter;
  std::string line(5000, 'x');
  line.replace(2500, 3, "BAD");
  int source = reporter.add_source("a", line);
  reporter.add(Code::syntax, {source, 2500, 2503}, "m");
  Diagnostic found = only(reporter);
  EXPECT_LT(found.line_text.size(), 200u);
  EXPECT_EQ(found.line_text.substr(size_t(found.caret), 3), "BAD");
  EXPECT_EQ(found.caret_width, 3);
  EXPECT_EQ(found.place.column, 2501);
}

TEST(Reporter, keeps_a_hundred_findings_and_says_so) {
  Reporter reporter;
  int source = reporter.add_source("a", std::string(300, '\n'));
  for (size_t i = 0; i < 300; ++i) reporter.add(Code::syntax, {source, i, i}, "m");
  EXPECT_TRUE(reporter.full());
  std::vector<Diagnostic> found = reporter.finish();
  ASSERT_EQ(found.size(), Reporter::limit + 1);
  EXPECT_EQ(found.back().code, Code::too_many);
}

TEST(Reporter, remembers_errors_but_not_warnings_as_errors) {
  Reporter reporter;
  reporter.add(Code::moved_never, {}, "m");
  EXPECT_FALSE(reporter.has_errors());
  reporter.add(Code::syntax, {}, "m");
  EXPECT_TRUE(reporter.has_errors());
}

}  // namespace hikkoshi::move
