#include "base/text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi {

TEST(Text, splits_and_joins_without_losing_empty_parts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
}

TEST(Text, trims_both_ends) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, replaces_without_looking_at_what_it_wrote) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("abc", "x", "y"), "abc");
}

TEST(Text, suggests_only_what_could_be_a_slip) {
  std::vector<std::string> known{"hosts", "balancers", "databases", "zones"};
  EXPECT_EQ(nearest("hsots", known), "hosts");
  EXPECT_EQ(nearest("database", known), "databases");
  EXPECT_EQ(nearest("zone", known), "zones");
  EXPECT_EQ(nearest("password", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

TEST(Text, quotes_anything_into_one_shell_word) {
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's $(rm)"), "'it'\\''s $(rm)'");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_THROW(shell_quote(std::string_view("a\0b", 3)), Error);
}

TEST(Text, cannot_steer_a_terminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(printable("引っ越し"), "引っ越し");
}

}  // namespace hikkoshi
