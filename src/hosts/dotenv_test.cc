#include "hosts/dotenv.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::hosts::dotenv {

using Values = std::map<std::string, std::string>;

const std::string laravel =
    "# The sub-service \"frames\"\n"
    "APP_NAME=frames\n"
    "\n"
    "export DB_HOST = 10.0.2.5   # the old one\n"
    "DB_PORT='3306'\n"
    "DB_PASSWORD=\"a b\\\"c\"\r\n"
    "EMPTY=\n"
    "not an assignment\n"
    "PEM=\"line 1\nline 2\" # two lines\n";

TEST(Dotenv, reads_what_an_application_reads) {
  EXPECT_EQ(values(laravel), (Values{{"APP_NAME", "frames"},
                                     {"DB_HOST", "10.0.2.5"},
                                     {"DB_PORT", "3306"},
                                     {"DB_PASSWORD", "a b\"c"},
                                     {"EMPTY", ""},
                                     {"PEM", "line 1\nline 2"}}));
}

TEST(Dotenv, follows_phpdotenv_where_readers_differ) {
  EXPECT_EQ(values("A=x#y\nB='x#y'\nC=\"$A\\$\\t\"\nD='\\n'\nA=last\nE=#\n"),
            (Values{{"A", "last"}, {"B", "x#y"}, {"C", "$A$\t"}, {"D", "\\n"}, {"E", ""}}));
}

TEST(Dotenv, takes_an_unclosed_quote_for_a_part_of_its_line_only) {
  EXPECT_EQ(values("A=\"open\nB=2\n"), (Values{{"A", "\"open"}, {"B", "2"}}));
}

TEST(Dotenv, reads_a_file_with_a_byte_order_mark_and_without_a_final_newline) {
  EXPECT_EQ(values("\xef\xbb\xbf"
                   "A=1\r\nB=2"),
            (Values{{"A", "1"}, {"B", "2"}}));
  EXPECT_TRUE(values("").empty());
  EXPECT_TRUE(values("\xef\xbb\xbf").empty());
  EXPECT_TRUE(values("=x\n = y\nexport\n").empty());
}

TEST(Dotenv, sets_values_in_place_and_keeps_everything_else) {
  Edit edit = set(laravel, {{"DB_HOST", "10.1.2.5"}, {"DB_PORT", "3307"}, {"EMPTY", "x"}});
  EXPECT_EQ(edit.content,
            "# The sub-service \"frames\"\n"
            "APP_NAME=frames\n"
            "\n"
            "export DB_HOST = 10.1.2.5   # the old one\n"
            "DB_PORT='3307'\n"
            "DB_PASSWORD=\"a b\\\"c\"\r\n"
            "EMPTY=x\n"
            "not an assignment\n"
            "PEM=\"line 1\nline 2\" # two lines\n");
  EXPECT_EQ(edit.before.at("DB_HOST"), " 10.0.2.5   # the old one");
  EXPECT_EQ(edit.before.at("DB_PORT"), "'3306'");
  EXPECT_EQ(edit.before.at("EMPTY"), "");
}

TEST(Dotenv, does_not_touch_a_key_that_has_its_value_already) {
  Edit edit = set(laravel, {{"DB_PORT", "3306"}, {"PEM", "line 1\nline 2"}});
  EXPECT_EQ(edit.content, laravel);
  EXPECT_TRUE(edit.before.empty());
}

TEST(Dotenv, changes_the_last_of_two_assignments_because_that_one_counts) {
  Edit edit = set("A=1\nA=2\nB=3\n", {{"A", "4"}});
  EXPECT_EQ(edit.content, "A=1\nA=4\nB=3\n");
  EXPECT_EQ(values(edit.content).at("A"), "4");
}

TEST(Dotenv, appends_what_is_missing_with_the_line_ending_of_the_file) {
  EXPECT_EQ(set("A=1\r\n", {{"B", "2"}}).content, "A=1\r\nB=2\r\n");
  EXPECT_EQ(set("A=1", {{"B", "2"}, {"C", "3"}}).content, "A=1\nB=2\nC=3");
  EXPECT_EQ(set("", {{"B", "2"}}).content, "B=2\n");
}

TEST(Dotenv, quotes_values_so_that_they_are_read_back) {
  for (const std::string value :
       {"",    "plain",  "with space", "it's",        "say \"hi\"", "it's \"both\"",
        "a#b", "$HOME",  "${A}",       "back\\slash", "it's \\n",   "two\nlines",
        "=",   " edge ", "`id`",       "日本",        "#",          "'",
        "\"",  "\t"})
    for (const std::string line : {"A=x", "A='x'", "A=\"x\"", "A=x # why", "A=", "B=1"})
      for (const char* ending : {"", "\n", "\r\n"}) {
        std::string content = line + ending;
        Edit edit = set(content, {{"A", value}});
        EXPECT_EQ(values(edit.content).at("A"), value) << edit.content;
        EXPECT_EQ(restore(edit.content, edit.before), content) << edit.content;
      }
}

