#include "database/mariadb/chunk.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::database::mariadb {
namespace {

Column column(std::string name, std::string type, std::string charset = "") {
  Column made;
  made.name = std::move(name);
  made.type = std::move(type);
  made.charset = charset;
  made.collation = charset.empty() ? "" : charset + "_bin";
  return made;
}

TableShape table(std::vector<Column> columns, std::vector<std::size_t> key) {
  TableShape made;
  made.schema = "frames";
  made.name = "t";
  made.columns = std::move(columns);
  made.key = std::move(key);
  return made;
}

TEST(Chunk, is_open_below_and_closed_above) {
  const TableShape t = table({column("id", "int")}, {0});
  EXPECT_EQ(where(t, {{"5"}, {"9"}}), " WHERE `id`>5 AND `id`<=9");
  EXPECT_EQ(where(t, {{}, {"9"}}), " WHERE `id`<=9");
  EXPECT_EQ(where(t, {{"5"}, {}}), " WHERE `id`>5");
  EXPECT_EQ(where(t, {}), "");
}

TEST(Chunk, compares_a_key_of_two_columns_part_by_part) {
  const TableShape t = table({column("a", "int"), column("b", "int")}, {1, 0});
  EXPECT_EQ(where(t, {{"1", "2"}, {}}), " WHERE (`b`>1 OR (`b`=1 AND `a`>2))");
  EXPECT_EQ(where(t, {{}, {"1", "2"}}), " WHERE (`b`<1 OR (`b`=1 AND `a`<=2))");
  EXPECT_EQ(order(t), " ORDER BY `b`,`a`");
}

TEST(Chunk, writes_the_borders_of_texts_as_bytes_in_their_own_collation) {
  const TableShape t = table({column("name", "varchar", "latin1")}, {0});
  EXPECT_EQ(where(t, {{"a'"}, {}}), " WHERE `name`>_latin1 X'6127' COLLATE latin1_bin");
  const TableShape bytes = table({column("hash", "binary")}, {0});
  EXPECT_EQ(where(bytes, {{std::string("\0", 1)}, {}}), " WHERE `hash`>X'00'");
  const TableShape day = table({column("day", "date")}, {0});
  EXPECT_EQ(where(day, {{"2024-01-31"}, {}}), " WHERE `day`>'2024-01-31'");
}

TEST(Chunk, cannot_begin_at_null) {
  const TableShape t = table({column("id", "int")}, {0});
  EXPECT_THROW(where(t, {{std::nullopt}, {}}), Error);
}

TEST(Chunk, is_the_whole_table_where_the_key_cannot_be_walked) {
  EXPECT_TRUE(can_walk(table({column("id", "bigint")}, {0})));
  EXPECT_FALSE(can_walk(table({column("id", "double")}, {0})));
  EXPECT_FALSE(can_walk(table({column("id", "int"), column("f", "float")}, {0, 1})));
  EXPECT_FALSE(can_walk(table({column("id", "int")}, {})));
}

TEST(Chunk, holds_rows_for_the_bytes_that_are_wanted) {
  TableShape t = table({column("id", "int")}, {0});
  t.rows = 1000;
  t.bytes = 100'000;
  EXPECT_EQ(rows_a_chunk(t, 1'000'000), 10'000u);
  t.bytes = 1'000'000'000;
  EXPECT_EQ(rows_a_chunk(t, 1'000'000), 64u);
  t.rows = t.bytes = 0;
  EXPECT_GE(rows_a_chunk(t, 1'000'000), 64u);
}

TEST(TableShape, selects_what_loads_unchanged) {
  TableShape t = table({column("id", "int"), column("f", "float"), column("u", "uuid"),
                        column("e", "enum", "utf8mb4"), column("sum", "int")},
                       {0});
  t.columns[4].computed = true;
  EXPECT_EQ(select_rows(t),
            "SELECT `id`,CAST(`f` AS DOUBLE),CAST(`u` AS BINARY(16)),IF(`e`=0,X'01',`e`)"
            " FROM `frames`.`t`");
  EXPECT_EQ(load_rows(t),
            "LOAD DATA LOCAL INFILE 'hikkoshi' INTO TABLE `frames`.`t` CHARACTER SET binary"
            " (`id`,`f`,`u`,`e`)");
}

TEST(TableShape, tells_null_from_empty_in_the_hash) {
  TableShape t = table({column("note", "varchar", "utf8mb4")}, {});
  EXPECT_NE(row_hash(t).find("LENGTH(CAST(`note` AS BINARY)),CAST"), std::string::npos);
  t.columns[0].nullable = true;
  EXPECT_NE(row_hash(t).find("IFNULL(LENGTH(CAST(`note` AS BINARY)),'N')"), std::string::npos);
}

TEST(TableShape, refuses_a_table_without_a_column_to_load) {
  TableShape t = table({column("sum", "int")}, {});
  t.columns[0].computed = true;
  EXPECT_THROW(select_rows(t), Error);
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
