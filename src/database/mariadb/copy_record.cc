#include "database/mariadb/copy_record.h"

#include <utility>

#include "database/mariadb/fence_record.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {

CopyRecord::CopyRecord(Connection& connection, std::string name)
    : connection_(connection), name_(quote_text(name)) {}

bool CopyRecord::exists() {
  return connection_.value(
             "SELECT COUNT(*) FROM information_schema.tables"
             " WHERE table_schema='hikkoshi' AND table_name IN ('copy','made')") == "2";
}

Transfer::Target CopyRecord::state() {
  if (!exists()) return Transfer::Target::absent;
  const auto rows = connection_.query("SELECT whole FROM hikkoshi.copy WHERE name=" + name_);
  if (rows.empty()) return Transfer::Target::absent;
  return rows[0][0] == "1" ? Transfer::Target::whole : Transfer::Target::unfinished;
}

void CopyRecord::begin() {
  connection_.execute("CREATE DATABASE IF NOT EXISTS hikkoshi");
  connection_.execute(
      "CREATE TABLE IF NOT EXISTS hikkoshi.made (name VARCHAR(190) NOT NULL, kind VARCHAR(10) NOT"
      " NULL, what VARCHAR(400) NOT NULL, PRIMARY KEY (name, kind, what)) ENGINE=InnoDB"
      " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  connection_.execute(
      "CREATE TABLE IF NOT EXISTS hikkoshi.copy (name VARCHAR(190) NOT NULL PRIMARY KEY, whole"
      " TINYINT NOT NULL, result LONGTEXT NOT NULL) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE "
      "utf8mb4_bin");
  connection_.execute("REPLACE INTO hikkoshi.copy VALUES (" + name_ + ", 0, '')");
}

void CopyRecord::add(const Made& made) {
  connection_.execute("REPLACE INTO hikkoshi.made VALUES (" + name_ + ", " + quote_text(made.kind) +
                      ", " + quote_text(made.name) + ")");
}

std::vector<Made> CopyRecord::made() {
  std::vector<Made> all;
  if (!exists()) return all;
  for (Row& row : connection_.query("SELECT kind, what FROM hikkoshi.made WHERE name=" + name_)) {
    all.push_back({.kind = *row[0], .name = *row[1]});
  }
  return all;
}

void CopyRecord::finish(const Json& result) {
  connection_.execute("UPDATE hikkoshi.copy SET whole=1, result=" + quote_text(canonical(result)) +
                      " WHERE name=" + name_);
}

std::optional<Json> CopyRecord::result() {
  if (state() != Transfer::Target::whole) return {};
  return parse_json(connection_.value("SELECT result FROM hikkoshi.copy WHERE name=" + name_),
                    "the record of the copy");
}

void CopyRecord::remove() {
  if (!exists()) return;
  connection_.execute("DELETE FROM hikkoshi.made WHERE name=" + name_);
  connection_.execute("DELETE FROM hikkoshi.copy WHERE name=" + name_);
  if (connection_.value("SELECT COUNT(*) FROM hikkoshi.copy") != "0") return;
  connection_.execute("DROP TABLE hikkoshi.made");
  connection_.execute("DROP TABLE hikkoshi.copy");
  drop_empty_schema(connection_);
}

}  // namespace hikkoshi::database::mariadb
