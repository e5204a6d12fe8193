#include "engine/step_runner.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace hikkoshi::engine {

using journal::Kind;
using journal::StepRow;
using journal::StepState;
using State = Observation::State;

namespace {

constexpr Millis slice{250};          // Between two looks while waiting to retry.
constexpr Millis telling_pause{500};  // Progress is journaled at most that often.

Json failed(const Error& error) {
  return {{"error", error.what()}, {"retry", to_string(error.retry())}, {"remedy", error.remedy()}};
}

std::string word(const Observation& observation) {
  if (observation.detail.empty()) return std::string(to_string(observation.state));
  return fmt::format("{}: {}", to_string(observation.state), observation.detail);
}

/// The same on every attempt of one round, so that the world can tell a repetition.
std::string idempotency_key(const std::string& run, const std::string& step, int round) {
  return sha256(fmt::format("{}|{}|{}", run, step, round)).substr(0, 32);
}

bool has_intent(StepState state) {
  return state == StepState::intended || state == StepState::running ||
         state == StepState::unknown || state == StepState::failed;
}

Ending for_a_human(Ending ending) {
  if (ending.why == Ending::Why::failed && ending.exit != Exit::mismatch)
    ending.exit = Exit::needs_human;
  return ending;
}

}  // namespace

Ending StepRunner::forward(const plan::Step& step, const Place& place) {
  bool done = false;
  Ending ending = begin(step, place, done);
  for (int attempts = 1; ending.done() && !done; ++attempts) {
    std::optional<Error> failure;
    if (auto ended = try_once(step, place, failure)) return *ended;
    ending = wait_to_retry(*failure, attempts, Heed::all);
  }
  return ending;
}

/// What the journal and the world say before the first attempt of this process. Journals the
/// intent of a step that has none.
Ending StepRunner::begin(const plan::Step& step, const Place& place, bool& done) {
  StepRow row = ledger_.state().step(step.id);
  done = row.state == StepState::done || row.state == StepState::found;
  if (done) return {};
  bool begun = has_intent(row.state);
  if (row.state == StepState::running)
    ledger_.record(Kind::step_unknown, step.id, {{"error", "the engine ended while it ran"}},
                   row.attempt);
  Ending ending;
  auto observation = observe(step, ending, Heed::all);
  if (!observation) return ending;
  if (observation->state == State::foreign) return foreign(step, *observation);
  if (observation->state == State::done) {
    done = true;
    if (begun)
      record_done(step, place, *observation, true);
    else
      record_found(step, place, *observation);
    return {};
  }
  if (begun) return {};
  Json before;
  ending = read_before(step, before);
  if (!ending.done()) return ending;
  ledger_.record({intent(step, place, before, to_string(observation->state), 1)});
  return {};
}

Ending StepRunner::prepare_held(const plan::Step& step, const Place& place,
                                std::vector<journal::Event>& intents) {
  Ending ending;
  auto observation = observe(step, ending, Heed::all);
  if (!observation) return ending;
  if (observation->state == State::foreign) return foreign(step, *observation);
  if (observation->state == State::done) {
    record_found(step, place, *observation);
    return {};
  }
  Json before;
  ending = read_before(step, before);
  if (!ending.done()) return ending;
  intents.push_back(intent(step, place, before, to_string(observation->state), 1));
  return {};
}

Ending StepRunner::read_before(const plan::Step& step, Json& before) {
  for (int attempts = 1;; ++attempts) {
    auto failure = call(step, Heed::all, [&](Step& it, std::stop_token) { before = it.before(); });
    if (!failure) return {};
    Ending ending = wait_to_retry(*failure, attempts, Heed::all);
    if (!ending.done()) return ending;
  }
}

journal::Event StepRunner::intent(const plan::Step& step, const Place& place, const Json& before,
                                  std::string_view was, int attempt) const {
  StepRow row = ledger_.state().step(step.id);
  int round = row.state == StepState::undone ? row.round + 1 : row.round;
  Json body{{"stage", place.stage},
            {"key", idempotency_key(ledger_.state().run.id, step.id, round)},
            {"before", before},
            {"was", was},
            {"deadline", format_time(ledger_.clock().now() + silence_limit(step))}};
  // Later attempts of a held stage's step are ordinary ones: something went wrong, time is spent.
  if (place.held && attempt == 1) body["held"] = true;
  return ledger_.draft(Kind::step_intended, step.id, body, attempt);
}

