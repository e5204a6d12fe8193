#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/units.h"
#include "plan/stages.h"
#include "plan/template.h"

namespace hikkoshi::plan {

namespace {

const std::string prepare_stage_name = "prepare";

std::vector<Item> prepare_balancers(const Sources& sources) {
  std::set<SidedName> balancers;
  for (std::size_t leg = 0; leg < sources.itinerary.legs().size(); ++leg) {
    for (const SidedName& balancer : page_balancers(sources, leg)) balancers.insert(balancer);
  }
  std::vector<Item> items;
  for (const SidedName& balancer : balancers) {
    items.push_back(
        step_item({.id = item_id(prepare_stage_name, "prepare-balancer", balancer.text()),
                   .kind = "prepare-balancer",
                   .title = fmt::format("Put Hikkoshi's rules into {}, without effect until told",
                                        balancer.title()),
                   .undo = fmt::format("Restore the configuration of {}", balancer.title()),
                   .on_old = balancer.on_old(),
                   .arguments = {{"side", balancer.side_word()}, {"balancer", balancer.name}},
                   .forecast = {}}));
  }
  return items;
}

// When the ladder asks for time before the night, the title says so: a gate waits for it there.
std::string ahead_in_words(const move::TtlPolicy& policy, const Rung& rung) {
  Millis ahead = ahead_of_the_night(policy, rung);
  return ahead.count() == 0 ? ""
                            : fmt::format(", at least {} before the night", format_duration(ahead));
}

Item lower_ttl(const Sources& sources, const std::string& zone, const Rung& rung) {
  std::vector<std::string> names = sources.itinerary.names_in(zone);
  const move::TtlPolicy& policy = sources.move.policy.ttl;
  return step_item({.id = lower_ttl_id(zone, rung.number),
                    .kind = "lower-ttl",
                    .title = fmt::format("Lower the TTL of {} to {}{}", listed(names),
                                         format_duration(std::chrono::seconds(rung.seconds)),
                                         ahead_in_words(policy, rung)),
                    .undo = "Give the names the TTLs that they had before",
                    .on_old = true,
                    .arguments = {{"zone", zone},
                                  {"names", names},
                                  {"ttl", rung.seconds},
                                  {"rung", rung.number},
                                  {"margin_ms", policy.margin.count()}},
                    .forecast = {}});
}

// Rung by rung over all zones, so that their waits run beside each other. The last gate of each
// zone stands before its switch instead.
std::vector<Item> ladders(const Sources& sources) {
  std::vector<std::pair<std::string, std::vector<Rung>>> zones;
  std::size_t longest = 0;
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& zone : leg.zones) {
      zones.emplace_back(zone, rungs(sources, zone));
      longest = std::max(longest, zones.back().second.size());
    }
  }
  std::vector<Item> items;
  for (std::size_t i = 0; i < longest; ++i) {
    for (const auto& [zone, ladder] : zones) {
      if (i < ladder.size()) items.push_back(lower_ttl(sources, zone, ladder[i]));
    }
    for (const auto& [zone, ladder] : zones) {
      if (i + 1 < ladder.size())
        items.push_back(ttl_gate(prepare_stage_name, zone, ladder[i].number));
    }
  }
  return items;
}

// Where a service will find what it uses; a store that moves later is used on both sides.
std::vector<std::string> endpoints_of(const Sources& sources, const std::string& used,
                                      std::size_t leg) {
  std::set<std::string> endpoints;
  for (std::size_t when : {leg, sources.itinerary.legs().size() - 1}) {
    const move::Environment& side = sources.move.side(sources.itinerary.side_after(used, when));
    if (auto database = side.databases.find(used); database != side.databases.end()) {
      endpoints.insert(database->second.server.text());
    }
    auto service = sources.move.services.find(used);
    if (service == sources.move.services.end()) continue;
    auto balancer = side.balancers.find(service->second.balancer);
    if (balancer != side.balancers.end() && !balancer->second.address.empty()) {
      endpoints.insert(Endpoint{balancer->second.address, 80}.text());
      continue;
    }
    bool old_side = &side == &sources.move.old_side;
    const move::Placement& placement =
        old_side ? service->second.old_side : service->second.new_side;
    for (const std::string& host : placement.hosts) {
      auto machine = side.hosts.find(host);
      if (machine == side.hosts.end() || placement.port == 0) continue;
      endpoints.insert(Endpoint{machine->second.ssh.host, placement.port}.text());
    }
  }
  return {endpoints.begin(), endpoints.end()};
}

std::vector<Item> check_reach(const Sources& sources, const std::string& name) {
  const move::Service& service = sources.move.services.at(name);
  std::set<std::string> endpoints;
  for (const std::string& used : service.uses) {
    for (std::string& endpoint : endpoints_of(sources, used, sources.itinerary.leg_of(name))) {
      endpoints.insert(std::move(endpoint));
    }
  }
  if (endpoints.empty()) return {};
  return {step_item({.id = item_id(prepare_stage_name, "check-reach", name),
                     .kind = "check-reach",
                     .title = fmt::format("Every NEW host of {} reaches {}", name,
                                          listed({endpoints.begin(), endpoints.end()})),
                     .undo = "",
                     .arguments = {{"hosts", service.new_side.hosts}, {"endpoints", endpoints}},
                     .forecast = {}})};
}

}  // namespace

std::vector<Item> push_config(const Sources& sources, const std::string& stage,
                              const std::string& service, std::size_t leg) {
  const move::Service& about = sources.move.services.at(service);
  bool old_side = sources.itinerary.side_after(service, leg) == move::Side::old_side;
  std::vector<Item> items;
  for (const std::string& host : (old_side ? about.old_side : about.new_side).hosts) {
    std::size_t number = 0;
    for (const move::ConfigFile& file : about.config) {
      Json values = Json::object();
      for (const auto& [key, text] : file.set) {
        values[key] = resolve_template(text, sources.move, sources.itinerary, leg);
      }
      ++number;
      std::string suffix = number == 1 ? "" : fmt::format("#{}", number);
      items.push_back(step_item(
          {.id = item_id(stage, "push-config", fmt::format("{}@{}{}", service, host, suffix)),
           .kind = "push-config",
           .title = fmt::format("Set {} values in {} on {}'s {}", file.set.size(), file.file,
                                old_side ? "OLD" : "NEW", host),
           .undo = fmt::format("Restore {} as it was", file.file),
           .on_old = old_side,
           .arguments = {{"side", old_side ? "old" : "new"},
                         {"host", host},
                         {"service", service},
                         {"file", file.file},
                         {"format", file.format},
                         {"set", values},
                         {"reload", file.reload}},
           .forecast = {}}));
    }
  }
  return items;
}

Stage prepare_stage(const Sources& sources) {
  Stage stage{.name = prepare_stage_name, .items = prepare_balancers(sources)};
  append(stage.items, ladders(sources));
  std::vector<std::string> services;
  for (const Leg& leg : sources.itinerary.legs()) {
    services.insert(services.end(), leg.services.begin(), leg.services.end());
  }
  for (const std::string& service : services) append(stage.items, check_reach(sources, service));
  for (const std::string& service : services) {
    append(stage.items,
           push_config(sources, prepare_stage_name, service, sources.itinerary.leg_of(service)));
  }
  stage.items.push_back(step_item({.id = item_id(prepare_stage_name, "examine", "all"),
                                   .kind = "examine",
                                   .title = "Examine everything again, as doctor does",
                                   .undo = "",
                                   .arguments = Json::object(),
                                   .forecast = {}}));
  return stage;
}

}  // namespace hikkoshi::plan
