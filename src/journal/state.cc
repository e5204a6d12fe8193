#include "journal/state.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::journal {

namespace {

void begin_run(State& state, const Event& event) {
  std::uint64_t epoch = state.run.epoch;
  state = State{};
  state.run.id = event.run;
  state.run.move = event.body.at("move");
  state.run.plan_hash = event.body.at("plan_hash");
  state.run.state = RunRow::State::running;
  state.run.epoch = epoch;
  state.run.begun = event.wall;
  state.plan = event.body.at("plan");
}

void fold_run(State& state, const Event& event) {
  RunRow& run = state.run;
  switch (event.kind) {
    case Kind::epoch_raised:
      run.epoch = event.epoch;
      run.boot = event.body.at("boot");
      if (run.state == RunRow::State::stopped) {
        run.state = RunRow::State::running;
        run.text.clear();
      }
      break;
    case Kind::run_paused:
      run.paused = true;
      run.state = RunRow::State::paused;
      break;
    case Kind::run_resumed:
      run.paused = false;
      run.state = RunRow::State::running;
      break;
    case Kind::run_stopped: {
      const int exit = event.body.at("exit");
      const std::string text = event.body.at("text");
      // A request that was refused to a run that is complete or over says nothing about the run.
      if (run.over() || run.state == RunRow::State::completed) break;
      if (run.state == RunRow::State::running) run.state = RunRow::State::stopped;
      run.exit = exit;
      run.text = text;
      break;
    }
    case Kind::run_completed:
      run.state = RunRow::State::completed;
      run.text.clear();
      break;
    case Kind::rollback_begun:
      run.state = RunRow::State::rolling_back;
      run.abort = run.paused = false;
      run.text = event.body.at("reason");
      break;
    case Kind::finish_begun:
      run.text.clear();
      run.state = RunRow::State::finishing;
      break;
    case Kind::rolled_back:
    case Kind::finished:
      run.state =
          event.kind == Kind::finished ? RunRow::State::finished : RunRow::State::rolled_back;
      run.ended = event.wall;
      break;
    default:
      break;
  }
}

void pass_pivot(State& state, const std::string& name) {
  StageRow& stage = state.stages[name];
  stage.name = name;
  stage.pivot = state.run.pivot = true;
}

void forget_gates(State& state, const std::string& stage) {
  std::erase_if(state.gates, [&](const auto& entry) { return entry.second.stage == stage; });
}

void fold_stage(State& state, const Event& event) {
  StageRow& stage = state.stages[event.subject];
  stage.name = event.subject;
  switch (event.kind) {
    case Kind::stage_begun:
      stage = StageRow{};
      stage.name = event.subject;
      stage.state = StageRow::State::begun;
      stage.critical = event.body.at("critical");
      stage.begun = event.wall;
      stage.begun_steady = event.steady;
      stage.begun_boot = state.run.boot;
      break;
    case Kind::pivot_passed:
      stage.pivot = state.run.pivot = true;
      break;
    case Kind::stage_undoing:
      stage.state = StageRow::State::undoing;
      stage.reason = event.body.at("reason");
      break;
    default:
      stage.state =
          event.kind == Kind::stage_done ? StageRow::State::done : StageRow::State::undone;
      stage.ended = event.wall;
      // What was approved or measured for this try says nothing about the next.
      if (event.kind != Kind::stage_undone) break;
      forget_gates(state, event.subject);
      state.run.abort = false;
      break;
  }
}

void intend(StepRow& step, const Event& event) {
  if (step.state == StepState::undone) {
    StepRow next;
    next.id = step.id;
    next.round = step.round + 1;
    step = next;
  }
  step.stage = event.body.at("stage");
  step.key = event.body.at("key");
  step.before = event.body.at("before");
  step.was = event.body.at("was");
  step.attempt = event.attempt;
  step.state = event.body.value("held", false) ? StepState::intended : StepState::running;
  if (step.intent == 0) step.intent = event.seq;
  if (!step.begun) step.begun = event.wall;
  step.ended = {};
}

void end_step(State& state, StepRow& step, const Event& event, StepState result, const char* word) {
  step.state = result;
  step.detail = event.body.at(word);
  step.ended = event.wall;
  if (event.body.value("pivot", false)) pass_pivot(state, step.stage);
}

void fold_step(State& state, const Event& event) {
  StepRow& step = state.steps[event.subject];
  step.id = event.subject;
  switch (event.kind) {
    case Kind::step_intended:
      return intend(step, event);
    case Kind::step_found:
      step.stage = event.body.at("stage");
      return end_step(state, step, event, StepState::found, "detail");
    case Kind::step_done:
      return end_step(state, step, event, StepState::done, "detail");
    case Kind::step_failed:
      return end_step(state, step, event, StepState::failed, "error");
    case Kind::step_unknown:
      return end_step(state, step, event, StepState::unknown, "error");
    case Kind::undo_intended:
      step.state = StepState::undoing;
      return;
    case Kind::step_undone:
      return end_step(state, step, event, StepState::undone, "detail");
    case Kind::undo_failed:
      step.detail = event.body.at("error");
      return;
    default:  // step_foreign: the state stays what it was, so that nothing is undone by mistake.
      step.detail = event.body.at("detail");
      return;
  }
}

void fold_gate(State& state, const Event& event) {
  GateRow& gate = state.gates[event.subject];
  gate.id = event.subject;
  gate.stage = event.body.at("stage");
  gate.evidence = event.body.at("evidence");
  if (event.kind == Kind::gate_waiting) {
    gate.open = false;
    gate.title = event.body.at("title");
    if (!gate.waiting) gate.waiting = event.wall;
    if (event.body.contains("opens_at"))
      gate.opens_at = parse_time(event.body.at("opens_at").get<std::string>());
    return;
  }
  gate.open = true;
  gate.opened = event.wall;
  gate.pivot = event.body.value("pivot", false);
  if (gate.pivot) pass_pivot(state, gate.stage);
}

void fold_request(State& state, const Event& event) {
  state.requests.insert(event.body.at("id").get<std::string>());
  if (event.kind != Kind::request_accepted) return;
  if (event.body.at("what") == "abort") state.run.abort = true;
  if (event.body.at("what") != "approve") return;
  GateRow& gate = state.gates[event.subject];
  gate.id = event.subject;
  gate.stage = event.body.at("stage");
  gate.approved_by = event.body.at("who");
}

void fold_kind(State& state, const Event& event) {
  switch (event.kind) {
    case Kind::run_begun:
      return begin_run(state, event);
    case Kind::stage_begun:
    case Kind::pivot_passed:
    case Kind::stage_done:
    case Kind::stage_undoing:
    case Kind::stage_undone:
      return fold_stage(state, event);
    case Kind::step_found:
    case Kind::step_intended:
    case Kind::step_done:
    case Kind::step_failed:
    case Kind::step_unknown:
    case Kind::step_foreign:
    case Kind::undo_intended:
    case Kind::step_undone:
    case Kind::undo_failed:
      return fold_step(state, event);
    case Kind::gate_waiting:
    case Kind::gate_open:
      return fold_gate(state, event);
    case Kind::request_accepted:
    case Kind::request_refused:
      return fold_request(state, event);
    case Kind::fact:
      state.facts[{event.subject, event.body.at("key")}] = event.body.at("value");
      return;
    default:
      return fold_run(state, event);
  }
}

}  // namespace