/// One apply and what came of it. Empty: it failed with `failure` and may be tried again.
std::optional<Ending> StepRunner::try_once(const plan::Step& step, const Place& place,
                                           std::optional<Error>& failure) {
  StepRow row = ledger_.state().step(step.id);
  if (row.state != StepState::running && row.state != StepState::intended) {
    ++row.attempt;
    ledger_.record({intent(step, place, row.before, row.was, row.attempt)});
  }
  failure =
      call(step, Heed::all, [&](Step& it, std::stop_token stop) { it.apply(row.before, stop); });
  if (failure && failure->retry() != Retry::ask) {
    ledger_.record(Kind::step_failed, step.id, failed(*failure), row.attempt);
    return {};
  }
  if (failure) ledger_.record(Kind::step_unknown, step.id, failed(*failure), row.attempt);
  Ending ending;
  auto observation = observe(step, ending, Heed::all);
  if (!observation) return ending;
  if (observation->state == State::foreign) return foreign(step, *observation);
  if (observation->state == State::done) {
    record_done(step, place, *observation, failure.has_value());
    return Ending{};
  }
  if (!failure) {
    failure = Error(Retry::safe, "it was applied, but the world says " + word(*observation));
    ledger_.record(Kind::step_failed, step.id, failed(*failure), row.attempt);
  }
  return {};
}

void StepRunner::record_done(const plan::Step& step, const Place& place,
                             const Observation& observation, bool adopted) {
  int attempt = ledger_.state().step(step.id).attempt;
  Json body{{"detail", observation.detail}};
  if (adopted) body["adopted"] = true;
  if (place.pivot) body["pivot"] = true;
  if (place.held && !place.pivot)
    ledger_.put_off(Kind::step_done, step.id, body, attempt);
  else
    ledger_.record(Kind::step_done, step.id, body, attempt);
}

void StepRunner::record_found(const plan::Step& step, const Place& place,
                              const Observation& observation) {
  Json body{{"stage", place.stage}, {"detail", observation.detail}};
  if (place.pivot) body["pivot"] = true;
  ledger_.record(Kind::step_found, step.id, body);
}

Ending StepRunner::back(const plan::Step& step, bool may_stop) {
  Heed heed = may_stop ? Heed::stop_only : Heed::nothing;
  if (step.undo.empty()) {
    ledger_.record(Kind::step_undone, step.id, {{"detail", "nothing to undo"}});
    return {};
  }
  Ending ending;
  auto observation = observe(step, ending, heed);
  if (!observation) return for_a_human(ending);
  if (observation->state == State::foreign) return foreign(step, *observation);
  bool begun = ledger_.state().step(step.id).state == StepState::undoing;
  if (begun && observation->state == State::absent) {
    ledger_.record(Kind::step_undone, step.id, {{"detail", observation->detail}});
    return {};
  }
  for (int attempts = 1; ending.done(); ++attempts) {
    std::optional<Error> failure;
    if (auto ended = undo_once(step, attempts, heed, failure)) return for_a_human(*ended);
    ending = wait_to_retry(*failure, attempts, heed);
  }
  return for_a_human(ending);
}

