#include "database/mariadb/doctor.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "database/mariadb/accounts.h"
#include "database/mariadb/mover_rights.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

using Findings = std::vector<Finding>;

void error(Findings& findings, std::string text, std::string remedy) {
  findings.push_back({true, std::move(text), std::move(remedy)});
}

void warning(Findings& findings, std::string text, std::string remedy) {
  findings.push_back({false, std::move(text), std::move(remedy)});
}

std::string variable(Connection& connection, const std::string& name) {
  return connection.value("SELECT @@GLOBAL." + name);
}

void examine_schemas(Connection& connection, const MariadbServer& server, Findings& findings) {
  for (const std::string& schema : server.schemas) {
    if (connection
            .query("SELECT 1 FROM information_schema.schemata WHERE schema_name=" +
                   quote_text(schema))
            .empty()) {
      error(findings, "the schema " + schema + " is not there, or hidden from the mover",
            "check its name in the move file, and the mover's rights");
    }
  }
}

void examine_tables(Connection& connection, const std::string& list, Findings& findings) {
  for (const Row& row : connection.query(
           "SELECT table_schema, table_name, engine, table_type FROM information_schema.tables"
           " WHERE table_schema IN " +
           list +
           " AND (table_type='SYSTEM VERSIONED' OR"
           " table_type='BASE TABLE' AND engine<>'InnoDB')")) {
    const std::string table = *row[0] + '.' + *row[1];
    if (row[3] == "SYSTEM VERSIONED") {
      error(findings, table + " keeps its history (system versioning), which would be lost",
            "drop the versioning, or leave the schema where it is");
    } else if (row[2] == "MyISAM" || row[2] == "Aria") {
      warning(findings, table + " is " + *row[2] + ": a copy is exact only behind the fence",
              "ALTER TABLE ... ENGINE=InnoDB, or copy in page mode");
    } else {
      error(findings,
            table + " has the engine " + row[2].value_or("?") + ", which cannot be copied",
            "ALTER TABLE ... ENGINE=InnoDB");
    }
  }
  for (const Row& row : connection.query(
           "SELECT t.table_schema, t.table_name FROM information_schema.tables t LEFT JOIN"
           " information_schema.table_constraints c ON c.table_schema=t.table_schema AND"
           " c.table_name=t.table_name AND c.constraint_type='PRIMARY KEY' WHERE"
           " t.table_type='BASE TABLE' AND c.constraint_name IS NULL AND t.table_schema IN " +
           list)) {
    warning(findings,
            *row[0] + '.' + *row[1] +
                " has no primary key: one reader copies it, and a "
                "difference cannot be told by its key",
            "add a primary key");
  }
}

void examine_border(Connection& connection, const std::string& list, Findings& findings) {
  for (const Row& row : connection.query(
           "SELECT constraint_schema, table_name, unique_constraint_schema, referenced_table_name"
           " FROM information_schema.referential_constraints WHERE (constraint_schema IN " +
           list + ") <> (unique_constraint_schema IN " + list + ")")) {
    error(findings,
          fmt::format("a foreign key crosses the border of the move: {}.{} refers to {}.{}",
                      *row[0], *row[1], *row[2], *row[3]),
          "drop the foreign key, or move both schemas");
  }
}

// Code that stays, names what moves, and runs with its definer's rights: with those of an account
// that may write everywhere it passes the fence.
void examine_code_elsewhere(Connection& connection, const MariadbServer& server,
                            Findings& findings) {
  const std::string list = quote_list(server.schemas);
  for (const std::string& schema : server.schemas) {
    const std::string pattern =
        quote_text("(^|[^[:alnum:]_])" + replace_all(schema, "\\", "\\\\") + "`?[[:space:]]*\\.");
    for (const Row& row : connection.query(fmt::format(
             "SELECT CONCAT(LOWER(type),' ',db,'.',name), definer FROM mysql.proc WHERE db NOT IN"
             " {0} AND security_type='DEFINER' AND body_utf8 RLIKE {1} UNION SELECT"
             " CONCAT('trigger ',trigger_schema,'.',trigger_name), definer FROM"
             " information_schema.triggers WHERE trigger_schema NOT IN {0} AND action_statement"
             " RLIKE {1} UNION SELECT CONCAT('event ',event_schema,'.',event_name), definer FROM"
             " information_schema.events WHERE event_schema NOT IN {0} AND event_definition RLIKE"
             " {1} UNION SELECT CONCAT('view ',table_schema,'.',table_name), definer FROM"
             " information_schema.views WHERE table_schema NOT IN {0} AND table_schema<>'sys' AND"
             " security_type='DEFINER' AND view_definition RLIKE {1}",
             list, pattern))) {
      const bool root = row[1] == "root@localhost" ||
                        std::find(server.acknowledged.begin(), server.acknowledged.end(),
                                  *row[1]) != server.acknowledged.end();
      if (root) {
        error(findings,
              fmt::format("the {} uses {} with the rights of {}: it would pass the fence", *row[0],
                          schema, *row[1]),
              "drop it, or give it a definer with rights on its own schema only");
      } else {
        warning(findings,
                fmt::format("the {} uses {} and will fail once it is fenced", *row[0], schema),
                "change it before the move");
      }
    }
  }
}

