#include "report/report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "plan/plan.h"
#include "report/page_watch.h"

namespace hikkoshi::report {

namespace {

using journal::Kind;
using journal::State;

Json time_json(const std::optional<WallTime>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

std::optional<double> seconds_between(const std::optional<WallTime>& from,
                                      const std::optional<WallTime>& to) {
  if (!from || !to) return {};
  return double((*to - *from).count()) / 1000;
}

Json optional_json(const std::optional<double>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json step_json(const plan::Step& step, const State& state) {
  journal::StepRow row = state.step(step.id);
  return {{"id", step.id},
          {"kind", step.kind},
          {"title", step.title},
          {"symbol", plan::symbol(step.sign)},
          {"on_old", step.on_old},
          {"state", journal::to_string(row.state)},
          {"attempts", row.attempt},
          {"detail", row.detail},
          {"begun", time_json(row.begun)},
          {"ended", time_json(row.ended)},
          {"seconds", optional_json(seconds_between(row.begun, row.ended))},
          {"forecast_s",
           {{"low", step.forecast.low.count() / 1000.0},
            {"high", step.forecast.high.count() / 1000.0},
            {"origin", step.forecast.origin}}}};
}

Json gate_json(const plan::Gate& gate, const State& state) {
  journal::GateRow row = state.gate(gate.id);
  return {{"id", gate.id},
          {"kind", plan::to_string(gate.kind)},
          {"title", gate.title},
          {"open", row.open},
          {"evidence", row.evidence},
          {"approved_by", row.approved_by},
          {"waiting", time_json(row.waiting)},
          {"opened", time_json(row.opened)},
          {"seconds", optional_json(seconds_between(row.waiting, row.opened))}};
}

Json items_json(const std::vector<plan::Item>& items, const State& state) {
  Json list = Json::array();
  for (const plan::Item& item : items) {
    if (item.step) list.push_back({{"step", step_json(*item.step, state)}});
    if (item.gate) list.push_back({{"gate", gate_json(*item.gate, state)}});
  }
  return list;
}

Json stages_json(const plan::Plan& plan, const State& state) {
  Json list = Json::array();
  for (const plan::Stage& stage : plan.stages) {
    journal::StageRow row = state.stage(stage.name);
    list.push_back({{"name", stage.name},
                    {"critical", stage.critical},
                    {"state", journal::to_string(row.state)},
                    {"pivot", row.pivot},
                    {"reason", row.reason},
                    {"begun", time_json(row.begun)},
                    {"ended", time_json(row.ended)},
                    {"items", items_json(stage.items, state)}});
  }
  if (!plan.finish.empty())
    list.push_back(
        {{"name", "finish"},
         {"critical", false},
         {"state", state.run.state == journal::RunRow::State::finished ? "done" : "pending"},
         {"pivot", false},
         {"reason", ""},
         {"begun", nullptr},
         {"ended", nullptr},
         {"items", items_json(plan.finish, state)}});
  return list;
}

/// Every step of the plan, the finishing ones too, in order.
std::vector<const plan::Step*> all_steps(const plan::Plan& plan) {
  std::vector<const plan::Step*> steps;
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items)
      if (item.step) steps.push_back(&*item.step);
  for (const plan::Item& item : plan.finish)
    if (item.step) steps.push_back(&*item.step);
  return steps;
}

Json fact(const State& state, const std::string& step, const std::string& key) {
  auto found = state.facts.find({step, key});
  return found == state.facts.end() ? Json(nullptr) : found->second;
}

Json databases_json(const plan::Plan& plan, const State& state) {
  std::map<std::string, Json> databases;
  for (const plan::Step* step : all_steps(plan)) {
    if (!step->arguments.contains("database")) continue;
    Json& entry = databases[step->arguments["database"]];
    entry["name"] = step->arguments["database"];
    if (Json copy = fact(state, step->id, "copy"); !copy.is_null()) {
      entry["rows"] = copy.at("rows");
      entry["bytes"] = copy.at("bytes");
      entry["copy_s"] = copy.at("seconds");
      entry["tables"] = copy.at("tables");
      entry["objects"] = copy.at("objects");
    }
    if (Json verify = fact(state, step->id, "verify"); !verify.is_null()) {
      entry["tables_verified"] = verify.at("tables");
      entry["rows_verified"] = verify.at("rows");
      entry["mismatches"] = verify.at("mismatches");
      entry["differences"] = verify.at("differences");
      entry["verify_s"] = verify.at("seconds");
    }
  }
  Json list = Json::array();
  for (auto& [name, entry] : databases) list.push_back(std::move(entry));
  return list;
}

using Names = std::map<std::string, Json>;

Json& entry_of(Names& names, const Json& record) {
  Json& entry =
      names[record.at("name").get<std::string>() + " " + record.at("type").get<std::string>()];
  entry["name"] = record.at("name");
  entry["type"] = record.at("type");
  return entry;
}

/// A record as a step met it: the first meeting tells how it was before the move.
void met(Names& names, const Json& record) {
  if (record.at("values").empty()) return;
  Json& entry = entry_of(names, record);
  int ttl = record.at("ttl").get<int>();
  if (!entry.contains("ttl_before")) entry["ttl_before"] = ttl;
  if (!entry.contains("before")) entry["before"] = record.at("values");
  entry["ttl_during"] = std::min(ttl, entry.value("ttl_during", ttl));
  entry["ttl_after"] = ttl;
}

/// A record as a step left it.
void left_as(Names& names, const Json& record, int ttl) {
  if (record.at("values").empty()) return;
  Json& entry = entry_of(names, record);
  entry["ttl_after"] = ttl;
  entry["ttl_during"] = std::min(ttl, entry.value("ttl_during", ttl));
}

/// TTLs of every name: before the first rung, at the lowest, and now.
Json dns_json(const plan::Plan& plan, const State& state) {
  Names names;
  for (const plan::Step* step : all_steps(plan)) {
    journal::StepRow row = state.step(step->id);
    Json recorded =
        row.before.is_object() ? row.before.value("records", Json::array()) : Json::array();
    bool undone = row.state == journal::StepState::undone;
    Json rung = fact(state, step->id, "ttl"), told = fact(state, step->id, "records");
    for (const Json& record : recorded) {
      met(names, record);
      if (rung.is_null() || undone) continue;
      left_as(names, record, std::min(record.at("ttl").get<int>(), rung.at("ttl").get<int>()));
    }
    if (told.is_null() || undone) continue;
    for (const Json& record : told.at("after")) {
      left_as(names, record, record.at("ttl"));
      if (!record.at("values").empty()) entry_of(names, record)["after"] = record.at("values");
    }
  }
  Json list = Json::array();
  for (auto& [key, entry] : names)
    if (entry.contains("ttl_before")) list.push_back(std::move(entry));
  return list;
}

Json stragglers_json(const plan::Plan& plan, const State& state) {
  Json list = Json::array();
  for (const plan::Step* step : all_steps(plan))
    if (Json seen = fact(state, step->id, "stragglers"); !seen.is_null()) {
      seen["balancer"] = step->arguments.value("balancer", "");
      list.push_back(seen);
    }
  return list;
}

/// Every time that the page was up. One that is still up counts until the newest event.
Json behind_the_page(const plan::Plan& plan, const std::vector<journal::Event>& events,
                     const std::string& run) {
  PageWatch watch(plan);
  WallTime newest{};
  for (const journal::Event& event : events) {
    if (event.run != run) continue;
    watch.event(event);
    newest = event.wall;
  }
  Json list = Json::array();
  for (const PageTime& time : watch.times()) {
    double seconds = double((time.to.value_or(newest) - time.from).count()) / 1000;
    list.push_back({{"from", format_time(time.from)},
                    {"to", time_json(time.to)},
                    {"seconds", std::max(0.0, seconds)},
                    {"ended", !time.to      ? "still up"
                              : time.undone ? "went back"
                                            : "moved"}});
  }
  return list;
}

/// All of them together; empty when there was none.
std::optional<double> sum_of(const Json& times) {
  if (times.empty()) return {};
  double sum = 0;
  for (const Json& time : times) sum += time["seconds"].get<double>();
  return sum;
}

Json timeline_json(const std::vector<journal::Event>& events, const std::string& run) {
  static const std::set<Kind> quiet{Kind::fact, Kind::undo_intended};
  Json list = Json::array();
  for (const journal::Event& event : events) {
    if (event.run != run || quiet.count(event.kind)) continue;
    std::string text;
    for (const char* key : {"text", "reason", "error", "evidence", "detail"})
      if (event.body.contains(key) && event.body[key].is_string() && text.empty())
        text = event.body[key];
    list.push_back({{"at", format_time(event.wall)},
                    {"what", journal::to_string(event.kind)},
                    {"subject", event.subject},
                    {"text", text}});
  }
  return list;
}

std::string result_of(const State& state) {
  using Run = journal::RunRow::State;
  auto back = state.facts.find({"run", "went_back"});  // And was finished afterwards.
  if (back != state.facts.end() && back->second == true) return "rolled back";
  switch (state.run.state) {
    case Run::completed:
    case Run::finishing:
    case Run::finished:
      return "moved";
    case Run::rolled_back:
      return "rolled back";
    case Run::rolling_back:
      return "rolling back";
    default:
      return "not finished";
  }
}

/// What a person still has to do.
Json left_json(const plan::Plan& plan, const State& state) {
  using Run = journal::RunRow::State;
  Json left = Json::array();
  if (state.run.state == Run::completed)
    left.push_back("Run `hikkoshi finish`: it raises the TTLs and removes what was added.");
  if (result_of(state) != "moved") return left;
  for (const plan::Step* step : all_steps(plan)) {
    if (step->kind == "forward-balancer")
      left.push_back(
          fmt::format("OLD's balancer {} still forwards stragglers to NEW: keep it until "
                      "none arrive.",
                      step->arguments.value("balancer", "")));
    if (step->kind == "fence-database")
      left.push_back(
          fmt::format("Database {} is still on OLD, fenced, as it was at the cutover: "
                      "delete it when you are sure.",
                      step->arguments.value("database", "")));
  }
  if (!plan.way_back)
    left.push_back("There is no way back without losing the writes since the cutover.");
  return left;
}

Json placement_json(const plan::Plan& plan) {
  Json rows = Json::array();
  for (const plan::PlacementRow& row : plan.placement)
    rows.push_back({{"thing", row.thing}, {"sides", row.sides}});
  return rows;
}

}  // namespace

Json make_report(const State& state, const std::vector<journal::Event>& events,
                 const Json& outside) {
  if (state.run.id.empty() || state.plan.is_null())
    throw Error(Retry::never, "the journal holds no run yet").remedy("start one: hikkoshi run");
  plan::Plan plan = plan::plan_from_json(state.plan);
  Json behind = behind_the_page(plan, events, state.run.id);
  return {{"result", result_of(state)},
          {"text", state.run.text},
          {"move", state.run.move},
          {"run", state.run.id},
          {"plan_hash", state.run.plan_hash},
          {"begun", time_json(state.run.begun)},
          {"ended", time_json(state.run.ended)},
          {"forecast_s",
           {{"low", plan.downtime.low.count() / 1000.0},
            {"high", plan.downtime.high.count() / 1000.0},
            {"origin", plan.downtime.origin}}},
          {"actual_s", optional_json(sum_of(behind))},
          {"behind_the_page", behind},
          {"stages", stages_json(plan, state)},
          {"databases", databases_json(plan, state)},
          {"dns", dns_json(plan, state)},
          {"stragglers", stragglers_json(plan, state)},
          {"placement", placement_json(plan)},
          {"way_back", plan.way_back},
          {"timeline", timeline_json(events, state.run.id)},
          {"outside", outside},
          {"left", left_json(plan, state)}};
}

}  // namespace hikkoshi::report
