#include "steps/doctor.h"

#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "database/database.h"
#include "dns/zone.h"
#include "hosts/host.h"
#include "steps/attempt.h"
#include "traffic/balancer.h"

namespace hikkoshi::steps {

namespace {

using Weight = Finding::Weight;
using Findings = std::vector<Finding>;

/// A driver's own findings, and a good one when it has nothing to say.
template <typename DriverFinding>
void add(Findings& findings, const std::string& thing, const std::vector<DriverFinding>& found,
         const std::string& good) {
  for (const DriverFinding& one : found)
    findings.push_back({one.error ? Weight::error : Weight::warning, thing, one.text, one.remedy});
  if (found.empty()) findings.push_back({Weight::good, thing, good, ""});
}

/// Runs one examination; an Error is what was found.
void guarded(Findings& findings, const std::string& thing, const std::function<void()>& look) {
  if (auto error = attempt(look))
    findings.push_back({Weight::error, thing, error->what(), error->remedy()});
}

void examine_host(const Names::Sided& name, Drivers& drivers, const Clock& clock,
                  Findings& findings) {
  std::string thing = name.side + ".host." + name.name;
  guarded(findings, thing, [&] {
    hosts::Command command;
    command.arguments = {"date", "+%s"};
    auto result = drivers.host(name.side, name.name).run(command);
    std::string_view text = trim(result.output);
    std::int64_t theirs = 0;
    std::from_chars(text.data(), text.data() + text.size(), theirs);
    auto ours = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch());
    std::int64_t apart = std::abs(theirs - ours.count());
    if (result.status != 0)
      findings.push_back(
          {Weight::error, thing, "logged in, but `date` failed: " + result.error, ""});
    else if (apart > 5)
      findings.push_back({Weight::warning, thing,
                          fmt::format("its clock is {} s away from ours", apart),
                          "let NTP set both; time gates follow our clock"});
    else
      findings.push_back({Weight::good, thing, "login works, clock agrees", ""});
  });
}

void examine_balancer(const Names::Sided& name, Drivers& drivers, Findings& findings) {
  std::string thing = name.side + ".balancer." + name.name;
  guarded(findings, thing,
          [&] { add(findings, thing, drivers.balancer(name.side, name.name).examine(), "ready"); });
}

void examine_database(const Names::Sided& name, Drivers& drivers, Findings& findings) {
  std::string thing = name.side + ".database." + name.name;
  guarded(findings, thing, [&] {
    database::Database& database = drivers.database(name.side, name.name);
    auto role = name.side == "old" ? database::Role::source : database::Role::target;
    auto found = database.examine(role);
    auto inventory = database.inventory();
    add(findings, thing, found,
        fmt::format("{}, {} tables, {}", inventory.product, inventory.tables.size(),
                    format_bytes(inventory.bytes())));
  });
}

void examine_transfer(const std::string& name, Drivers& drivers, Findings& findings) {
  std::string thing = "transfer." + name;
  guarded(findings, thing, [&] {
    add(findings, thing, drivers.transfer(name).examine(), "both servers go together");
  });
}

void examine_zone(const std::string& name, Drivers& drivers, Findings& findings) {
  std::string thing = "zone." + name;
  guarded(findings, thing, [&] {
    dns::Zone& zone = drivers.zone(name);
    auto answers = zone.ask_all(zone.name(), dns::Type::soa);
    std::vector<std::string> bad;
    for (const dns::Answer& answer : answers)
      if (!answer.reachable || !answer.authoritative)
        bad.push_back(answer.server + " (" +
                      (answer.fault.empty() ? "not authoritative" : answer.fault) + ")");
    if (answers.empty())
      findings.push_back({Weight::error, thing, "it has no authoritative server", ""});
    else if (!bad.empty())
      findings.push_back({Weight::error, thing,
                          "servers that do not answer for it: " + join(bad, ", "),
                          "a TTL counts as lowered only when every server was seen"});
    else
      findings.push_back({Weight::good, thing,
                          fmt::format("{} authoritative servers answer", answers.size()), ""});
  });
}

}  // namespace

std::string_view to_string(Finding::Weight weight) {
  switch (weight) {
    case Weight::good:
      return "ok";
    case Weight::warning:
      return "warning";
    case Weight::error:
      return "error";
  }
  return "error";
}

Json to_json(const Finding& finding) {
  return {{"weight", to_string(finding.weight)},
          {"thing", finding.thing},
          {"text", finding.text},
          {"remedy", finding.remedy}};
}

std::vector<Finding> examine(const Names& names, Drivers& drivers, const Clock& clock) {
  Findings findings;
  for (const auto& name : names.hosts) examine_host(name, drivers, clock, findings);
  for (const auto& name : names.balancers) examine_balancer(name, drivers, findings);
  for (const auto& name : names.databases) examine_database(name, drivers, findings);
  for (const auto& name : names.transfers) examine_transfer(name, drivers, findings);
  for (const auto& name : names.zones) examine_zone(name, drivers, findings);
  for (const auto& name : names.files)
    guarded(findings, "file " + name, [&] { drivers.file(name); });
  return findings;
}

}  // namespace hikkoshi::steps
