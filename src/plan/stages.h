// The parts that compile.h puts together: one builder a kind of stage. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "move/move.h"
#include "plan/itinerary.h"
#include "plan/observed.h"
#include "plan/plan.h"

namespace hikkoshi::plan {

/// What every builder reads.
struct Sources {
  const move::Move& move;
  const Observed& observed;
  const Itinerary& itinerary;
};

/// A thing of one side, as ids and people call it: "old.edge".
struct SidedName {
  move::Side side;
  std::string name;

  auto operator<=>(const SidedName&) const = default;
  bool on_old() const { return side == move::Side::old_side; }
  std::string side_word() const { return on_old() ? "old" : "new"; }  ///< In arguments.
  std::string text() const { return side_word() + "." + name; }
  std::string title() const { return (on_old() ? "OLD's " : "NEW's ") + name; }
};

/// "service/fence-database:main": unique in a plan, the same for the same move file.
std::string item_id(std::string_view stage, std::string_view kind, std::string_view thing);

/// Fills sign, and id and kind stay as given. Forecasts are made later, by forecast.h.
Item step_item(Step step);
Item gate_item(Gate gate);

/// The first three of a list, and how many more there are.
std::string listed(const std::vector<std::string>& names);

/// Appends, so that builders read as the order of the night.
void append(std::vector<Item>& items, std::vector<Item> more);

/// Whether cutovers show the page: policy.cutover says page, or hold, which this version cannot.
bool shows_page(const move::Policy& policy);

/// The balancers that show the page in a leg, NEW's first: of services that move, both sides'; of
/// other users of databases that move, the side on which the user is.
std::vector<SidedName> page_balancers(const Sources& sources, std::size_t leg);

/// Where OLD's balancers send the requests of services that move in the leg.
struct Forwarding {
  std::string balancer;
  std::string target;  ///< "127.20.0.80:80".
};
std::vector<Forwarding> forwardings(const Sources& sources, std::size_t leg);

/// Addresses of a service on NEW, as its names will point to them.
std::vector<std::string> new_addresses(const move::Move& move, const std::string& service);

/// A TTL on the way down.
struct Rung {
  std::size_t number = 0;  ///< From 1, in the ladder of the move file.
  std::int64_t seconds = 0;
};

/// The rungs that are below what the zone's names have now; all of them when that is not known.
/// Throws Error(never, bad_move_file) when the ladder does not fall.
std::vector<Rung> rungs(const Sources& sources, const std::string& zone);
std::string lower_ttl_id(const std::string& zone, std::size_t rung);

/// How long before the night a rung must be taken: the policy's time for the ladder's ends.
Millis ahead_of_the_night(const move::TtlPolicy& policy, const Rung& rung);

/// The wait until copies with the TTL from before a rung are gone.
Item ttl_gate(const std::string& stage, const std::string& zone, std::size_t rung);

/// Window and policy.gates before a leg; before the first one also what the ladder's ends ask for.
std::vector<Item> leading_gates(const Sources& sources, std::size_t leg);

/// New configuration of one service, for the placement after leg `leg`.
std::vector<Item> push_config(const Sources& sources, const std::string& stage,
                              const std::string& service, std::size_t leg);

/// The name of the stage that moves the leg's zones: the leg's own unless it cuts over too.
std::string zone_stage_name(const Itinerary& itinerary, std::size_t leg);

Stage prepare_stage(const Sources& sources);
Stage cutover_stage(const Sources& sources, std::size_t leg);
Stage zone_stage(const Sources& sources, std::size_t leg);
std::vector<Item> finish_items(const Sources& sources);

}  // namespace hikkoshi::plan