/// One undo and what came of it. Empty: it failed with `failure` and may be tried again.
std::optional<Ending> StepRunner::undo_once(const plan::Step& step, int attempt, Heed heed,
                                            std::optional<Error>& failure) {
  StepRow row = ledger_.state().step(step.id);
  ledger_.record(Kind::undo_intended, step.id, Json::object(), attempt);
  failure =
      call(step, Heed::nothing, [&](Step& it, std::stop_token stop) { it.undo(row.before, stop); });
  if (failure && failure->retry() != Retry::ask) {
    ledger_.record(Kind::undo_failed, step.id, failed(*failure), attempt);
    return {};
  }
  Ending ending;
  auto observation = observe(step, ending, heed);
  if (!observation) return ending;
  if (observation->state == State::foreign) return foreign(step, *observation);
  // A step that was half there when we came is half there again.
  if (observation->state == State::absent || to_string(observation->state) == row.was) {
    ledger_.record(Kind::step_undone, step.id, {{"detail", observation->detail}}, attempt);
    return Ending{};
  }
  if (!failure)
    failure = Error(Retry::safe, "it was undone, but the world says " + word(*observation));
  ledger_.record(Kind::undo_failed, step.id, failed(*failure), attempt);
  return {};
}

std::optional<Observation> StepRunner::observe(const plan::Step& step, Ending& ending) {
  return observe(step, ending, Heed::nothing);
}

std::optional<Observation> StepRunner::observe(const plan::Step& step, Ending& ending, Heed heed) {
  for (int attempts = 1;; ++attempts) {
    Observation observation;
    auto failure = call(step, heed, [&](Step& it, std::stop_token) { observation = it.observe(); });
    if (!failure) return observation;
    ending = wait_to_retry(*failure, attempts, heed);
    if (!ending.done()) return {};
  }
}

Ending StepRunner::foreign(const plan::Step& step, const Observation& observation) {
  ledger_.record(Kind::step_foreign, step.id, {{"detail", observation.detail}});
  Ending ending =
      Ending::of(Ending::Why::failed, Exit::needs_human,
                 fmt::format("{}: somebody else changed it: {}", step.id, observation.detail));
  ending.remedy = "look at it, put it right by hand, then run again";
  return ending;
}

std::optional<Error> StepRunner::call(const plan::Step& step, Heed heed, const Work& work) {
  Live& live = live_[step.id];
  if (!live.notebook) live.notebook = std::make_unique<StepNotebook>(step.id, ledger_, hand_);
  Clock& clock = ledger_.clock();
  Millis heard = clock.steady(), told = heard - telling_pause;
  auto look = [&] {
    if (clock.steady() - told >= telling_pause) {
      if (auto progress = live.notebook->take_progress()) {
        ledger_.tell(step.id, *progress);
        told = heard = clock.steady();
      }
    }
    if (clock.steady() - heard > silence_limit(step)) return false;
    const journal::StageRow* critical = open_critical_stage(ledger_.state());
    // Past the pivot an attempt is not disturbed: what it does is the shortest way out.
    bool undisturbed = critical && critical->pivot;
    return heeded(undisturbed ? Heed::nothing : heed).done();
  };
  auto failure = hand_.run(
      [&](std::stop_token stop) {
        if (!live.step) live.step = world_.make_step(step, *live.notebook);
        work(*live.step, stop);
      },
      look);
  if (auto progress = live.notebook->take_progress()) ledger_.tell(step.id, *progress);
  if (failure) failure->in(step.id);
  return failure;
}

/// Done when another attempt may follow now; the failure itself when none may.
Ending StepRunner::wait_to_retry(const Error& failure, int attempts, Heed heed) {
  auto delay = next_delay(options_.retry, failure.retry(), attempts, options_.random);
  if (!delay) return Ending::failure(failure);
  for (Millis left = *delay;; left -= slice) {
    Ending ending = heeded(heed);
    if (!ending.done()) return ending;
    if (left <= Millis(0)) return {};
    std::stop_token stop = heed == Heed::nothing ? std::stop_token() : desk_.stop();
    ledger_.clock().sleep(std::min(left, slice), stop);
  }
}

/// Whether something calls us away.
Ending StepRunner::heeded(Heed heed) {
  if (heed == Heed::all) return desk_.look();
  desk_.read();
  if (heed == Heed::stop_only && desk_.stop().stop_requested())
    return Ending::of(Ending::Why::stopped, Exit::interrupted, "stopped on request");
  return {};
}

Millis StepRunner::silence_limit(const plan::Step& step) const {
  return std::max(options_.silence, step.forecast.high * 2);
}

}  // namespace hikkoshi::engine
