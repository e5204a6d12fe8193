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

TEST(Text, counts_swapped_letters_as_one_slip) {
  EXPECT_EQ(nearest("chekc", {"check", "cheek"}), "check");
  EXPECT_EQ(nearest("abcd", {"dcba"}), "");
  EXPECT_EQ(nearest("", {"a"}), "a");  // One letter away.
  EXPECT_EQ(nearest("zone", {}), "");
}

TEST(Text, prefers_the_first_of_two_that_are_as_near) {
  EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat");
  EXPECT_EQ(nearest("cat", {"hat", "cat", "bat"}), "cat");
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
  EXPECT_EQ(printable("\xf0\x9f\x9a\x9a é"), "\xf0\x9f\x9a\x9a é");
}

TEST(Text, cannot_steer_a_terminal_in_other_ways_than_escape) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31mb"),
            "a\\xc2\\x9b31mb");  // CSI as one character.
  EXPECT_EQ(printable("a\x7f\rb"), "a\\x7f\\x0db");
  EXPECT_EQ(printable("gpj.\xe2\x80\xae"
                      "exe"),
            "gpj.\\xe2\\x80\\xaeexe");  // Written backwards.
  EXPECT_EQ(printable("\xe2\x81\xa6x\xe2\x81\xa9"), "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9");
}

TEST(Text, that_is_no_utf8_is_shown_byte_by_byte) {
  EXPECT_EQ(printable("a\x9bz"), "a\\x9bz");
  EXPECT_EQ(printable("a\xe2\x80"), "a\\xe2\\x80");
  EXPECT_EQ(printable("\xc3("), "\\xc3(");
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
}

}  // namespace hikkoshi
