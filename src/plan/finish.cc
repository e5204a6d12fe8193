#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

namespace {

const std::string finish_stage_name = "finish";

std::vector<Item> restored_ttl(const Sources& sources, const std::string& zone, std::size_t leg) {
  std::vector<Rung> ladder = rungs(sources, zone);
  if (ladder.empty()) return {};
  Millis wait = sources.move.policy.ttl.restore_after;
  std::string switched = item_id(zone_stage_name(sources.itinerary, leg), "switch-record", zone);
  std::vector<std::string> names = sources.itinerary.names_in(zone);
  return {gate_item(
              {.id = item_id(finish_stage_name, "since-step", zone),
               .kind = Gate::Kind::time,
               .condition = "since-step",
               .title = fmt::format("{} since the switch of zone {}", format_duration(wait), zone),
               .arguments = {{"step", switched}, {"wait_ms", wait.count()}},
               .forecast = {}}),
          step_item({.id = item_id(finish_stage_name, "raise-ttl", zone),
                     .kind = "raise-ttl",
                     .title = fmt::format("Give {} the TTLs from before the move", listed(names)),
                     .undo = "Lower the TTLs again",
                     .on_old = true,
                     .arguments = {{"zone", zone},
                                   {"names", names},
                                   {"from", lower_ttl_id(zone, ladder.front().number)}},
                     .forecast = {}})};
}

// The backups that push-config left beside the files.
std::vector<Item> clean_configs(const Sources& sources, const std::string& name) {
  const move::Service& service = sources.move.services.at(name);
  std::vector<Item> items;
  for (const std::string& host : service.new_side.hosts) {
    std::set<std::string> files;
    for (const move::ConfigFile& config : service.config) {
      if (!files.insert(config.file).second) continue;
      std::string number = files.size() == 1 ? "" : fmt::format("#{}", files.size());
      items.push_back(
          step_item({.id = item_id(finish_stage_name, "clean-config",
                                   fmt::format("{}@{}{}", name, host, number)),
                     .kind = "clean-config",
                     .title = fmt::format("Remove the backup of {} on NEW's {}", config.file, host),
                     .undo = "",
                     .arguments = {{"side", "new"}, {"host", host}, {"file", config.file}},
                     .forecast = {}}));
    }
  }
  return items;
}

Item clean_database(const SidedName& database) {
  return step_item(
      {.id = item_id(finish_stage_name, "clean-database", database.text()),
       .kind = "clean-database",
       .title = fmt::format("Remove what Hikkoshi added to the server of {}", database.title()),
       .undo = "",
       .on_old = database.on_old(),
       .arguments = {{"database", database.name}, {"side", database.side_word()}},
       .forecast = {}});
}

// All that finish does makes going back harder: slower names, no rules, no record of the rights.
std::vector<Item> kept_ready(Millis keep_for) {
  if (keep_for.count() == 0) return {};
  return {gate_item({.id = finish_stage_name + "/keep-old",
                     .kind = Gate::Kind::time,
                     .condition = "",
                     .title = fmt::format("OLD was kept ready for {}", format_duration(keep_for)),
                     .arguments = {{"after_the_move_ms", keep_for.count()}},
                     .forecast = {}})};
}

}  // namespace

std::vector<Item> finish_items(const Sources& sources) {
  const std::vector<Leg>& legs = sources.itinerary.legs();
  std::vector<Item> items = kept_ready(sources.move.policy.keep_for);
  std::set<SidedName> balancers, forwarding;
  for (std::size_t leg = 0; leg < legs.size(); ++leg) {
    for (const std::string& zone : legs[leg].zones) append(items, restored_ttl(sources, zone, leg));
    for (const SidedName& balancer : page_balancers(sources, leg)) balancers.insert(balancer);
    for (const Forwarding& to_new : forwardings(sources, leg)) {
      forwarding.insert({move::Side::old_side, to_new.balancer});
    }
  }
  for (const SidedName& balancer : balancers) {
    if (forwarding.contains(balancer)) continue;  // Stragglers still need it.
    items.push_back(
        step_item({.id = item_id(finish_stage_name, "clean-balancer", balancer.text()),
                   .kind = "clean-balancer",
                   .title = fmt::format("Take Hikkoshi's rules out of {}", balancer.title()),
                   .undo = "",
                   .on_old = balancer.on_old(),
                   .arguments = {{"side", balancer.side_word()}, {"balancer", balancer.name}},
                   .forecast = {}}));
  }
  for (const Leg& leg : legs) {
    for (const std::string& name : leg.services) append(items, clean_configs(sources, name));
    for (const std::string& name : leg.databases) {
      items.push_back(clean_database({move::Side::old_side, name}));
      items.push_back(clean_database({move::Side::new_side, name}));
    }
  }
  return items;
}

}  // namespace hikkoshi::plan
