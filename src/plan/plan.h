// The plan: what a run will do, as data. Pure; compiled by compile.h, executed by engine/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace hikkoshi::plan {

/// A predicted duration and where the prediction comes from.
struct Forecast {
  Millis low{0}, high{0};
  std::string origin;  ///< "rehearsed", "measured rate", "default", "TTL".

  bool operator==(const Forecast&) const = default;
};

/// How a step changes the world, as printed in front of it.
enum class Sign { create, change, remove, copy, wait, check };

/// The smallest resumable, reversible action.
struct Step {
  std::string id;    ///< Unique in the plan and stable: "service/fence-database:main".
  std::string kind;  ///< Verb-object: "fence-database"; steps/ knows how.
  Sign sign = Sign::change;
  std::string title;    ///< One sentence for people: "Fence old.main: no application can write".
  std::string undo;     ///< One sentence: "Give the rights on frames back"; empty: nothing to undo.
  bool on_old = false;  ///< It changes OLD.
  Json arguments;       ///< What the kind needs: names of things in the move file, no secret.
  Forecast forecast;

  bool operator==(const Step&) const = default;
};

/// A condition before the next step.
struct Gate {
  enum class Kind {
    time,    ///< Not before an instant; arguments: {"not_before": TIME} or computed by the world.
    window,  ///< Inside a change window with a time zone.
    condition,  ///< Something measured.
    approval,   ///< A person's, bound to this plan's hash.
  };
  std::string id;  ///< "service/approve".
  Kind kind = Kind::condition;
  std::string condition;  ///< What the world reads: "ttl-expired"; empty for window and approval.
  std::string title;
  Json arguments;
  Forecast forecast;   ///< How long it is expected to stay shut.
  bool pivot = false;  ///< Passing it is the pivot of its critical stage (page mode).

  bool operator==(const Gate&) const = default;
};

/// One line of a stage: a step or a gate.
struct Item {
  std::optional<Step> step;
  std::optional<Gate> gate;
  bool pivot = false;  ///< When this step is done, its critical stage has passed the pivot.

  bool operator==(const Item&) const = default;
  const std::string& id() const { return step ? step->id : gate->id; }
};

/// Which side everything is on: rows are things, columns are stages.
struct PlacementRow {
  std::string thing;  ///< "service frames", "database main", "zone public".
  std::vector<std::string>
      sides;  ///< Before the move, then after each stage: "old", "new", "neither".

  bool operator==(const PlacementRow&) const = default;
};

struct Stage {
  std::string name;       ///< "prepare", "service", "dns".
  bool critical = false;  ///< Has a budget; undoes itself before the pivot, only forward after it.
  Millis budget{
      0};  ///< From the stage's first step; only when critical. Leading gates are outside.
  bool held = false;  ///< Requests are held: all intents are one record before the first step.
  std::vector<Item> items;

  bool operator==(const Stage&) const = default;
};

struct Risk {
  std::string text;
  std::string remedy;

  bool operator==(const Risk&) const = default;
};

struct Plan {
  std::string move;           ///< The move's name.
  std::string move_hash;      ///< SHA-256 of the move file's meaning (its canonical JSON).
  std::vector<Stage> stages;  ///< Executed by `run`, in order.
  std::vector<Item> finish;   ///< Executed by `finish`: TTLs up, what we added away.
  std::vector<PlacementRow> placement;
  std::vector<Risk> risks;
  Forecast downtime;  ///< The time behind the page; zero when held.
  Forecast total;
  bool way_back = false;  ///< Whether rollback after the pivot loses nothing.

  bool operator==(const Plan&) const = default;
};

/// Canonical JSON of everything above; equal plans give equal text.
Json to_json(const Plan& plan);

/// Throws Error(never, stale_plan) when it is no plan of this version of the program.
Plan plan_from_json(const Json& json);

/// SHA-256 of the canonical text: what approvals and runs are bound to.
std::string hash(const Plan& plan);

std::string_view to_string(Sign sign);
std::string_view symbol(Sign sign);  ///< "+", "~", "-", ">", "=", "?".
std::string_view to_string(Gate::Kind kind);

}  // namespace hikkoshi::plan
