#include "database/mariadb/probe.h"

#include <random>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

constexpr std::string_view prefix = "hikkoshi_probe_";

std::string random_hex(int words) {
  std::random_device random;
  std::string text;
  for (int i = 0; i < words; ++i) text += fmt::format("{:08x}", random());
  return text;
}

std::optional<Refusal> try_write(Connection& session, const std::string& table) {
  return session.attempt("DELETE FROM " + table + " WHERE FALSE");
}

bool is_refusal(const Refusal& refusal) {
  constexpr unsigned database_denied = 1044, table_denied = 1142, column_denied = 1143;
  return refusal.code == database_denied || refusal.code == table_denied ||
         refusal.code == column_denied;
}

}  // namespace

bool is_probe(const Account& account) {
  return account.user.starts_with(prefix);
}

Probe make_probe(Connection& connection, const MariadbServer& server, const AccountRights& rights) {
  // The host as the server sees us: an account for '%' may stand behind an anonymous one.
  const std::string host = connection.value("SELECT SUBSTRING_INDEX(USER(),'@',-1)");
  Probe probe{.account = {std::string(prefix) + random_hex(1), host, false},
              // Such rules as a letter, a digit and a sign are met whatever the dice say.
              .password = Secret("Aa1!" + random_hex(6))};
  remember_secret(probe.password);
  const std::string account = probe.account.text();
  connection.execute_secret(
      "CREATE USER " + account + " IDENTIFIED BY " + quote_text(probe.password.reveal()),
      "create the probe's account");
  for (const Grant& grant : rights.exact) {
    connection.execute(grant.for_account(account).text());
  }
  for (const std::string& schema : server.schemas) {
    for (const Grant& grant : rights.patterns) {
      if (!pattern_covers(grant.schema, schema)) continue;
      Grant exact = grant.for_account(account);
      exact.object = exact_object(schema);
      connection.execute(exact.text());
    }
    connection.execute("GRANT DELETE ON " + exact_object(schema) + " TO " + account);
  }
  return probe;
}

void drop_probes(Connection& connection) {
  for (const Row& row : connection.query("SELECT User, Host FROM mysql.global_priv")) {
    const Account account{*row[0], *row[1], false};
    if (is_probe(account)) connection.execute("DROP USER IF EXISTS " + account.text());
  }
}

void prove_accepted(const MariadbServer& server, const Probe& probe,
                    const std::vector<std::string>& tables) {
  Connection session(server, probe.account.user, probe.password);
  for (const std::string& table : tables) {
    if (const auto refusal = try_write(session, table)) {
      throw Error(Retry::never,
                  fmt::format("{}: the probe may not write to {} although it was granted: {} ({})",
                              server.name, table, refusal->text, refusal->code));
    }
  }
}

void prove_refused(const MariadbServer& server, const Probe& probe,
                   const std::vector<std::string>& tables) {
  Connection session(server, probe.account.user, probe.password);
  for (const std::string& table : tables) {
    const auto refusal = try_write(session, table);
    if (!refusal || !is_refusal(*refusal)) {
      throw Error(Retry::never,
                  fmt::format("{}: the fence does not hold: a write to {} was {}", server.name,
                              table, refusal ? "answered with " + refusal->text : "accepted"));
    }
  }
}

std::vector<std::string> tables_to_probe(Connection& connection, const MariadbServer& server) {
  std::vector<std::string> tables;
  for (const Row& row :
       connection.query("SELECT table_schema, MIN(table_name) FROM information_schema.tables WHERE"
                        " table_type='BASE TABLE' AND table_schema IN " +
                        quote_list(server.schemas) + " GROUP BY 1")) {
    tables.push_back(quote_name(*row[0], *row[1]));
  }
  return tables;
}

}  // namespace hikkoshi::database::mariadb
