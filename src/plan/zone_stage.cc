#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

namespace {

// OLD is watched for two lifetimes of the TTL in force: an honest cache has asked again by then.
constexpr int watched_lifetimes = 2;
constexpr std::int64_t assumed_ttl = 300;

using Targets = std::map<std::string, std::vector<std::string>>;  // By name.

Targets targets_of(const Sources& sources, const std::string& zone) {
  Targets targets;
  std::vector<std::string> names = sources.itinerary.names_in(zone);
  for (const auto& [service, about] : sources.move.services) {
    if (sources.itinerary.leg_of(service) == sources.itinerary.legs().size()) continue;
    for (const std::string& name : about.names) {
      if (!std::binary_search(names.begin(), names.end(), name)) continue;
      std::vector<std::string> to = new_addresses(sources.move, service);
      auto [known, is_new] = targets.emplace(name, to);
      if (is_new || known->second == to) continue;
      throw Error(Retry::never,
                  fmt::format("{} would have to point to {} and to {}", name, listed(known->second),
                              listed(to)),
                  Exit::bad_move_file);
    }
  }
  return targets;
}

Item switch_record(const Sources& sources, const std::string& stage, const std::string& zone) {
  Json records = Json::array();
  std::set<std::string> addresses;
  for (const auto& [name, to] : targets_of(sources, zone)) {
    records.push_back({{"name", name}, {"to", to}});
    addresses.insert(to.begin(), to.end());
  }
  std::vector<Rung> ladder = rungs(sources, zone);
  Json after = ladder.empty() ? Json() : Json(lower_ttl_id(zone, ladder.back().number));
  return step_item(
      {.id = item_id(stage, "switch-record", zone),
       .kind = "switch-record",
       .title = fmt::format("Switch {} to {}", listed(sources.itinerary.names_in(zone)),
                            listed({addresses.begin(), addresses.end()})),
       .undo = "Switch the names back to OLD",
       .on_old = true,
       .arguments = {{"zone", zone}, {"records", records}, {"after", after}},
       .forecast = {}});
}

Item watch_propagation(const Sources& sources, const std::string& stage, const std::string& zone) {
  std::vector<std::string> names = sources.itinerary.names_in(zone);
  return step_item({.id = item_id(stage, "watch-propagation", zone),
                    .kind = "watch-propagation",
                    .title = fmt::format("Wait until resolvers answer NEW for {}", listed(names)),
                    .undo = "",
                    .arguments = {{"zone", zone}, {"names", names}},
                    .forecast = {}});
}

std::int64_t ttl_in_force(const Sources& sources, const std::string& zone) {
  if (std::vector<Rung> ladder = rungs(sources, zone); !ladder.empty()) {
    return ladder.back().seconds;
  }
  std::int64_t highest = 0;
  for (const std::string& name : sources.itinerary.names_in(zone)) {
    auto seen = sources.observed.names.find(name);
    highest =
        std::max(highest, seen == sources.observed.names.end() ? assumed_ttl
                                                               : std::int64_t(seen->second.ttl));
  }
  return highest;
}

std::vector<Item> watch_stragglers(const Sources& sources, const std::string& stage,
                                   const Leg& leg) {
  std::map<std::string, std::int64_t> seconds;  // By OLD's balancer.
  for (const std::string& zone : leg.zones) {
    std::vector<std::string> names = sources.itinerary.names_in(zone);
    for (const auto& [service, about] : sources.move.services) {
      bool switched = std::any_of(about.names.begin(), about.names.end(), [&](const auto& name) {
        return std::binary_search(names.begin(), names.end(), name);
      });
      if (!switched || !sources.move.old_side.balancers.contains(about.balancer)) continue;
      std::int64_t& longest = seconds[about.balancer];
      longest = std::max(longest, ttl_in_force(sources, zone));
    }
  }
  std::vector<Item> items;
  for (const auto& [balancer, ttl] : seconds) {
    std::int64_t length = watched_lifetimes * ttl * 1000 + sources.move.policy.ttl.margin.count();
    items.push_back(step_item(
        {.id = item_id(stage, "watch-stragglers", "old." + balancer),
         .kind = "watch-stragglers",
         .title = fmt::format("Count the requests that still arrive at OLD's {}", balancer),
         .undo = "",
         .arguments = {{"side", "old"}, {"balancer", balancer}, {"for_ms", length}},
         .forecast = {}}));
  }
  return items;
}

}  // namespace

Stage zone_stage(const Sources& sources, std::size_t leg) {
  const Leg& about = sources.itinerary.legs()[leg];
  Stage stage{.name = zone_stage_name(sources.itinerary, leg), .items = {}};
  if (!about.cuts_over()) stage.items = leading_gates(sources, leg);
  for (const std::string& zone : about.zones) {
    std::vector<Rung> ladder = rungs(sources, zone);
    if (!ladder.empty()) stage.items.push_back(ttl_gate(stage.name, zone, ladder.back().number));
  }
  for (const std::string& zone : about.zones) {
    stage.items.push_back(switch_record(sources, stage.name, zone));
  }
  for (const std::string& zone : about.zones) {
    stage.items.push_back(watch_propagation(sources, stage.name, zone));
  }
  append(stage.items, watch_stragglers(sources, stage.name, about));
  return stage;
}

}  // namespace hikkoshi::plan
