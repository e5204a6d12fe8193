#include "engine/engine.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/desk.h"
#include "engine/gatekeeper.h"
#include "engine/hand.h"
#include "engine/ledger.h"
#include "engine/stage_runner.h"
#include "engine/step_runner.h"

namespace hikkoshi::engine {

using journal::Kind;
using journal::RunRow;

namespace {

Result result_of(const Ending& ending) {
  return {ending.exit, ending.text, ending.remedy, ending.gate, ending.opens_at};
}

Result refusal(Exit exit, std::string text, std::string remedy = "") {
  return {exit, std::move(text), std::move(remedy), "", {}};
}

/// Everything that one call of the engine needs, wired together.
class Session {
 public:
  Session(const Engine::Parts& parts, const Engine::Options& options, const plan::Plan& plan,
          std::stop_token stop)
      : world_(parts.world),
        options_(options),
        plan_(plan),
        hash_(plan::hash(plan)),
        ledger_(parts.journal, parts.clock, parts.listener, Reserve(options.reserve)),
        hand_(options.threads),
        desk_(ledger_, parts.requests, plan_, hash_, options.boot, stop),
        gates_(world_, ledger_, hand_),
        steps_(world_, ledger_, hand_, desk_, {options.retry, options.random, options.silence}),
        stages_(plan_, ledger_, desk_, gates_, steps_, {options.wait_at_gates, options.poll}) {}

  const RunRow& run() const { return ledger_.state().run; }
  const std::string& plan_hash() const { return hash_; }
  Ledger& ledger() { return ledger_; }

  /// A new run in the journal.
  void begin_run();

  /// From here on no engine with an older epoch can act. Before anything is observed.
  Ending raise_epoch();

  /// Nothing is left of a run that is over.
  Ending drop_epoch(const std::string& run);

  /// All stages, then run-completed.
  Result go_forward();

  /// Everything back, then rolled-back. `success` is what a whole rollback exits with.
  Result go_back(bool lose_writes, const std::string& reason, Exit success);

  Result go_finish();

  /// Whether a rollback would lose writes; not done when it must not be.
  Ending check_pivot(bool lose_writes);

  /// Journals that the run stops here.
  Result stop_at(const Ending& ending);

 private:
  Ending everywhere(const std::string& doing, const std::function<void()>& work);
  Result leave(const Ending& ending);

