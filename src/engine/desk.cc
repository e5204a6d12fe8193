#include "engine/desk.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"

namespace hikkoshi::engine {

using journal::Kind;
using journal::StageRow;

Desk::Desk(Ledger& ledger, RequestSource& source, const plan::Plan& plan, std::string plan_hash,
           std::string boot, std::stop_token stop)
    : ledger_(ledger),
      source_(source),
      plan_(plan),
      plan_hash_(std::move(plan_hash)),
      boot_(std::move(boot)),
      stop_(std::move(stop)) {}

void Desk::read() {
  for (const Request& request : source_.poll()) {
    if (ledger_.state().requests.count(request.id))
      source_.settle(request, true);  // We died between journaling and removing it.
    else
      answer(request);
  }
}

Ending Desk::look() {
  read();
  const StageRow* critical = open_critical_stage(ledger_.state());
  bool only_forward = critical && critical->pivot;
  if (!only_forward && ledger_.state().run.abort)
    return Ending::of(Ending::Why::aborted, Exit::rolled_back, "abort was requested");
  if (critical && !only_forward && ledger_.disk_is_full())
    return Ending::of(Ending::Why::overrun, Exit::rolled_back,
                      "the disk that the journal is on is full");
  if (auto left = budget_left(); left && *left <= Millis(0))
    return Ending::of(Ending::Why::overrun, Exit::rolled_back,
                      "the stage's time budget is used up");
  if (stop_.stop_requested())
    return Ending::of(Ending::Why::stopped, Exit::interrupted, "stopped on request");
  return {};
}

std::optional<Millis> Desk::budget_left() const {
  const StageRow* row = open_critical_stage(ledger_.state());
  if (!row || row->pivot) return {};
  for (const plan::Stage& stage : plan_.stages)
    if (stage.name == row->name) return stage.budget - elapsed(*row, ledger_.clock(), boot_);
  return {};
}

void Desk::answer(const Request& request) {
  Json body = to_json(request);
  body["id"] = request.id;
  std::string reason = refusal(request);
  if (!reason.empty()) {
    body["reason"] = reason;
    ledger_.record(Kind::request_refused, request.gate, body);
    source_.settle(request, false);
    return;
  }
  std::vector<journal::Event> events;
  if (request.what == Request::What::approve) body["stage"] = find_gate(plan_, request.gate).stage;
  events.push_back(ledger_.draft(Kind::request_accepted, request.gate, body));
  if (request.what == Request::What::pause)
    events.push_back(ledger_.draft(Kind::run_paused, "", {{"who", request.who}}));
  if (request.what == Request::What::resume)
    events.push_back(ledger_.draft(Kind::run_resumed, "", {{"who", request.who}}));
  if (request.what == Request::What::tune)
    events.push_back(ledger_.draft(Kind::fact, "run",
                                   {{"key", "tune:" + request.name}, {"value", request.value}}));
  ledger_.record(std::move(events));
  source_.settle(request, true);
}

/// Why a request is refused; empty: it is obeyed.
std::string Desk::refusal(const Request& request) const {
  const journal::State& state = ledger_.state();
  const StageRow* critical = open_critical_stage(state);
  if (!request.problem.empty()) return request.problem;
  if (!request.plan.empty() && request.plan != plan_hash_)
    return "it is meant for another plan: " + request.plan.substr(0, 12);
  switch (request.what) {
    case Request::What::approve:
      return refusal_of_approval(request);
    case Request::What::pause:
      if (critical) return fmt::format("stage {} cannot be paused once begun", critical->name);
      return state.run.paused ? "the run is paused already" : "";
    case Request::What::resume:
      return state.run.paused ? "" : "the run is not paused";
    case Request::What::abort:
      if (state.run.state == journal::RunRow::State::rolling_back) return "it goes back already";
      if (critical ? critical->pivot : state.run.pivot)
        return "the pivot is passed: it only goes forward; see rollback";
      return state.run.abort ? "it aborts already" : "";
    case Request::What::tune:
      return "";
  }
  return "";
}

std::string Desk::refusal_of_approval(const Request& request) const {
  PlacedGate placed = find_gate(plan_, request.gate);
  if (!placed.gate || placed.gate->kind != plan::Gate::Kind::approval)
    return "the plan has no approval gate '" + request.gate + "'";
  journal::GateRow row = ledger_.state().gate(request.gate);
  if (row.open) return "it is open already";
  if (!row.approved_by.empty()) return "it is approved already by " + row.approved_by;
  // What a pivot's approval approves does not exist before the gate is reached.
  if (placed.gate->pivot && !row.waiting) return "the gate is not reached yet";
  return "";
}

const StageRow* open_critical_stage(const journal::State& state) {
  for (const auto& [name, row] : state.stages)
    if (row.critical &&
        (row.state == StageRow::State::begun || row.state == StageRow::State::undoing))
      return &row;
  return nullptr;
}

PlacedGate find_gate(const plan::Plan& plan, const std::string& id) {
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items)
      if (item.gate && item.gate->id == id) return {&*item.gate, stage.name};
  for (const plan::Item& item : plan.finish)
    if (item.gate && item.gate->id == id) return {&*item.gate, "finish"};
  return {};
}

Millis elapsed(const StageRow& stage, const Clock& clock, const std::string& boot) {
  if (stage.begun_boot == boot) return clock.steady() - stage.begun_steady;
  return std::max(Millis(0), clock.now() - stage.begun.value_or(clock.now()));
}

}  // namespace hikkoshi::engine
