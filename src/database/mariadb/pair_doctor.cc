#include "database/mariadb/pair_doctor.h"

#include <array>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/text.h"
#include "database/mariadb/mover_rights.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

using Variables = std::map<std::string, std::string>;

struct Rule {
  const char* name;
  bool error;
  const char* reason;
};

constexpr std::array<Rule, 9> same{{
    {"lower_case_table_names", true, "names would mean other tables"},
    {"innodb_page_size", true, "rows and keys may be too long for the smaller page"},
    {"explicit_defaults_for_timestamp", false, "new TIMESTAMP columns would get other defaults"},
    {"sql_mode", false, "the application's statements may be refused, or taken, that were not"},
    {"character_set_server", false, "new schemas would get another charset"},
    {"collation_server", false, "new schemas would sort otherwise"},
    {"time_zone", false, "NOW() and TIMESTAMP would show other times"},
    {"transaction_isolation", false, "the application's transactions would see other rows"},
    {"group_concat_max_len", false, "GROUP_CONCAT would cut at another length"},
}};

constexpr std::array<const char*, 3> not_smaller{"max_allowed_packet", "max_connections",
                                                 "wait_timeout"};

Variables read_variables(Connection& connection) {
  Variables variables;
  for (Row& row : connection.query("SHOW GLOBAL VARIABLES")) {
    variables[*row[0]] = row[1].value_or("");
  }
  // SYSTEM is only a word; what it means is the machine's.
  if (variables["time_zone"] == "SYSTEM") variables["time_zone"] = variables["system_time_zone"];
  variables["transaction_isolation"] = variables["tx_isolation"];
  return variables;
}

unsigned long number(const std::string& version) {
  const auto parts = split(version.substr(0, version.find('-')), '.');
  return parts.size() < 2 ? 0 : std::stoul(parts[0]) * 1000 + std::stoul(parts[1]);
}

// Without SUPER, or the server's trust, nobody makes a trigger where a binlog is.
void examine_trust(Connection& source, const MariadbServer& server, Connection& target,
                   Variables& new_side, std::vector<Finding>& findings) {
  if (new_side["log_bin"] != "ON" || new_side["log_bin_trust_function_creators"] == "ON") return;
  const MoverRights rights = read_mover_rights(target);
  if (rights.global.contains("SUPER") || rights.global.contains("ALL PRIVILEGES")) return;
  const std::string list = quote_list(server.schemas);
  if (source
          .query("SELECT 1 FROM information_schema.triggers WHERE trigger_schema IN " + list +
                 " UNION SELECT 1 FROM information_schema.routines WHERE routine_schema IN " + list)
          .empty()) {
    return;
  }
  findings.push_back(
      {true,
       "log_bin_trust_function_creators is off on new: triggers and functions cannot "
       "be made there",
       "SET GLOBAL log_bin_trust_function_creators=ON on new until they are copied"});
}

}  // namespace

std::vector<Finding> examine_pair(Connection& source, const MariadbServer& server,
                                  Connection& target) {
  std::vector<Finding> findings;
  if (number(target.version()) < number(source.version())) {
    findings.push_back(
        {true,
         fmt::format("new is older than old: {} after {}", target.version(), source.version()),
         "install at least old's version on new"});
  }
  Variables old_side = read_variables(source), new_side = read_variables(target);
  for (const Rule& rule : same) {
    const std::string &was = old_side[rule.name], &is = new_side[rule.name];
    if (was == is) continue;
    findings.push_back(
        {rule.error,
         fmt::format("{} is '{}' on old and '{}' on new: {}", rule.name, was, is, rule.reason),
         fmt::format("set {}={} on new", rule.name, was)});
  }
  for (const char* name : not_smaller) {
    if (std::stoull(new_side[name]) >= std::stoull(old_side[name])) continue;
    findings.push_back(
        {false,
         fmt::format("{} is {} on old and only {} on new", name, old_side[name], new_side[name]),
         fmt::format("set {}={} on new", name, old_side[name])});
  }
  examine_trust(source, server, target, new_side, findings);
  return findings;
}

}  // namespace hikkoshi::database::mariadb
