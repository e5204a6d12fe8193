// A world in memory for the engine's tests: it counts effects, breaks on request, and dies at any
// point. Its effects are not idempotent, so an engine that repeats blindly is found out.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/listener.h"
#include "engine/requests.h"
#include "engine/step.h"
#include "journal/journal.h"
#include "journal/mem_journal.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// Our process dies here. No std::exception, so nothing can swallow it.
struct Crash {};

/// Counts the points at which a process can die, and kills it at one of them.
class Fuse {
 public:
  void burn_at(int point) { left_ = point; }  ///< From 1; 0 never.
  int points() const { return points_; }
  /// One point is reached: true when the process dies here.
  bool blows() {
    ++points_;
    return left_ > 0 && --left_ == 0;
  }

 private:
  int left_ = 0;
  int points_ = 0;
};

/// What happens to the next call of a step.
struct Fault {
  Retry retry = Retry::safe;
  bool after_effect = false;  ///< The effect happens, then the answer is lost.
  bool on_undo = false;
  bool on_observe = false;
  Exit exit = Exit::failed;
};

/// The world: a bag of things, and who did what to it. Lives on when the engine dies.
///
/// Step kinds: "put" {"things":["a","b"]} puts each, one effect a thing; "check" has no effect and
/// is done once applied; all take {"takes_ms":N} of the fake clock. A thing put twice is there
/// twice: foreign.
class ToyWorld : public World {
 public:
  explicit ToyWorld(FakeClock& clock) : clock_(clock) {}

  std::unique_ptr<Step> make_step(const plan::Step& step, Notebook& notebook) override;
  std::unique_ptr<Condition> make_condition(const plan::Gate& gate, Notebook& notebook) override;
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;

  /// Every effect asks the journal here whether its intent is there.
  const journal::Journal* journal = nullptr;
  std::multiset<std::string> things;
  std::set<std::string> checked;
  std::map<std::string, std::deque<Fault>> faults;  ///< By step id; the next call takes the first.
  std::map<std::string, bool> conditions;           ///< By word; missing: open.
  std::vector<std::string> log;                     ///< "+a", "-a" in the order of effects.
  std::vector<std::string> violations;              ///< What must never happen, and did.
  std::vector<std::uint64_t> epochs;
  std::set<std::string> holders;  ///< Runs whose epoch stands.
  Fuse effects;
  bool die_after_effect = false;

  /// One effect of `step` on `thing`: 1 puts, -1 takes.
  void effect(const std::string& step, const std::string& thing, int change);
  std::optional<Fault> next_fault(const std::string& step, bool undo, bool observe);
  FakeClock& clock() { return clock_; }

 private:
  FakeClock& clock_;
};

/// A journal that dies at a chosen write: before it, after it, or with half of it on the disk.
class DyingJournal : public journal::Journal {
 public:
  enum class How { before, after, torn };
  DyingJournal(std::string& disk, Fuse& fuse, How how)
      : disk_(disk), journal_(disk), fuse_(fuse), how_(how) {}
  std::vector<journal::Event> append(std::vector<journal::Event> events) override;
  const journal::State& state() const override { return journal_.state(); }
  void progress(const std::string& subject, const Json& value, WallTime now) override {
    journal_.progress(subject, value, now);
  }

 private:
  std::string& disk_;
  journal::MemJournal journal_;
  Fuse& fuse_;
  How how_;
};

/// Approves whatever waits for approval, and hands out what tests put in.
class ToyRequests : public RequestSource {
 public:
  const journal::Journal* journal = nullptr;
  std::string plan_hash;  ///< For approvals.
  bool approves = true;
  std::deque<Request> waiting;
  std::vector<std::pair<std::string, bool>> settled;  ///< Ids, and whether accepted.

  std::vector<Request> poll() override;
  void settle(const Request& request, bool accepted) override;
};

/// Plans for tests, made of short words: steps "a" put thing "a"; "?x" is an approval gate,
/// "!x" one that is the pivot, "a!" a step that is the pivot, "~x" a condition gate, "=x" a check,
/// "a+b" a step with two effects, "-a" one that puts the thing "-a" and is said to remove.
plan::Stage toy_stage(const std::string& name, bool critical, const std::vector<std::string>& items,
                      Millis budget = Millis(3'600'000));
plan::Plan toy_plan(std::vector<plan::Stage> stages, const std::vector<std::string>& finish = {});

/// Everything that the engine needs, on a fake clock; the disk and the world outlive engines.
struct Toy {
  FakeClock clock;
  std::string disk;
  ToyWorld world{clock};
  ToyRequests requests;
  DeafListener deaf;
  Listener* listener = &deaf;
  Fuse writes;
  DyingJournal::How how = DyingJournal::How::before;
  Engine::Options options{.holder = "test",
                          .boot = "one",
                          .random = [] { return 0.5; },
                          .wait_at_gates = true,
                          .threads = false};

  /// A new process: opens the journal and runs the plan. Throws Crash when a fuse blows.
  Result run(const plan::Plan& plan, std::stop_token stop = {});
  Result rollback(bool lose_writes = false, std::stop_token stop = {});
  Result finish(std::stop_token stop = {});

  /// What a fresh look at the disk says.
  journal::State state();
  std::vector<std::string> kinds();  ///< Of all events, with subject: "step-done web/a".

 private:
  template <typename Call>
  Result with_engine(const std::string& plan_hash, Call call);
};

}  // namespace hikkoshi::engine
