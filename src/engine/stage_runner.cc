#include "engine/stage_runner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/attempt.h"

namespace hikkoshi::engine {

using journal::Kind;
using journal::StageRow;
using journal::StepRow;
using journal::StepState;

namespace {

/// The index of the first step: gates before it are outside the budget.
size_t first_step(const plan::Stage& stage) {
  size_t first = 0;
  while (first < stage.items.size() && stage.items[first].gate && !stage.items[first].gate->pivot)
    ++first;
  return first;
}

Place place_of(const plan::Stage& stage, const plan::Item& item) {
  return {stage.name, item.pivot, stage.held};
}

/// Past the pivot there is no way back by itself: a failure waits for people.
Ending past_pivot(Ending ending) {
  if (ending.why != Ending::Why::failed) return ending;
  if (ending.exit != Exit::mismatch) ending.exit = Exit::needs_human;
  ending.text += "; the pivot is passed, so it only goes forward";
  return ending;
}

bool needs_undo(const StepRow& row) {
  return row.state == StepState::intended || row.state == StepState::running ||
         row.state == StepState::unknown || row.state == StepState::failed ||
         row.state == StepState::done || row.state == StepState::undoing;
}

}  // namespace

Ending StageRunner::run(const plan::Stage& stage) {
  StageRow row = ledger_.state().stage(stage.name);
  if (row.state == StageRow::State::done) return {};
  if (row.state == StageRow::State::undoing)
    return undo_stage(stage, Ending::of(Ending::Why::failed, Exit::rolled_back, row.reason));
  size_t first = first_step(stage);
  if (row.state != StageRow::State::begun) {
    Ending ending = open_leading_gates(stage, first);
    if (ending.done()) ending = start(stage, first);
    if (!ending.done()) return ending;
  }
  Ending ending = stage.critical ? run_critical(stage, first) : run_items(stage, first);
  steps_.drop_steps();
  if (!open_critical_stage(ledger_.state())) ledger_.free_room();
  return ending;
}

/// Gates that were open may have shut again while another was waited for (a window while somebody
/// was asked), so all of them must be open in one sweep.
Ending StageRunner::open_leading_gates(const plan::Stage& stage, size_t first) {
  do {
    waited_ = false;
    for (size_t i = 0; i < first; ++i) {
      Ending ending = pass(stage, *stage.items[i].gate, true);
      if (!ending.done()) return ending;
    }
  } while (waited_);
  return between();
}

/// From its record on the budget runs. A held stage's intents are in the same record.
Ending StageRunner::start(const plan::Stage& stage, size_t first) {
  if (stage.critical) {
    if (auto failure = attempt([&] { ledger_.keep_room(); })) return Ending::failure(*failure);
  }
  std::vector<journal::Event> intents;
  for (size_t i = first; stage.held && i < stage.items.size(); ++i) {
    if (!stage.items[i].step) continue;
    Ending ending =
        steps_.prepare_held(*stage.items[i].step, place_of(stage, stage.items[i]), intents);
    if (!ending.done()) return ending;
  }
  std::vector<journal::Event> events{
      ledger_.draft(Kind::stage_begun, stage.name,
                    {{"critical", stage.critical}, {"budget_ms", stage.budget.count()}})};
  std::move(intents.begin(), intents.end(), std::back_inserter(events));
  ledger_.record(std::move(events));
  return {};
}

Ending StageRunner::run_items(const plan::Stage& stage, size_t first) {
  for (size_t i = first; i < stage.items.size(); ++i) {
    const plan::Item& item = stage.items[i];
    Ending ending = between();
    if (!ending.done()) return ending;
    ending = item.gate ? pass(stage, *item.gate, false)
                       : steps_.forward(*item.step, place_of(stage, item));
    if (!ending.done()) return ending;
  }
  Ending ending = between();
  if (ending.done()) ledger_.record(Kind::stage_done, stage.name, Json::object());
  return ending;
}

Ending StageRunner::run_critical(const plan::Stage& stage, size_t first) {
  for (;;) {
    Ending ending = run_items(stage, first);
    if (ending.done()) return ending;
    if (ledger_.state().stage(stage.name).pivot) return past_pivot(ending);
    Ending trouble;
    auto passed = pivot_passed(stage, trouble);
    if (!passed) return trouble;
    if (!*passed) return undo_stage(stage, ending);
    ledger_.record(Kind::pivot_passed, stage.name, {{"evidence", "seen in the world"}});
    if (ending.why == Ending::Why::stopped) return ending;
  }
}

/// Whether the stage's pivot is a fact in the world though the journal does not know. Empty when
/// it cannot be told: then nothing may be opened on a guess.
std::optional<bool> StageRunner::pivot_passed(const plan::Stage& stage, Ending& trouble) {
  for (const plan::Item& item : stage.items) {
    if (!item.step || !item.pivot) continue;
    StepRow row = ledger_.state().step(item.step->id);
    if (!needs_undo(row)) continue;
    auto observation = steps_.observe(*item.step, trouble);
    if (observation && observation->state == Observation::State::absent) continue;
    if (observation && observation->state != Observation::State::foreign) return true;
    std::string reason = observation ? observation->detail : trouble.text;
    trouble = Ending::of(
        Ending::Why::failed, Exit::needs_human,
        fmt::format("whether {} has happened cannot be told: {}", item.step->id, reason));
    trouble.remedy = "nothing is opened on a guess: make it readable, then run again";
    return {};
  }
  return false;
}

Ending StageRunner::settle_pivots() {
  for (const plan::Stage& stage : plan_.stages) {
    StageRow row = ledger_.state().stage(stage.name);
    if (!stage.critical || row.state != StageRow::State::begun || row.pivot) continue;
    Ending trouble;
    auto passed = pivot_passed(stage, trouble);
    if (!passed) return trouble;
    if (*passed)
      ledger_.record(Kind::pivot_passed, stage.name, {{"evidence", "seen in the world"}});
  }
  return {};
}

/// Before the next thing is begun: are we called away, or paused?
Ending StageRunner::between() {
  for (;;) {
    Ending ending = desk_.look();
    if (!ending.done()) return ending;
    if (!ledger_.state().run.paused || open_critical_stage(ledger_.state())) return {};
    if (!options_.wait_at_gates)
      return Ending::of(Ending::Why::at_gate, Exit::at_gate, "the run is paused");
    ledger_.clock().sleep(options_.poll, desk_.stop());
  }
}

Ending StageRunner::pass(const plan::Stage& stage, const plan::Gate& gate, bool leading) {
  bool read_again = leading && gate.kind != plan::Gate::Kind::approval;
  for (bool first_look = true;; first_look = false) {
    Ending ending = between();
    if (!ending.done()) return ending;
    bool was_open = ledger_.state().gate(gate.id).open;
    if (was_open && !read_again) return {};
    Reading reading;
    if (auto failure = attempt([&] { reading = gates_.read(gate); }))
      return Ending::failure(*failure);
    if (reading.open) {
      Json body{{"stage", stage.name}, {"evidence", reading.evidence}};
      if (gate.pivot) body["pivot"] = true;
      if (!was_open) ledger_.record(Kind::gate_open, gate.id, body);
      return {};
    }
    waited_ = true;
    ending = shut(stage, gate, reading, first_look);
    if (!ending.done()) return ending;
  }
}

/// Says what a shut gate waits for, and waits a little. Inside a critical stage it always waits:
/// leaving would leave an outage that nobody watches.
Ending StageRunner::shut(const plan::Stage& stage, const plan::Gate& gate, const Reading& reading,
                         bool first_look) {
  journal::GateRow row = ledger_.state().gate(gate.id);
  if (!row.waiting || row.open) {
    Json body{{"stage", stage.name}, {"title", gate.title}, {"evidence", reading.evidence}};
    if (reading.opens_at) body["opens_at"] = format_time(*reading.opens_at);
    ledger_.record(Kind::gate_waiting, gate.id, body);
  } else if (first_look || reading.evidence != row.evidence) {
    ledger_.tell(gate.id, reading);
  }
  if (!options_.wait_at_gates && !open_critical_stage(ledger_.state())) {
    Ending ending = Ending::of(Ending::Why::at_gate, Exit::at_gate,
                               fmt::format("{}: {}", gate.title, reading.evidence));
    ending.gate = gate.id;
    ending.opens_at = reading.opens_at;
    return ending;
  }
  Millis wait = options_.poll;
  if (reading.opens_at) wait = std::min(wait, *reading.opens_at - ledger_.clock().now());
  ledger_.clock().sleep(std::max(wait, Millis(1)), desk_.stop());
  return {};
}

Ending StageRunner::undo_stage(const plan::Stage& stage, const Ending& cause) {
  if (ledger_.state().stage(stage.name).state != StageRow::State::undoing)
    ledger_.record(Kind::stage_undoing, stage.name, {{"reason", cause.text}});
  Ending ending = undo_steps([&](const StepRow& row) { return row.stage == stage.name; }, false);
  if (!ending.done()) {
    ending.text =
        fmt::format("stage {} could not be undone ({}): {}", stage.name, cause.text, ending.text);
    return ending;
  }
  ledger_.record(Kind::stage_undone, stage.name, Json::object());
  // Databases that differ are an alarm of their own, also when the way back went well.
  Exit exit = cause.why == Ending::Why::stopped ? Exit::interrupted
              : cause.exit == Exit::mismatch    ? Exit::mismatch
                                                : Exit::rolled_back;
  ending = Ending::of(Ending::Why::undone, exit,
                      fmt::format("stage {} was undone: {}", stage.name, cause.text));
  ending.remedy = cause.remedy;
  return ending;
}

Ending StageRunner::undo_everything() {
  Ending ending = undo_steps([](const StepRow&) { return true; }, true);
  steps_.drop_steps();
  return ending;
}

Ending StageRunner::undo_steps(const std::function<bool(const StepRow&)>& wanted, bool may_stop) {
  std::vector<StepRow> rows;
  for (const auto& [id, row] : ledger_.state().steps)
    if (needs_undo(row) && wanted(row)) rows.push_back(row);
  std::sort(rows.begin(), rows.end(),
            [](const StepRow& a, const StepRow& b) { return a.intent > b.intent; });
  for (const StepRow& row : rows) {
    desk_.read();
    if (may_stop && desk_.stop().stop_requested())
      return Ending::of(Ending::Why::stopped, Exit::interrupted, "stopped on request");
    Ending ending = steps_.back(step_of(row.id), may_stop);
    if (!ending.done()) return ending;
  }
  return {};
}

const plan::Step& StageRunner::step_of(const std::string& id) const {
  for (const plan::Stage& stage : plan_.stages)
    for (const plan::Item& item : stage.items)
      if (item.step && item.step->id == id) return *item.step;
  for (const plan::Item& item : plan_.finish)
    if (item.step && item.step->id == id) return *item.step;
  throw Error(Retry::never, fmt::format("the journal has step {}, which the plan has not", id),
              Exit::needs_human);
}

}  // namespace hikkoshi::engine
