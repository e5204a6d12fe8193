// What the history adds up to: a fold over events, never written by hand.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/event.h"

namespace hikkoshi::journal {

enum class StepState {
  pending,   ///< Nothing was begun (or what was begun belongs to an earlier, undone round).
  found,     ///< Done before we came; not ours to undo.
  intended,  ///< Held stages: may be running, its outcome comes with the stage's.
  running,   ///< Intent journaled, no outcome.
  unknown,   ///< The outcome is not known.
  failed,    ///< The last attempt failed for certain.
  done,      ///< Observed in the world.
  undoing,   ///< Undo began.
  undone,    ///< Observed in the world.
};

struct StepRow {
  std::string id, stage;
  StepState state = StepState::pending;
  int attempt = 0;     ///< Of this round, from 1.
  int round = 0;       ///< How often it was undone before.
  std::string key;     ///< Idempotency key: the same on every attempt of a round.
  Json before;         ///< What apply changes, as it was; null before the intent.
  std::string was;     ///< What observe said before the intent: absent or partial.
  std::string detail;  ///< The newest word for people: an observation or an error.
  std::optional<WallTime> begun, ended;  ///< First intent and last outcome of this round.
  std::uint64_t intent = 0;              ///< seq of the round's first intent; orders undo.

  bool operator==(const StepRow&) const = default;
};

struct GateRow {
  std::string id, stage, title;
  bool open = false;
  bool pivot = false;       ///< It was the pivot.
  std::string evidence;     ///< Why it is shut, or why it opened.
  std::string approved_by;  ///< Empty until somebody approves.
  std::optional<WallTime> waiting, opened, opens_at;

  bool operator==(const GateRow&) const = default;
};

struct StageRow {
  enum class State { pending, begun, done, undoing, undone };
  std::string name;
  State state = State::pending;
  bool critical = false;
  bool pivot = false;  ///< The pivot of this stage was passed.
  std::string reason;  ///< Why it goes or went back.
  std::optional<WallTime> begun, ended;
  Millis begun_steady{0};  ///< With `begun_boot`: where the budget began.
  std::string begun_boot;

  bool operator==(const StageRow&) const = default;
};

struct RunRow {
  enum class State {
    none,     ///< The journal is empty.
    running,  ///< Also: killed. Whether a process is there, the lock says.
    paused,
    stopped,    ///< At a gate, by a failure, or asked to; can be continued.
    completed,  ///< All stages are done.
    rolling_back,
    rolled_back,  ///< Over.
    finishing,
    finished,  ///< Over.
  };
  std::string id, move, plan_hash;
  State state = State::none;
  std::uint64_t epoch = 0;  ///< The newest, over all runs of this journal.
  std::string boot;         ///< Of the machine that raised it.
  bool pivot = false;       ///< Some stage passed its pivot.
  bool paused = false;
  bool abort = false;  ///< Somebody asked to go back, and that is not done yet.
  int exit = 0;        ///< With state stopped.
  std::string text;    ///< Why it stopped or rolls back.
  std::optional<WallTime> begun, ended;

  bool over() const { return state == State::rolled_back || state == State::finished; }
  bool operator==(const RunRow&) const = default;
};

/// The newest run. Steps, gates and stages appear when something happened to them.
struct State {
  RunRow run;
  Json plan;  ///< As it was given to the run; null for none.
  std::map<std::string, StepRow> steps;
  std::map<std::string, GateRow> gates;
  std::map<std::string, StageRow> stages;
  std::map<std::pair<std::string, std::string>, Json> facts;  ///< (step, key): the newest.
  std::set<std::string> requests;                             ///< Ids of those handled.
  std::uint64_t seq = 0;                                      ///< The newest event, and its hash.
  std::string head = first_prev();

  /// The rows, empty ones when nothing happened to them yet.
  StepRow step(const std::string& id) const;
  GateRow gate(const std::string& id) const;
  StageRow stage(const std::string& name) const;

  /// Adds one event. Throws Error(never, needs_human) when its body lacks what its kind needs.
  void fold(const Event& event);

  bool operator==(const State&) const = default;
};

/// Events added on trial: commit makes them stand, else the state stays what it was. The plan,
/// which is long and changes only when a run begins, is moved instead of copied.
class TrialState {
 public:
  explicit TrialState(State& state);
  TrialState(const TrialState&) = delete;
  TrialState& operator=(const TrialState&) = delete;
  ~TrialState();

  /// With the events so far; its plan is null unless one of them began a run.
  const State& next() const { return next_; }
  void fold(const Event& event) { next_.fold(event); }
  void commit();

 private:
  State& state_;
  Json plan_;
  State next_;
};

std::string_view to_string(StepState state);
std::string_view to_string(StageRow::State state);
std::string_view to_string(RunRow::State state);

}  // namespace hikkoshi::journal
