#include "database/mariadb/grant.h"

#include <gtest/gtest.h>

namespace hikkoshi::database::mariadb {
namespace {

TEST(Grant, takes_a_line_apart_and_puts_it_together_byte_for_byte) {
  for (const std::string line :
       {"GRANT SELECT, INSERT ON `frames`.* TO `app`@`127.%`",
        "GRANT ALL PRIVILEGES ON `my\\_app`.* TO `own er`@`%` WITH GRANT OPTION",
        "GRANT SELECT (`a ON b`), UPDATE (`x`, `TO y`) ON `frames`.`t TO u` TO `app`@`%`",
        "GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `frames`.`p` TO `writers`",
        "GRANT USAGE ON `frames`.* TO `app`@`%` WITH GRANT OPTION",
        "GRANT INSERT ON `frames`.* TO PUBLIC"}) {
    const auto grant = parse_grant(line);
    ASSERT_TRUE(grant) << line;
    EXPECT_EQ(grant->text(), line);
  }
}

TEST(Grant, finds_the_schema_and_whether_all_of_it_is_meant) {
  const auto all = parse_grant("GRANT SELECT ON `a``b%`.* TO `app`@`%`");
  EXPECT_EQ(all->schema, "a`b%");
  EXPECT_TRUE(all->whole_schema);
  const auto one = parse_grant("GRANT SELECT ON `frames`.`t` TO `app`@`%`");
  EXPECT_EQ(one->schema, "frames");
  EXPECT_FALSE(one->whole_schema);
  EXPECT_EQ(parse_grant("GRANT EXECUTE ON FUNCTION `frames`.`f` TO `app`@`%`")->schema, "frames");
}

TEST(Grant, leaves_out_what_is_no_right_on_a_schema) {
  for (const std::string line :
       {"GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*ABC'",
        "GRANT `writers` TO `app`@`%`", "SET DEFAULT ROLE `writers` FOR `app`@`%`",
        "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION", ""}) {
    EXPECT_FALSE(parse_grant(line)) << line;
  }
}

TEST(Grant, takes_rights_and_the_right_to_grant_away_one_after_the_other) {
  const auto grant = parse_grant("GRANT SELECT ON `frames`.* TO `app`@`%` WITH GRANT OPTION");
  EXPECT_EQ(grant->revoke(),
            (std::vector<std::string>{"REVOKE SELECT ON `frames`.* FROM `app`@`%`",
                                      "REVOKE GRANT OPTION ON `frames`.* FROM `app`@`%`"}));
  const auto usage = parse_grant("GRANT USAGE ON `frames`.* TO `app`@`%` WITH GRANT OPTION");
  EXPECT_EQ(usage->revoke().size(), 1u);
}

TEST(Grant, gives_the_same_rights_to_another_account) {
  const auto grant = parse_grant("GRANT SELECT (`a`) ON `frames`.`t` TO `app`@`%`");
  EXPECT_EQ(grant->for_account("`probe`@`localhost`").text(),
            "GRANT SELECT (`a`) ON `frames`.`t` TO `probe`@`localhost`");
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