TEST(Dotenv, refuses_keys_and_values_that_no_file_can_hold) {
  EXPECT_THROW(set("", {{"A B", "1"}}), Error);
  EXPECT_THROW(set("", {{"", "1"}}), Error);
  EXPECT_THROW(set("", {{"A\nB", "1"}}), Error);
  EXPECT_THROW(set("", {{"A", std::string("x\0y", 3)}}), Error);
  EXPECT_THROW(set("", {{"A", "x\ry"}}), Error);
}

TEST(Dotenv, restores_the_exact_bytes) {
  for (const std::string& content :
       {laravel, std::string(""), std::string("\xef\xbb\xbf"), std::string("A=1"),
        std::string("A=1\r\nB=2"), std::string("\n\n"), std::string("A=1\n\n# end"),
        std::string("A='1' # x\nA=\"2\"\t\nZ"), std::string("A=\"open\nB=2")}) {
    Edit edit = set(content, {{"A", "new value"}, {"B", "2"}, {"DB_HOST", "x"}, {"NEW", "'"}});
    EXPECT_NE(edit.content, content);
    EXPECT_EQ(restore(edit.content, edit.before), content);
  }
}

TEST(Dotenv, restores_only_its_own_keys_when_the_file_changed_in_between) {
  Edit edit = set("A=1\nB=2\n", {{"A", "9"}, {"C", "3"}});
  EXPECT_EQ(restore("# by hand\nB=7\n" + edit.content + "D=4\n", edit.before),
            "# by hand\nB=7\nA=1\nB=2\nD=4\n");
  EXPECT_EQ(restore("B=2\n", edit.before), "B=2\nA=1\n");
}

TEST(Dotenv, shows_a_change_as_a_unified_diff) {
  std::string before = "1=1\n2=2\n3=3\n4=4\nDB_HOST=old\n5=5\n6=6\n7=7\n8=8\n";
  EXPECT_EQ(diff(before, set(before, {{"DB_HOST", "new"}}).content, "/srv/.env"),
            "--- /srv/.env\n"
            "+++ /srv/.env\n"
            "@@ -2,7 +2,7 @@\n"
            " 2=2\n 3=3\n 4=4\n"
            "-DB_HOST=old\n"
            "+DB_HOST=new\n"
            " 5=5\n 6=6\n 7=7\n");
  EXPECT_EQ(diff(before, before, "/srv/.env"), "");
}

TEST(Dotenv, shows_distant_changes_apart_and_near_ones_together) {
  std::string before;
  for (char c = 'A'; c <= 'T'; ++c) before += std::string(1, c) + "=1\n";
  std::string apart = diff(before, set(before, {{"B", "2"}, {"P", "2"}}).content, "f");
  EXPECT_NE(apart.find("@@ -1,5 +1,5 @@\n"), std::string::npos) << apart;
  EXPECT_NE(apart.find("@@ -13,7 +13,7 @@\n"), std::string::npos) << apart;
  std::string near = diff(before, set(before, {{"B", "2"}, {"H", "2"}}).content, "f");
  EXPECT_NE(near.find("@@ -1,11 +1,11 @@\n"), std::string::npos) << near;
  EXPECT_EQ(near.find("@@", near.find("@@\n") + 3), std::string::npos) << near;
}

TEST(Dotenv, shows_additions_and_files_without_a_final_newline) {
  EXPECT_EQ(diff("", "A=1\n", "f"), "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+A=1\n");
  EXPECT_EQ(diff("A=1\nB=2", "A=1\nB=3", "f"),
            "--- f\n+++ f\n@@ -1,2 +1,2 @@\n A=1\n-B=2\n\\ No newline at end of file\n"
            "+B=3\n\\ No newline at end of file\n");
}

TEST(Dotenv, never_shows_a_secret_in_a_diff) {
  std::string before =
      "DB_PASSWORD=hunter2 # was hunter\n"
      "  # API_KEY='hunter3'\n"
      "APP_SECRET=\"hunter4\nhunter5\"\n"
      "export mail_token=hunter6\n"
      "DATABASE_URL=mysql://app:hunter7@db/frames\n"
      "DB_HOST=old\n";
  std::string shown =
      diff(before, set(before, {{"DB_PASSWORD", "hunter8"}, {"DB_HOST", "new"}}).content, "f");
  EXPECT_EQ(shown,
            "--- f\n+++ f\n@@ -1,7 +1,7 @@\n"
            "-DB_PASSWORD=[secret] # was hunter\n"
            "+DB_PASSWORD=[secret] # was hunter\n"
            "   # API_KEY=[secret]\n"
            " APP_SECRET=[secret]\n"
            " export mail_token=[secret]\n"
            " DATABASE_URL=mysql://app:[secret]@db/frames\n"
            "-DB_HOST=old\n"
            "+DB_HOST=new\n");
}

TEST(Dotenv, knows_a_secret_by_its_name) {
  for (const char* key : {"DB_PASSWORD", "app_key", "STRIPE_TOKEN", "JwtSecret", "SMTP_PASS"})
    EXPECT_TRUE(looks_secret(key)) << key;
  for (const char* key : {"DB_HOST", "DB_PORT", "APP_NAME", "S3_BUCKET"})
    EXPECT_FALSE(looks_secret(key)) << key;
}

}  // namespace hikkoshi::hosts::dotenv
