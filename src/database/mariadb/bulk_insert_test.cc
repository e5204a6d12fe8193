#include "database/mariadb/bulk_insert.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "database/testing/move_of.h"

namespace hikkoshi::database::mariadb {
namespace {

// A table on NEW alone, and a connection that writes to it.
struct Target {
  MoveOf move{{"CREATE TABLE other (id INT PRIMARY KEY)"}};
  Connection writer{move.servers().target()};

  explicit Target(const std::string& columns) {
    writer.execute("CREATE DATABASE IF NOT EXISTS frames");
    writer.execute("CREATE TABLE frames.t (" + columns + ")");
    writer.doing("load frames.t");
  }
};

std::string failure_of(Connection& writer, const std::vector<std::string_view>& values) {
  BulkInsert insert(writer, "INSERT INTO frames.t VALUES (?,?)", 2);
  try {
    for (const std::string_view value : values) insert.add(value);
    insert.finish();
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::never);
    return error.what();
  }
  return "";
}

TEST(BulkInsert, takes_values_of_any_length_and_tells_null_from_an_empty_one) {
  Target target("a INT, b TEXT");
  BulkInsert insert(target.writer, "INSERT INTO frames.t VALUES (?,?)", 2);
  const std::string large(60000, 'x');
  for (int i = 0; i < 20; ++i) {  // More than one batch.
    insert.add("7");
    insert.add(large);
  }
  insert.add({});
  insert.add(std::string_view("", 0));
  insert.add("8");
  insert.add({});
  EXPECT_EQ(insert.finish().rows, 22u);
  EXPECT_EQ(
      target.writer.value("SELECT CONCAT_WS(',', COUNT(a), COUNT(b), SUM(b=''), SUM(LENGTH(b)))"
                          " FROM frames.t"),
      "21,21,1,1200000");
}

TEST(BulkInsert, says_how_many_rows_and_how_many_cut_values_there_were) {
  Target target("a INT, b VARCHAR(3)");
  BulkInsert insert(target.writer, "INSERT INTO frames.t VALUES (?,?)", 2);
  for (const std::string_view value : {"1", "abc", "2", "abcd", "3", "abcde"}) insert.add(value);
  const Connection::Loaded loaded = insert.finish();
  EXPECT_EQ(loaded.rows, 3u);
  EXPECT_EQ(loaded.truncations, 2u);
  EXPECT_EQ(target.writer.value("SELECT GROUP_CONCAT(b ORDER BY a) FROM frames.t"), "abc,abc,abc");
}

TEST(BulkInsert, of_nothing_prepares_nothing) {
  Target target("a INT, b INT");
  BulkInsert insert(target.writer, "this is no statement", 2);
  EXPECT_EQ(insert.finish().rows, 0u);
}

TEST(BulkInsert, refuses_a_duplicate_and_every_warning_but_a_cut_value) {
  Target target("a INT PRIMARY KEY, b TINYINT");
  EXPECT_NE(failure_of(target.writer, {"1", "1", "1", "2"}).find("load frames.t: Duplicate entry"),
            std::string::npos);
  EXPECT_NE(failure_of(target.writer, {"5", "1", "6", "1000"}).find("Out of range value"),
            std::string::npos);
  EXPECT_EQ(failure_of(target.writer, {"7", "1", "8", "2"}), "");
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
