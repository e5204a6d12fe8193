#include "move/explain.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "move/parse.h"

namespace hikkoshi::move {

namespace {

bool says(const std::vector<Diagnostic>& diagnostics, Code code) {
  return std::ranges::find(diagnostics, code, &Diagnostic::code) != diagnostics.end();
}

/// What is said of an example laid on a good move file, and of it alone.
std::vector<Diagnostic> findings(std::string_view example) {
  MoveText file{"move.yaml", read_file(MOVE_FILES "/good/minimal.yaml")};
  MoveText part{"example.yaml", std::string(example)};
  return parse(file, {part}).diagnostics;
}

}  // namespace

TEST(Explain, has_one_page_for_each_code_in_their_order) {
  std::vector<Page> all = pages();
  ASSERT_EQ(all.size(), codes().size());
  for (size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(entry_of(all[i].code).number, codes()[i].number);
}

TEST(Explain, knows_every_code_that_a_finding_can_have) {
  for (int code = 0; code <= int(Code::too_many); ++code)
    EXPECT_NE(page_of(Code(code)).remedy, "") << entry_of(Code(code)).number;
  EXPECT_EQ(codes().size(), size_t(Code::too_many) + 1);
}

TEST(Explain, shows_examples_that_have_their_code_and_lose_it_when_mended) {
  for (const Page& page : pages()) {
    std::string_view number = entry_of(page.code).number;
    EXPECT_EQ(page.wrong.empty(), page.right.empty()) << number;
    if (page.wrong.empty()) continue;
    std::vector<Diagnostic> wrong = page.code == Code::empty
                                        ? parse({"move.yaml", std::string(page.wrong)}).diagnostics
                                        : findings(page.wrong);
    EXPECT_TRUE(says(wrong, page.code)) << number << "\n" << render(wrong);
    std::vector<Diagnostic> right = findings(page.right);
    EXPECT_FALSE(says(right, page.code)) << number << "\n" << render(right);
    std::erase_if(right, [](const Diagnostic& one) { return one.code == Code::unsupported; });
    EXPECT_FALSE(has_errors(right)) << number << "\n" << render(right);
  }
}

TEST(Explain, has_no_example_only_where_a_few_lines_cannot_show_it) {
  std::set<Code> bare;
  for (const Page& page : pages())
    if (page.wrong.empty()) bare.insert(page.code);
  EXPECT_EQ(bare, (std::set<Code>{Code::unreadable, Code::too_large, Code::too_many}));
}

TEST(Explain, tells_cause_example_and_remedy_in_lines_that_fit_a_terminal) {
  for (const Page& page : pages()) {
    std::string text = explain(page.code);
    for (const std::string& line : split(text, '\n')) EXPECT_LE(line.size(), 100u) << line;
    EXPECT_TRUE(text.starts_with(entry_of(page.code).number)) << text;
    EXPECT_NE(text.find("What to do: "), std::string::npos) << text;
    EXPECT_EQ(explain_as_json(page.code)["remedy"], std::string(page.remedy));
  }
}

TEST(Explain, finds_codes_by_number_in_either_case) {
  EXPECT_EQ(code_numbered("HK012"), Code::unknown_key);
  EXPECT_EQ(code_numbered("hk012"), Code::unknown_key);
  EXPECT_FALSE(code_numbered("HK009"));
  EXPECT_FALSE(code_numbered(""));
}

TEST(Explain, documentation_is_what_the_pages_say) {
  const std::string path = DOCUMENTATION "/codes.md";
  const std::string begin = "<!-- pages: begin -->\n";
  std::string text = read_file(path);
  size_t first = text.find(begin);
  ASSERT_NE(first, std::string::npos);
  first += begin.size();
  if (std::getenv("UPDATE_EXPECTED"))
    write_file_atomically(path, text.substr(0, first) + explain_all());
  else
    EXPECT_EQ(text.substr(first), explain_all());
}

}  // namespace hikkoshi::move
