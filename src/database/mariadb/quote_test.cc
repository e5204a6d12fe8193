#include "database/mariadb/quote.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::database::mariadb {
namespace {

TEST(Quote, doubles_the_backtick_in_a_hostile_name) {
  EXPECT_EQ(quote_name("a`b"), "`a``b`");
  EXPECT_EQ(quote_name("``; DROP TABLE x; --"), "`````; DROP TABLE x; --`");
  EXPECT_EQ(quote_name("frames", "or ders"), "`frames`.`or ders`");
}

TEST(Quote, refuses_names_that_no_server_can_have) {
  EXPECT_THROW(quote_name(""), Error);
  EXPECT_THROW(quote_name(std::string("a\0b", 3)), Error);
}

TEST(Quote, keeps_a_text_inside_its_quotes) {
  EXPECT_EQ(quote_text("it's"), "'it''s'");
  EXPECT_EQ(quote_text("\\'"), "'\\\\'''");
}

TEST(Quote, writes_bytes_as_hexadecimal_digits) {
  EXPECT_EQ(quote_bytes(std::string("\0\xff'", 3)), "X'00ff27'");
  EXPECT_EQ(quote_bytes(""), "X''");
}

TEST(Quote, makes_a_list_that_is_never_empty) {
  EXPECT_EQ(quote_list({"a", "b'"}), "('a','b''')");
  EXPECT_EQ(quote_list({}), "('')");
}

TEST(Quote, escapes_the_wildcards_of_a_grant) {
  EXPECT_EQ(grant_pattern("my_app"), "my\\_app");
  EXPECT_EQ(grant_pattern("a%\\"), "a\\%\\\\");
  EXPECT_EQ(grant_pattern("frames"), "frames");
}

TEST(Quote, knows_which_schemas_a_grants_pattern_covers) {
  EXPECT_TRUE(pattern_covers("frames", "frames"));
  EXPECT_FALSE(pattern_covers("frames", "frames2"));
  EXPECT_TRUE(pattern_covers("fra%", "frames"));
  EXPECT_TRUE(pattern_covers("%", "frames"));
  EXPECT_TRUE(pattern_covers("%mes%", "frames"));
  EXPECT_FALSE(pattern_covers("fra%x", "frames"));
  EXPECT_TRUE(pattern_covers("my_app", "myxapp"));
  EXPECT_TRUE(pattern_covers("my_app", "my_app"));
  EXPECT_TRUE(pattern_covers("my\\_app", "my_app"));
  EXPECT_FALSE(pattern_covers("my\\_app", "myxapp"));
  EXPECT_TRUE(pattern_covers("_", "引"));
  EXPECT_FALSE(pattern_covers("", "frames"));
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
