// What the engine executes. It knows no provider's word.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace hikkoshi::plan {
struct Step;
struct Gate;
}  // namespace hikkoshi::plan

namespace hikkoshi::engine {

/// What the world says about a step.
struct Observation {
  enum class State {
    absent,   ///< Nothing of it is there.
    partial,  ///< Begun; applying again leads to done, undoing to absent.
    done,     ///< The world is as the step wants it.
    foreign,  ///< Somebody else changed what the step is about: a human must look.
  };
  State state = State::absent;
  std::string detail;  ///< For people: "3 of 4 records", "held by run 7".
};

std::string_view to_string(Observation::State state);

/// One reversible action. After a crash the engine may call any method again,
/// so each is idempotent. They block, and throw Error when the attempt fails.
class Step {
 public:
  virtual ~Step() = default;

  /// Asks the world, never the journal: absent, partial, done, foreign.
  virtual Observation observe() = 0;

  /// What apply will change, as it is now; journaled before apply. Not called again once journaled.
  virtual Json before() = 0;

  /// Towards done. `before` is what before() said, from the journal after a crash.
  virtual void apply(const Json& before, std::stop_token stop) = 0;

  /// Back to what was there; touches only what this run made or recorded.
  virtual void undo(const Json& before, std::stop_token stop) = 0;
};

/// Where a step tells what it does, and looks up what earlier steps found. Thread-safe.
class Notebook {
 public:
  virtual ~Notebook() = default;

  /// For people who watch: {"rows":1,"rows_total":2,"bytes":3,"doing":"..."}; the newest replaces
  /// the one before and is not history.
  virtual void progress(const Json& progress) = 0;

  /// A fact for the report and for later steps: ("copy", {...}). Journaled under the step that
  /// tells it; the newest of one key counts.
  virtual void fact(std::string_view key, const Json& value) = 0;

  /// The newest fact of `key` that step `step` (its id in the plan) told in this run.
  virtual std::optional<Json> recall(std::string_view step, std::string_view key) const = 0;

  /// What step `step` had journaled as its `before`; empty when it has not begun.
  virtual std::optional<Json> before_of(std::string_view step) const = 0;
};

/// What a gate's condition reads now.
struct Reading {
  bool open = false;
  std::string evidence;              ///< "all servers serve 300 s since 01:12:03Z".
  std::optional<WallTime> opens_at;  ///< When known: the gate cannot open before.
};

/// A condition that must hold before the next step. Reads only. Throws Error(safe) when it cannot
/// be read now; the gate then stays shut.
class Condition {
 public:
  virtual ~Condition() = default;
  virtual Reading read() = 0;
};

/// Turns plan data into actions on the world. The one place where the engine meets providers;
/// implemented in steps/, and by tests.
class World {
 public:
  virtual ~World() = default;

  /// `notebook` outlives the step. Throws Error(never) for an unknown kind.
  virtual std::unique_ptr<Step> make_step(const plan::Step& step, Notebook& notebook) = 0;

  /// Only for gates of kind `condition` and for time gates that are computed from facts.
  virtual std::unique_ptr<Condition> make_condition(const plan::Gate& gate, Notebook& notebook) = 0;

  /// Raises the epoch in every store and host of the plan, before anything is observed, so that an
  /// engine on another machine can no longer act (design section 5).
  virtual void raise_epoch(const std::string& run, std::uint64_t epoch) = 0;

  /// Takes the epoch of `run`, which is over, out of all of them, so that nothing of it is left.
  /// Those of other runs stay. Idempotent.
  virtual void drop_epoch(const std::string& run) = 0;
};

}  // namespace hikkoshi::engine
