#include "database/mariadb/mariadb_database.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/doctor.h"
#include "database/mariadb/fence_record.h"
#include "database/mariadb/mover_rights.h"
#include "database/mariadb/quote.h"
#include "database/mariadb/session_end.h"
#include "database/mariadb/table_shape.h"

namespace hikkoshi::database {

using namespace mariadb;

MariadbDatabase::MariadbDatabase(MariadbServer server) : server_(std::move(server)) {}

Inventory MariadbDatabase::inventory() {
  Connection connection(server_);
  Inventory inventory;
  inventory.product = "MariaDB " + connection.version().substr(0, connection.version().find('-'));
  for (Row& row : connection.query(
           "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN"
           " ('mysql','information_schema','performance_schema','sys','hikkoshi') ORDER BY 1")) {
    inventory.schemas.push_back(*row[0]);
  }
  for (const TableShape& table : read_shapes(connection, server_.schemas)) {
    inventory.tables.push_back({table.schema, table.name, table.rows, table.bytes, table.engine});
  }
  return inventory;
}

std::vector<Finding> MariadbDatabase::examine(Role role) {
  Connection connection(server_);
  return role == Role::source ? examine_source(connection, server_)
                              : examine_target(connection, server_);
}

std::vector<std::string> MariadbDatabase::grants(Role role) {
  return mover_grants(server_, role);
}

void MariadbDatabase::raise_epoch(const std::string& run, std::uint64_t epoch) {
  Connection connection(server_);
  connection.doing("raise the epoch");
  connection.execute("CREATE DATABASE IF NOT EXISTS hikkoshi");
  connection.execute(
      "CREATE TABLE IF NOT EXISTS hikkoshi.epoch (one TINYINT NOT NULL PRIMARY KEY, run"
      " VARCHAR(190) NOT NULL, epoch BIGINT UNSIGNED NOT NULL) ENGINE=InnoDB CHARACTER SET utf8mb4"
      " COLLATE utf8mb4_bin");
  connection.execute("START TRANSACTION");
  const auto rows = connection.query("SELECT run, epoch FROM hikkoshi.epoch FOR UPDATE");
  if (!rows.empty()) {
    const std::uint64_t held = std::stoull(*rows[0][1]);
    if (held > epoch || (held == epoch && rows[0][0] != run)) {
      throw Error(Retry::never,
                  fmt::format("{}: the run {} holds this server with epoch {}; ours is {}",
                              server_.name, *rows[0][0], held, epoch),
                  Exit::needs_human)
          .remedy(
              "go on with that run where its journal is; when it is over, `hikkoshi finish` "
              "there, or DROP DATABASE hikkoshi on the server, sets it free");
    }
  }
  connection.execute(
      fmt::format("REPLACE INTO hikkoshi.epoch VALUES (1, {}, {})", quote_text(run), epoch));
  connection.execute("COMMIT");
  end_sessions(connection, {server_.user});
}

void MariadbDatabase::drop_epoch(const std::string& run) {
  Connection connection(server_);
  connection.doing("drop the epoch");
  const bool kept = connection.value(
                        "SELECT COUNT(*) FROM information_schema.tables WHERE"
                        " table_schema='hikkoshi' AND table_name='epoch'") != "0";
  if (kept) {
    connection.execute("DELETE FROM hikkoshi.epoch WHERE run=" + quote_text(run));
    if (connection.value("SELECT COUNT(*) FROM hikkoshi.epoch") != "0") return;
    connection.execute("DROP TABLE hikkoshi.epoch");
  }
  drop_empty_schema(connection);
}

bool MariadbDatabase::remembers() {
  Connection connection(server_);
  return connection.value(
             "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name='hikkoshi'") !=
         "0";
}

void MariadbDatabase::forget() {
  Connection connection(server_);
  connection.doing("remove what was kept on the server");
  connection.execute("DROP DATABASE IF EXISTS hikkoshi");
}

}  // namespace hikkoshi::database