StepRow State::step(const std::string& id) const {
  auto found = steps.find(id);
  if (found != steps.end()) return found->second;
  StepRow row;
  row.id = id;
  return row;
}

GateRow State::gate(const std::string& id) const {
  auto found = gates.find(id);
  if (found != gates.end()) return found->second;
  GateRow row;
  row.id = id;
  return row;
}

StageRow State::stage(const std::string& name) const {
  auto found = stages.find(name);
  if (found != stages.end()) return found->second;
  StageRow row;
  row.name = name;
  return row;
}

void State::fold(const Event& event) {
  try {
    fold_kind(*this, event);
  } catch (const Json::exception& error) {
    throw Error(Retry::never,
                fmt::format("event {} ({}) lacks what it needs: {}", event.seq,
                            to_string(event.kind), error.what()),
                Exit::needs_human);
  }
  seq = event.seq;
  head = event.hash;
}

TrialState::TrialState(State& state)
    : state_(state), plan_(std::exchange(state.plan, nullptr)), next_(state) {}

TrialState::~TrialState() {
  if (!plan_.is_null()) state_.plan = std::move(plan_);
}

void TrialState::commit() {
  if (next_.plan.is_null()) next_.plan = std::move(plan_);
  plan_ = nullptr;
  state_ = std::move(next_);
}

std::string_view to_string(StepState state) {
  constexpr std::string_view words[] = {"pending", "found", "intended", "running", "unknown",
                                        "failed",  "done",  "undoing",  "undone"};
  return words[static_cast<size_t>(state)];
}

std::string_view to_string(StageRow::State state) {
  constexpr std::string_view words[] = {"pending", "begun", "done", "undoing", "undone"};
  return words[static_cast<size_t>(state)];
}

std::string_view to_string(RunRow::State state) {
  constexpr std::string_view words[] = {"none",        "running",   "paused",
                                        "stopped",     "completed", "rolling-back",
                                        "rolled-back", "finishing", "finished"};
  return words[static_cast<size_t>(state)];
}

}  // namespace hikkoshi::journal
