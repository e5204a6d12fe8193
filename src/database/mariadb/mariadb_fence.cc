#include "database/mariadb/mariadb_fence.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/accounts.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/event_switch.h"
#include "database/mariadb/fence_record.h"
#include "database/mariadb/probe.h"
#include "database/mariadb/quote.h"
#include "database/mariadb/session_end.h"

namespace hikkoshi::database {
namespace {

using namespace mariadb;

// A right by the very name goes before one by a pattern, even a smaller one; this one is harmless.
Grant mask(const std::string& account, const std::string& schema) {
  Grant grant;
  grant.privileges = "SHOW VIEW";
  grant.object = exact_object(schema);
  grant.schema = grant_pattern(schema);
  grant.whole_schema = true;
  grant.account = account;
  return grant;
}

// Every mask that these rights need.
std::vector<Grant> masks(const MariadbServer& server, const std::vector<Grant>& patterns) {
  std::vector<Grant> all;
  for (const Grant& pattern : patterns) {
    for (const std::string& schema : server.schemas) {
      if (!pattern_covers(pattern.schema, schema)) continue;
      Grant one = mask(pattern.account, schema);
      const auto same = [&](const Grant& other) {
        return other.text() == one.text();
      };
      if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(one));
    }
  }
  return all;
}

std::set<std::string> texts(const std::vector<Grant>& grants) {
  std::set<std::string> all;
  for (const Grant& grant : grants) all.insert(grant.text());
  return all;
}

std::vector<Grant> parse_all(const Json& lines) {
  std::vector<Grant> grants;
  for (const Json& line : lines) {
    const auto grant = parse_grant(line.get<std::string>());
    if (!grant) throw Error(Retry::never, "the recorded rights hold a line that is none");
    grants.push_back(*grant);
  }
  return grants;
}

Json lines(const std::vector<Grant>& grants) {
  Json all = Json::array();
  for (const Grant& grant : grants) all.push_back(grant.text());
  return all;
}

// What the recorded rights are on this server: where a pattern is not there (on NEW it never is),
// the same rights by the schema's very name.
std::vector<Grant> wanted_here(const MariadbServer& server, const Json& rights,
                               const AccountRights& now) {
  std::vector<Grant> wanted = parse_all(rights.at("grants"));
  const std::set<std::string> present = texts(now.patterns);
  for (const Grant& pattern : parse_all(rights.at("patterns"))) {
    if (present.contains(pattern.text())) continue;
    for (const std::string& schema : server.schemas) {
      if (!pattern_covers(pattern.schema, schema)) continue;
      Grant exact = pattern;
      exact.object = exact_object(schema);
      exact.schema = grant_pattern(schema);
      wanted.push_back(exact);
    }
  }
  return wanted;
}

void take_away(Connection& connection, const MariadbServer& server, const AccountRights& now) {
  const std::vector<Grant> needed = masks(server, now.patterns);
  const std::set<std::string> keep = texts(needed), present = texts(now.exact);
  for (const Grant& grant : now.exact) {
    if (keep.contains(grant.text())) continue;
    for (const std::string& statement : grant.revoke()) connection.execute(statement);
  }
  for (const Grant& grant : needed) {
    if (!present.contains(grant.text())) connection.execute(grant.text());
  }
}

void refuse_prepared(Connection& connection) {
  if (!connection.query("XA RECOVER").empty()) {
    throw Error(
        Retry::never,
        connection.name() + ": a prepared XA transaction is there, which anybody may commit",
        Exit::needs_human)
        .remedy("XA COMMIT or XA ROLLBACK what XA RECOVER lists");
  }
}

void refuse_global_writers(Connection& connection, const MariadbServer& server) {
  const std::vector<std::string> busy = read_acknowledged_sessions(connection, server);
  if (!busy.empty()) {
    throw Error(Retry::never,
                connection.name() +
                    ": accounts that were acknowledged because nobody works with them are at "
                    "work: " +
                    join(busy, ", "),
                Exit::refused)
        .remedy("end these sessions and what begins them, then run again");
  }
  const std::vector<std::string> writers = read_global_writers(connection, server);
  if (writers.empty()) return;
  throw Error(Retry::never,
              connection.name() +
                  ": accounts may write in every schema, which a fence around some "
                  "schemas cannot stop: " +
                  join(writers, "; "),
              Exit::refused)
      .remedy(
          "revoke these global rights, or list the account in the move file's `acknowledged` when "
          "nobody works with it");
}

}  // namespace