void examine_accounts(Connection& connection, const MariadbServer& server, Findings& findings) {
  for (const std::string& writer : read_global_writers(connection, server)) {
    error(
        findings, "the account " + writer + " may write in every schema: no fence holds it",
        "revoke its global rights, or list it in the move file's `acknowledged` when nobody works "
        "with it");
  }
  const std::vector<std::string> absent = read_dangling_accounts(connection, server);
  for (const std::string& account : absent) {
    error(findings, "rights on the schemas hang on the account " + account + ", which is not there",
          "delete its rows from mysql.db, tables_priv, columns_priv and procs_priv, FLUSH "
          "PRIVILEGES");
  }
  if (absent.empty() && read_account_rights(connection, server).accounts.empty()) {
    error(findings,
          "no account has rights on the schemas: there is nothing to fence, and the "
          "fence's state could not be told",
          "check the names of the schemas");
  }
  for (const Account& definer : read_definers(connection, server)) {
    if (!account_exists(connection, definer)) {
      error(findings, "the definer " + definer.text() + " of an object is not there",
            "create the account, or define its views, routines, triggers and events anew");
    }
  }
}

void examine_durability(Connection& connection, Findings& findings) {
  if (variable(connection, "innodb_flush_log_at_trx_commit") != "1") {
    warning(findings,
            "innodb_flush_log_at_trx_commit is not 1: a crash of the server loses commits",
            "SET GLOBAL innodb_flush_log_at_trx_commit=1");
  }
  if (variable(connection, "log_bin") == "0") {
    warning(findings, "there is no binlog: no reverse follow is possible, and no position is known",
            "log_bin in the server's file, if a restart is possible");
    return;
  }
  if (variable(connection, "binlog_format") != "ROW") {
    warning(findings, "binlog_format is " + variable(connection, "binlog_format"),
            "SET GLOBAL binlog_format=ROW");
  }
  if (variable(connection, "sync_binlog") != "1") {
    warning(findings, "sync_binlog is not 1: a crash of the server loses events",
            "SET GLOBAL sync_binlog=1");
  }
}

void examine_mover(Connection& connection, const MariadbServer& server, Role role,
                   Findings& findings) {
  const MoverRights rights = read_mover_rights(connection);
  const std::string remedy = "doctor --grants prints the statements that are needed";
  for (const std::string& lack : missing_rights(rights, server, role)) {
    error(findings, "the mover lacks " + lack, remedy);
  }
  for (const std::string& surplus : surplus_rights(rights)) {
    warning(findings, "the mover has " + surplus + ", which it does not need", remedy);
  }
}

}  // namespace

Findings examine_source(Connection& connection, const MariadbServer& server) {
  Findings findings;
  const std::string list = quote_list(server.schemas);
  examine_mover(connection, server, Role::source, findings);
  examine_schemas(connection, server, findings);
  examine_tables(connection, list, findings);
  examine_border(connection, list, findings);
  examine_accounts(connection, server, findings);
  examine_code_elsewhere(connection, server, findings);
  examine_durability(connection, findings);
  if (!connection.query("XA RECOVER").empty()) {
    error(findings, "a prepared XA transaction is there: whoever commits it passes the fence",
          "XA COMMIT or XA ROLLBACK what XA RECOVER lists");
  }
  return findings;
}

Findings examine_target(Connection& connection, const MariadbServer& server) {
  Findings findings;
  examine_mover(connection, server, Role::target, findings);
  examine_durability(connection, findings);
  if (variable(connection, "local_infile") != "1") {
    error(findings, "local_infile is off: rows cannot be loaded", "SET GLOBAL local_infile=ON");
  }
  for (const std::string& writer : read_global_writers(connection, server)) {
    error(
        findings, "the account " + writer + " may write in every schema: no fence holds it",
        "revoke its global rights, or list it in the move file's `acknowledged` when nobody works "
        "with it");
  }
  return findings;
}

}  // namespace hikkoshi::database::mariadb
