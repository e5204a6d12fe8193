#include "database/mariadb/table_definition.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::database::mariadb {
namespace {

constexpr const char* orders = R"(CREATE TABLE `orders` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `a,b` varchar(40) DEFAULT 'x),\'(' COMMENT 'it''s, (odd',
  `total` decimal(14,2) GENERATED ALWAYS AS (`id` * 2) STORED,
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`a,b`),
  KEY `k` (`total`,`id`),
  FULLTEXT KEY `f` (`a,b`),
  CONSTRAINT `self` FOREIGN KEY (`id`) REFERENCES `orders` (`id`),
  CONSTRAINT `positive` CHECK (`id` > 0)
) ENGINE=InnoDB AUTO_INCREMENT=4711 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci)";

TEST(TableDefinition, is_cut_at_commas_that_are_not_quoted_or_in_parentheses) {
  const TableDefinition table = parse_table(orders);
  EXPECT_EQ(table.head, "CREATE TABLE `orders`");
  ASSERT_EQ(table.items.size(), 9u);
  EXPECT_EQ(table.items[1], "`a,b` varchar(40) DEFAULT 'x),\\'(' COMMENT 'it''s, (odd'");
  EXPECT_EQ(table.tail.substr(0, 14), " ENGINE=InnoDB");
}

TEST(TableDefinition, defers_secondary_and_foreign_keys_and_no_check) {
  const DeferredTable deferred = defer_keys(orders);
  EXPECT_EQ(deferred.create.find("KEY `"), std::string::npos) << deferred.create;
  EXPECT_NE(deferred.create.find("PRIMARY KEY (`id`)"), std::string::npos);
  EXPECT_NE(deferred.create.find("CONSTRAINT `positive` CHECK"), std::string::npos);
  EXPECT_NE(deferred.create.find("AUTO_INCREMENT=4711"), std::string::npos);
  ASSERT_EQ(deferred.keys.size(), 2u);
  EXPECT_EQ(deferred.keys[0], "ADD UNIQUE KEY `u` (`a,b`), ADD KEY `k` (`total`,`id`)");
  EXPECT_EQ(deferred.keys[1], "ADD FULLTEXT KEY `f` (`a,b`)");
  ASSERT_EQ(deferred.foreign_keys.size(), 1u);
  EXPECT_EQ(deferred.foreign_keys[0],
            "ADD CONSTRAINT `self` FOREIGN KEY (`id`) REFERENCES `orders` (`id`)");
}

TEST(TableDefinition, keeps_every_key_where_there_is_no_primary_one) {
  const DeferredTable deferred = defer_keys(
      "CREATE TABLE `t` (\n  `a` int NOT NULL,\n  UNIQUE KEY `u` (`a`)\n) ENGINE=InnoDB");
  EXPECT_TRUE(deferred.keys.empty());
  EXPECT_NE(deferred.create.find("UNIQUE KEY `u`"), std::string::npos);
}

TEST(TableDefinition, keeps_the_key_that_counts) {
  const DeferredTable deferred = defer_keys(
      "CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `n` int NOT NULL AUTO_INCREMENT,\n"
      "  PRIMARY KEY (`a`,`n`),\n  KEY `n` (`n`)\n) ENGINE=InnoDB");
  EXPECT_TRUE(deferred.keys.empty());
}

TEST(TableDefinition, is_the_same_whatever_the_order_of_keys_and_the_counter) {
  const std::string a =
      "CREATE TABLE `t` (`a` int, KEY `x` (`a`), KEY `y` (`a`)) ENGINE=InnoDB AUTO_INCREMENT=5 C=1";
  const std::string b =
      "CREATE TABLE `t` (`a` int, KEY `y` (`a`), KEY `x` (`a`)) ENGINE=InnoDB AUTO_INCREMENT=9 C=1";
  EXPECT_EQ(normalised(a), normalised(b));
  const std::string c = "CREATE TABLE `t` (`a` int, KEY `y` (`a`)) ENGINE=InnoDB C=1";
  EXPECT_NE(normalised(a), normalised(c));
}

TEST(TableDefinition, reads_the_counter_and_not_a_comment_about_it) {
  EXPECT_EQ(auto_increment(orders), 4711u);
  EXPECT_EQ(auto_increment("CREATE TABLE `t` (`a` int) COMMENT=' AUTO_INCREMENT=7'"), 0u);
}

TEST(TableDefinition, refuses_a_text_that_is_no_table) {
  EXPECT_THROW(parse_table("SELECT 1"), Error);
  EXPECT_THROW(parse_table("CREATE TABLE `t` (`a` int"), Error);
  EXPECT_THROW(parse_table("CREATE TABLE `t` (`a int"), Error);
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