MariadbFence::MariadbFence(MariadbServer server) : server_(std::move(server)) {}

Json MariadbFence::rights() {
  Connection connection(server_);
  refuse_global_writers(connection, server_);
  AccountRights now = read_account_rights(connection, server_);
  const auto of_probe = [](const Grant& grant) {
    return grant.account.starts_with("`hikkoshi_probe_");
  };
  std::erase_if(now.exact, of_probe);
  std::erase_if(now.accounts, is_probe);
  if (now.accounts.empty()) {
    throw Error(Retry::never, server_.name + ": no account has rights on the schemas",
                Exit::refused)
        .remedy(
            "check the names of the schemas; a server that is fenced already cannot say what "
            "its rights were");
  }
  Json accounts = Json::array();
  for (const Account& account : now.accounts) accounts.push_back(account.text());
  return {{"grants", lines(now.exact)},
          {"patterns", lines(now.patterns)},
          {"accounts", accounts},
          {"users", read_holders(connection, server_, now.accounts)},
          {"events", read_event_states(connection, server_.schemas)}};
}

void MariadbFence::close(const Json& rights) {
  Connection connection(server_);
  connection.doing("close the fence");
  refuse_global_writers(connection, server_);
  drop_probes(connection);
  AccountRights now = read_account_rights(connection, server_);
  const std::vector<std::string> tables = tables_to_probe(connection, server_);
  const Probe probe = make_probe(connection, server_, now);
  prove_accepted(server_, probe, tables);

  disable_events(connection, server_.schemas);
  now = read_account_rights(connection, server_);
  std::vector<Account> fenced = now.accounts;
  std::erase_if(fenced, is_probe);
  remember_fenced(connection, server_.name, fenced);
  take_away(connection, server_, now);
  std::set<std::string> users = read_holders(connection, server_, now.accounts);
  for (const Json& user : rights.at("users")) users.insert(user.get<std::string>());
  end_sessions(connection, users);
  refuse_prepared(connection);

  prove_refused(server_, probe, tables);
  drop_probes(connection);
  if (state(rights) != FenceState::fenced) {
    throw Error(Retry::safe, server_.name + ": rights came back while the fence was closed");
  }
}

void MariadbFence::open(const Json& rights) {
  Connection connection(server_);
  connection.doing("open the fence");
  drop_probes(connection);
  const AccountRights now = read_account_rights(connection, server_);
  const std::vector<Grant> wanted = wanted_here(server_, rights, now);
  const std::set<std::string> present = texts(now.exact), recorded = texts(wanted);
  // The masks first: a GRANT adds to them.
  for (const Grant& grant : masks(server_, now.patterns)) {
    if (!present.contains(grant.text()) || recorded.contains(grant.text())) continue;
    for (const std::string& statement : grant.revoke()) connection.execute(statement);
  }
  for (const Grant& grant : wanted) {
    if (!present.contains(grant.text())) connection.execute(grant.text());
  }
  restore_events(connection, server_.schemas, rights.at("events"));
  forget_fenced(connection, server_.name);
  if (state(rights) != FenceState::open) {
    throw Error(Retry::safe, server_.name + ": the rights are not those that were recorded");
  }
}

FenceState MariadbFence::state(const Json& rights) {
  Connection connection(server_);
  const AccountRights now = read_account_rights(connection, server_);
  const std::set<std::string> present = texts(now.exact),
                              hidden = texts(masks(server_, now.patterns));
  const bool shut = std::includes(hidden.begin(), hidden.end(), present.begin(), present.end()) &&
                    std::includes(present.begin(), present.end(), hidden.begin(), hidden.end()) &&
                    !any_event_enabled(connection, server_.schemas);
  if (shut) return FenceState::fenced;
  const std::set<std::string> recorded = texts(wanted_here(server_, rights, now));
  const bool whole =
      present == recorded && events_are(connection, server_.schemas, rights.at("events"));
  return whole ? FenceState::open : FenceState::partial;
}

}  // namespace hikkoshi::database
