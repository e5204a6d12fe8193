#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/text.h"
#include "journal/reader.h"
#include "plan/plan.h"

namespace hikkoshi::app {

namespace {

/// Gates that were reached and are shut.
Json waiting(const plan::Plan& plan, const journal::State& state) {
  Json list = Json::array();
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items) {
      if (!item.gate) continue;
      journal::GateRow row = state.gate(item.gate->id);
      if (!row.waiting || row.open) continue;
      list.push_back({{"id", item.gate->id},
                      {"kind", plan::to_string(item.gate->kind)},
                      {"title", item.gate->title},
                      {"evidence", row.evidence},
                      {"opens_at", row.opens_at ? Json(format_time(*row.opens_at)) : Json()}});
    }
  return list;
}

Json stages(const plan::Plan& plan, const journal::State& state) {
  Json list = Json::array();
  for (const plan::Stage& stage : plan.stages) {
    int done = 0, steps = 0;
    for (const plan::Item& item : stage.items) {
      if (!item.step) continue;
      ++steps;
      auto step = state.step(item.step->id).state;
      done += step == journal::StepState::done || step == journal::StepState::found;
    }
    list.push_back({{"name", stage.name},
                    {"state", journal::to_string(state.stage(stage.name).state)},
                    {"done", done},
                    {"steps", steps}});
  }
  return list;
}

Json placement(const plan::Plan& plan) {
  Json rows = Json::array();
  for (const plan::PlacementRow& row : plan.placement)
    rows.push_back({{"thing", row.thing}, {"sides", row.sides}});
  return rows;
}

Json look(const StatePaths& paths) {
  journal::Reader reader(paths.journal());
  journal::State state = reader.verified();
  if (state.plan.is_null()) return {{"state", "none"}};
  plan::Plan plan = plan::plan_from_json(state.plan);
  return {{"move", state.run.move},           {"run", state.run.id},
          {"plan_hash", state.run.plan_hash}, {"state", journal::to_string(state.run.state)},
          {"text", state.run.text},           {"pivot", state.run.pivot},
          {"engine", engine_at_work(paths)},  {"stages", stages(plan, state)},
          {"waiting", waiting(plan, state)},  {"progress", reader.progress()},
          {"placement", placement(plan)}};
}

bool over(const Json& status) {
  std::string state = status.value("state", "");
  return state != "running" && state != "rolling-back" && state != "finishing" && state != "paused";
}

void print_status(const Json& status) {
  print(fmt::format("{} {}: {}{}\n", status["move"].get<std::string>(),
                    status["run"].get<std::string>(), status["state"].get<std::string>(),
                    status["pivot"].get<bool>() ? " (past the pivot)" : ""));
  if (std::string text = status["text"]; !text.empty()) print("  " + printable(text) + "\n");
  if (!over(status) && !status["engine"].get<bool>())
    print("  no engine is at work: hikkoshi run goes on\n");
  for (const Json& stage : status["stages"])
    print(fmt::format("  {:<16} {:<8} {} of {} steps\n", stage["name"].get<std::string>(),
                      stage["state"].get<std::string>(), stage["done"].get<int>(),
                      stage["steps"].get<int>()));
  for (const Json& gate : status["waiting"])
    print(fmt::format("  ? waits: {} ({}) {}\n", gate["title"].get<std::string>(),
                      gate["id"].get<std::string>(),
                      printable(gate["evidence"].get<std::string>())));
}

}  // namespace

Exit status(const Options& options) {
  StatePaths paths = state_paths(options);
  for (Json before;;) {
    Json now = has_journal(paths) ? look(paths) : Json{{"state", "none"}};
    if (now != before) {
      if (options.json)
        print_json(now);
      else if (now["state"] == "none")
        print("no run has begun\n");
      else
        print_status(now);
    }
    if (!options.watch || over(now)) return Exit::ok;
    before = now;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace hikkoshi::app
