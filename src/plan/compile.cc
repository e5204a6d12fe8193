#include "plan/compile.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "plan/forecast.h"
#include "plan/itinerary.h"
#include "plan/limits.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

namespace {

void check_words(const move::Policy& policy) {
  for (const std::string& word : {policy.prefer, policy.otherwise}) {
    if (word == "hold" || word == "page" || word == "none") continue;
    throw Error(Retry::never, fmt::format("unknown word '{}' in policy.cutover", word),
                Exit::bad_move_file)
        .remedy("hold, page and none are known");
  }
}

void check_gates(const move::Move& move) {
  std::set<std::string> names;
  for (const move::Stage& stage : move.stages) names.insert(stage.name);
  for (const move::GatePolicy& gate : move.policy.gates) {
    if (names.contains(gate.before)) continue;
    throw Error(Retry::never,
                fmt::format("a gate stands before stage '{}', which is none", gate.before),
                Exit::bad_move_file);
  }
}

void check_ids(const Plan& plan) {
  std::set<std::string> seen;
  auto look = [&seen](const std::vector<Item>& items) {
    for (const Item& item : items) {
      if (seen.insert(item.id()).second) continue;
      throw Error(Retry::never, fmt::format("two steps would be called {}", item.id()),
                  Exit::bad_move_file)
          .remedy("rename one of the things in the move file");
    }
  };
  for (const Stage& stage : plan.stages) look(stage.items);
  look(plan.finish);
}

bool moves_a_store(const Itinerary& itinerary) {
  for (const Leg& leg : itinerary.legs()) {
    if (!leg.databases.empty()) return true;
  }
  return false;
}

}  // namespace

Plan compile(const move::Move& move, const Observed& observed, const std::string& move_hash) {
  check_words(move.policy);
  check_gates(move);
  Itinerary itinerary(move);
  Sources sources{move, observed, itinerary};
  Plan plan{.move = move.name,
            .move_hash = move_hash,
            .stages = {prepare_stage(sources)},
            .finish = finish_items(sources),
            .placement = itinerary.placement(),
            .risks = {},
            .downtime = {},
            .total = {},
            .way_back = !moves_a_store(itinerary)};
  for (std::size_t leg = 0; leg < itinerary.legs().size(); ++leg) {
    const Leg& about = itinerary.legs()[leg];
    if (about.cuts_over()) plan.stages.push_back(cutover_stage(sources, leg));
    if (!about.zones.empty()) plan.stages.push_back(zone_stage(sources, leg));
  }
  check_ids(plan);
  plan = forecasted(std::move(plan), observed, move.policy.ttl);
  check_limits(plan, sources);
  plan.risks = risks_of(plan, sources);
  return plan;
}

}  // namespace hikkoshi::plan
