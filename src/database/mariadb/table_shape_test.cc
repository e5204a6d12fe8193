#include "database/mariadb/table_shape.h"

#include <gtest/gtest.h>

namespace hikkoshi::database::mariadb {
namespace {

TableShape shape_of(std::vector<std::string> types) {
  TableShape made;
  made.schema = "my`frames";
  made.name = "t";
  for (std::string& type : types) {
    Column column;
    column.name = "c" + std::to_string(made.columns.size());
    column.type = std::move(type);
    made.columns.push_back(std::move(column));
  }
  return made;
}

TEST(TableShape, inserts_the_columns_that_a_load_fills_and_no_computed_one) {
  TableShape table = shape_of({"int", "varchar", "date"});
  table.columns[1].computed = true;
  EXPECT_EQ(insert_rows(table), "INSERT INTO `my``frames`.`t` (`c0`,`c2`) VALUES (?,?)");
  EXPECT_EQ(load_rows(table),
            "LOAD DATA LOCAL INFILE 'hikkoshi' INTO TABLE `my``frames`.`t`"
            " CHARACTER SET binary (`c0`,`c2`)");
}

TEST(TableShape, sends_rows_as_text_where_one_may_be_larger_than_a_packet) {
  EXPECT_TRUE(fits_packets(shape_of({"int", "varchar", "timestamp", "enum", "bit", "uuid"})));
  for (const char* type :
       {"mediumtext", "longtext", "mediumblob", "longblob", "geometry", "point", "xmltype"}) {
    EXPECT_FALSE(fits_packets(shape_of({"int", type}))) << type;
  }
}

TEST(TableShape, counts_the_columns_of_64_kib) {
  EXPECT_TRUE(fits_packets(shape_of(std::vector<std::string>(8, "text"))));
  EXPECT_FALSE(fits_packets(shape_of(std::vector<std::string>(9, "blob"))));
  EXPECT_TRUE(fits_packets(shape_of(std::vector<std::string>(300, "varchar"))));
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
