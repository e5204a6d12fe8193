#include "plan/limits.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/units.h"

namespace hikkoshi::plan {

namespace {

// A CNAME to another of the names moves with it and is left alone.
std::size_t changed_records(const Sources& sources, const std::vector<std::string>& names) {
  std::size_t count = 0;
  for (const std::string& name : names) {
    auto seen = sources.observed.names.find(name);
    bool follows = seen != sources.observed.names.end() && seen->second.type == "CNAME" &&
                   !seen->second.values.empty() &&
                   std::find(names.begin(), names.end(), seen->second.values[0]) != names.end();
    if (!follows) ++count;
  }
  return count;
}

void check_zone_share(const Sources& sources, const std::string& zone) {
  auto size = sources.observed.zone_records.find(zone);
  if (size == sources.observed.zone_records.end() || size->second == 0) return;
  std::size_t changes = changed_records(sources, sources.itinerary.names_in(zone));
  double share = double(changes) / double(size->second), limit = sources.move.policy.dns_changes;
  if (share <= limit) return;
  throw Error(Retry::never,
              fmt::format("{} of zone {}'s {} records would change: {:.0f} %, and the limit is "
                          "{:.0f} %",
                          changes, zone, size->second, share * 100, limit * 100),
              Exit::refused)
      .remedy("raise policy.limits.dns_changes if that is what you want");
}

std::vector<Risk> cutover_risks(const Plan& plan, const Sources& sources) {
  const move::Policy& policy = sources.move.policy;
  std::vector<Risk> risks;
  if (policy.prefer == "hold") {
    bool page = shows_page(policy);
    risks.push_back({fmt::format("policy.cutover prefers hold: hold needs following, which this "
                                 "version does not have; {} used",
                                 page ? "the page is" : "neither hold nor page is"),
                     "plan with the downtime below"});
  }
  if (!plan.way_back) {
    risks.push_back(
        {"after the approval there is no way back without loss: writes accepted on NEW "
         "are not on OLD",
         "check NEW behind the page before you approve"});
  }
  Millis limit = policy.max_downtime;
  if (limit.count() != 0 && plan.downtime.high > limit) {
    risks.push_back({fmt::format("the downtime may be up to {}, over the limit of {}: the stage "
                                 "would then undo itself",
                                 format_duration(plan.downtime.high), format_duration(limit)),
                     "approve quickly, or raise policy.limits.max_downtime"});
  }
  return risks;
}

std::vector<Risk> page_risks(const Sources& sources) {
  std::vector<Risk> risks;
  const move::PagePolicy& page = sources.move.policy.page;
  std::set<std::string> balancers, bare;
  for (std::size_t leg = 0; leg < sources.itinerary.legs().size(); ++leg) {
    for (const SidedName& balancer : page_balancers(sources, leg)) balancers.insert(balancer.name);
    for (const std::string& service : sources.itinerary.legs()[leg].services) {
      const move::Service& about = sources.move.services.at(service);
      if (!sources.move.old_side.balancers.contains(about.balancer)) bare.insert(service);
    }
  }
  if (shows_page(sources.move.policy) && page.hosts.empty() && page.paths.empty()) {
    for (const std::string& balancer : balancers) {
      risks.push_back({fmt::format("the page covers everything that balancer {} carries", balancer),
                       "name what it shall cover in policy.page.hosts or policy.page.paths"});
    }
  }
  if (!shows_page(sources.move.policy)) {
    risks.push_back({"no page is shown: requests that write fail while OLD is fenced",
                     "set policy.cutover.prefer to page"});
  }
  for (const std::string& service : bare) {
    risks.push_back({fmt::format("service {} has no balancer on OLD: no page there, and its "
                                 "stragglers are not forwarded",
                                 service),
                     "put a balancer in front of it first, or accept that"});
  }
  return risks;
}

std::vector<Risk> service_risks(const Sources& sources) {
  std::set<std::string> covered;
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& zone : leg.zones) {
      for (std::string& name : sources.itinerary.names_in(zone)) covered.insert(std::move(name));
    }
  }
  std::vector<Risk> risks;
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& service : leg.services) {
      const move::Service& about = sources.move.services.at(service);
      for (const std::string& name : about.names) {
        if (covered.contains(name)) continue;
        risks.push_back(
            {fmt::format("{} is in no zone that moves: it goes on pointing to OLD", name),
             "switch it by hand, or let a stage move its zone"});
      }
      if (about.new_side.port == 0) {
        risks.push_back(
            {fmt::format("service {} has no port on NEW, so nothing checks it", service),
             "check it by hand before you approve"});
      }
      if (!about.uses.empty() && about.config.empty()) {
        risks.push_back({fmt::format("service {} has no config in the move file: NEW must already "
                                     "know where its stores will be",
                                     service),
                         "see to it before the night"});
      }
    }
    for (const std::string& user : sources.itinerary.users_of(leg.databases)) {
      if (sources.itinerary.leg_of(user) < sources.itinerary.legs().size()) continue;
      risks.push_back({fmt::format("service {} stays on OLD but uses a database that moves", user),
                       "see that it reaches NEW, and check it by hand"});
    }
  }
  return risks;
}

std::vector<Risk> observed_risks(const Sources& sources) {
  const Observed& observed = sources.observed;
  std::vector<Risk> risks;
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& name : leg.databases) {
      if (observed.databases.contains(name)) continue;
      risks.push_back(
          {fmt::format("database {} was not read: its copy's forecast is a guess", name),
           "plan without --offline"});
    }
    for (const std::string& zone : leg.zones) {
      for (const std::string& name : sources.itinerary.names_in(zone)) {
        if (observed.names.contains(name)) continue;
        risks.push_back({fmt::format("the TTL of {} was not read: waits are a guess", name),
                         "plan without --offline"});
      }
      auto there = sources.move.new_side.zones.find(zone);
      if (there != sources.move.new_side.zones.end() && !there->second.same) {
        risks.push_back({fmt::format("zone {} has other servers on NEW: this version changes "
                                     "records on OLD's only",
                                     zone),
                         "move the delegation by hand, later"});
      }
    }
  }
  for (const auto& [balancer, count] : observed.balancer_findings) {
    if (count == 0) continue;
    risks.push_back(
        {fmt::format("balancer {}: {} finding{}", balancer, count, count == 1 ? "" : "s"),
         "see hikkoshi doctor"});
  }
  for (const std::string& finding : observed.findings) {
    risks.push_back({finding, "see hikkoshi doctor"});
  }
  return risks;
}

}  // namespace

void check_limits(const Plan& plan, const Sources& sources) {
  Millis limit = sources.move.policy.max_downtime;
  if (limit.count() != 0 && plan.downtime.low > limit) {
    throw Error(Retry::never,
                fmt::format("the downtime would be at least {}, and the limit is {}",
                            format_duration(plan.downtime.low), format_duration(limit)),
                Exit::refused)
        .remedy("raise policy.limits.max_downtime, or move less in one stage");
  }
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& zone : leg.zones) check_zone_share(sources, zone);
  }
}

std::vector<Risk> risks_of(const Plan& plan, const Sources& sources) {
  std::vector<Risk> risks = cutover_risks(plan, sources);
  for (auto* more : {&page_risks, &service_risks, &observed_risks}) {
    std::vector<Risk> found = more(sources);
    std::move(found.begin(), found.end(), std::back_inserter(risks));
  }
  return risks;
}

}  // namespace hikkoshi::plan