  World& world_;
  const Engine::Options& options_;
  const plan::Plan& plan_;
  std::string hash_;
  Ledger ledger_;
  Hand hand_;
  Desk desk_;
  Gatekeeper gates_;
  StepRunner steps_;
  StageRunner stages_;
  std::string previous_;  // The run that went back before this one began.
};

/// Whether the run that is being finished, or is, went back before.
bool went_back(const journal::State& state) {
  if (state.run.state == RunRow::State::rolled_back) return true;
  auto fact = state.facts.find({"run", "went_back"});
  return fact != state.facts.end() && fact->second == true;
}

/// Whether finishing may take the run back: a stage was undone, and nothing is under way.
bool given_up(const journal::State& state) {
  if (state.run.pivot || open_critical_stage(state)) return false;
  return std::any_of(state.stages.begin(), state.stages.end(), [](const auto& entry) {
    return entry.second.state == journal::StageRow::State::undone;
  });
}

void Session::begin_run() {
  if (run().state == RunRow::State::rolled_back) previous_ = run().id;
  std::string seed = fmt::format("{}|{}|{}|{}", hash_, options_.holder, ledger_.state().head,
                                 format_time(ledger_.clock().now()));
  ledger_.sign(sha256(seed).substr(0, 12), run().epoch);
  ledger_.record(Kind::run_begun, "",
                 {{"move", plan_.move}, {"plan_hash", hash_}, {"plan", plan::to_json(plan_)}});
}

Ending Session::raise_epoch() {
  std::uint64_t epoch = run().epoch + 1;
  ledger_.sign(run().id, epoch);
  ledger_.record(Kind::epoch_raised, "", {{"holder", options_.holder}, {"boot", options_.boot}});
  Ending ending = everywhere("raising the epoch", [&] { world_.raise_epoch(run().id, epoch); });
  if (!ending.done() || previous_.empty()) return ending;
  return drop_epoch(std::exchange(previous_, ""));
}

Ending Session::drop_epoch(const std::string& run) {
  return everywhere("dropping the epoch", [&] { world_.drop_epoch(run); });
}

/// `work` on all stores and hosts, repeated as its failures allow.
Ending Session::everywhere(const std::string& doing, const std::function<void()>& work) {
  for (int attempts = 1;; ++attempts) {
    auto failure = hand_.run([&](std::stop_token) { work(); }, [] { return true; });
    if (!failure) return {};
    auto delay = next_delay(options_.retry, failure->retry(), attempts, options_.random);
    // Within a cutover the engine's absence is an outage: then it is worth trying to the end.
    bool heeds = !open_critical_stage(ledger_.state());
    if (heeds && desk_.stop().stop_requested())
      return Ending::of(Ending::Why::stopped, Exit::interrupted, "stopped on request");
    if (!delay) return Ending::failure(failure->in(doing));
    ledger_.clock().sleep(*delay, heeds ? desk_.stop() : std::stop_token());
  }
}

Result Session::go_forward() {
  for (const plan::Stage& stage : plan_.stages) {
    Ending ending = stages_.run(stage);
    if (!ending.done()) return leave(ending);
  }
  ledger_.record(Kind::run_completed, "", Json::object());
  return {Exit::ok, "every stage is done", "", "", {}};
}

/// A stage was left: an abort outside of a critical stage takes the whole run back.
Result Session::leave(const Ending& ending) {
  if (ending.why == Ending::Why::aborted) return go_back(false, ending.text, Exit::rolled_back);
  return stop_at(ending);
}

Result Session::go_back(bool lose_writes, const std::string& reason, Exit success) {
  if (run().state != RunRow::State::rolling_back)
    ledger_.record(Kind::rollback_begun, "", {{"lose_writes", lose_writes}, {"reason", reason}});
  Ending ending = stages_.undo_everything();
  if (!ending.done()) return stop_at(ending);
  ledger_.record(Kind::rolled_back, "", Json::object());
  return {success, "everything this run did is undone: " + run().text, "", "", {}};
}

Ending Session::check_pivot(bool lose_writes) {
  if (run().state == RunRow::State::rolling_back) return {};
  Ending ending = stages_.settle_pivots();
  if (!ending.done()) return ending;
  if (!run().pivot || plan_.way_back || lose_writes) return {};
  ending = Ending::of(Ending::Why::failed, Exit::refused,
                      "NEW is open: what was written there since the cutover would be lost");
  ending.remedy = "rollback --lose-writes-since-cutover, if that is what you want";
  return ending;
}

Result Session::go_finish() {
  const bool back = went_back(ledger_.state());
  if (run().state != RunRow::State::finishing) {
    std::vector<journal::Event> events{ledger_.draft(Kind::finish_begun, "", Json::object())};
    if (back)
      events.push_back(ledger_.draft(Kind::fact, "run", {{"key", "went_back"}, {"value", true}}));
    ledger_.record(std::move(events));
  }
  plan::Stage finish;
  finish.name = "finish";
  for (const plan::Item& item : plan_.finish) {
    bool removes = item.step && item.step->sign == plan::Sign::remove;
    if (removes || !back) finish.items.push_back(item);
  }
  Ending ending = stages_.run(finish);
  if (!ending.done()) return leave(ending);
  // Last, and again after a death in between: raising it on the way here has made its record anew.
  ending = drop_epoch(run().id);
  if (!ending.done()) return stop_at(ending);
  ledger_.record(Kind::finished, "", Json::object());
  return {Exit::ok, back ? "finished: nothing of the run is left" : "finished", "", "", {}};
}

Result Session::stop_at(const Ending& ending) {
  ledger_.record(Kind::run_stopped, "",
                 {{"exit", static_cast<int>(ending.exit)}, {"text", ending.text}});
  return result_of(ending);
}

}  // namespace

Result Engine::run(const plan::Plan& plan, std::stop_token stop) {
  Session session(parts_, options_, plan, stop);
  const RunRow& run = session.run();
  bool same = run.plan_hash == session.plan_hash();
  const bool back = went_back(parts_.journal.state());
  if (run.state == RunRow::State::finished && same && !back)
    return {Exit::ok, "this plan's run is finished already", "", "", {}};
  if (run.state == RunRow::State::none || run.over())
    session.begin_run();
  else if (!same)
    return refusal(Exit::stale_plan, "another plan's run is not over: " + run.plan_hash,
                   "run that plan, roll it back or finish it");
  if (run.state == RunRow::State::finishing && back)
    return refusal(Exit::refused, "the run went back and is being finished", "finish it first");
  if (run.state == RunRow::State::completed || run.state == RunRow::State::finishing)
    return {Exit::ok, "every stage is done already", "", "", {}};
  Ending ending = session.raise_epoch();
  if (!ending.done()) return session.stop_at(ending);
  if (run.state == RunRow::State::rolling_back)
    return session.go_back(false, run.text, Exit::rolled_back);
  return session.go_forward();
}

Result Engine::rollback(bool lose_writes, std::stop_token stop) {
  const journal::State& state = parts_.journal.state();
  switch (state.run.state) {
    case RunRow::State::none:
      return refusal(Exit::refused, "nothing was run, so there is nothing to roll back");
    case RunRow::State::finished:
      return refusal(Exit::refused, "the run is finished: what it needed to go back is removed");
    case RunRow::State::rolled_back:
      return {Exit::ok, "the run is rolled back already", "", "", {}};
    default:
      if (went_back(state))
        return {Exit::ok, "the run is rolled back already, and is being finished", "", "", {}};
      break;
  }
  plan::Plan plan = plan::plan_from_json(state.plan);
  Session session(parts_, options_, plan, stop);
  Ending ending = session.raise_epoch();
  if (!ending.done()) return session.stop_at(ending);
  ending = session.check_pivot(lose_writes);
  if (!ending.done()) return session.stop_at(ending);
  return session.go_back(lose_writes, "rollback", Exit::ok);
}

Result Engine::finish(std::stop_token stop) {
  const journal::State& state = parts_.journal.state();
  if (state.run.state == RunRow::State::finished)
    return {Exit::ok, "the run is finished already", "", "", {}};
  using State = RunRow::State;
  if (state.run.state == State::none)
    return refusal(Exit::refused, "nothing was run, so there is nothing to finish");
  const bool forward = state.run.state == State::completed || state.run.state == State::finishing;
  const bool back = state.run.state == State::rolled_back;
  const bool goes_back = state.run.state == State::rolling_back || given_up(state);
  if (!forward && !back && !goes_back)
    return refusal(Exit::refused, "the run is not complete", "run it to its end, or roll it back");
  plan::Plan plan = plan::plan_from_json(state.plan);
  Session session(parts_, options_, plan, stop);
  Ending ending = session.raise_epoch();
  if (!ending.done()) return session.stop_at(ending);
  if (!forward && !back) {
    Result result = session.go_back(false, "finish", Exit::ok);
    if (state.run.state != State::rolled_back) return result;
  }
  return session.go_finish();
}

std::string boot_id() {
  return std::string(trim(read_file("/proc/sys/kernel/random/boot_id")));
}

}  // namespace hikkoshi::engine
