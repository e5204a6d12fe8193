// What holds for every plan that a valid move compiles to, whatever the move.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "plan/compile.h"
#include "plan/render_markdown.h"
#include "plan/render_text.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

bool coin() {
  return *rc::gen::arbitrary<bool>();
}
int number(int from, int to) {
  return *rc::gen::inRange(from, to + 1);
}
std::string numbered(const char* word, int i) {
  return word + std::to_string(i);
}

move::Service some_service(int i, int databases, int zones, move::Move& move) {
  move::Service service = move.services.at("frames");
  service.balancer = coin() ? numbered("balancer", i) : "";
  if (!service.balancer.empty()) {
    move.old_side.balancers[service.balancer] = move.old_side.balancers.at("edge");
    if (coin()) move.new_side.balancers[service.balancer] = move.new_side.balancers.at("edge");
  }
  service.new_side.port = coin() ? 8080 : 0;
  service.uses.clear();
  service.names.clear();
  service.config.clear();
  for (int d = 0; d < databases; ++d) {
    if (!coin()) continue;
    service.uses.push_back(numbered("database", d));
    move::ConfigFile file;
    file.file = numbered("/srv/", d);
    file.set = {{"HOST", "{{ databases." + numbered("database", d) + ".host }}"}};
    service.config.push_back(file);
  }
  for (int z = 0; z < zones; ++z) {
    if (coin()) service.names.push_back(numbered("name", i) + numbered(".zone", z) + ".test");
  }
  return service;
}

// Stages in which no zone moves before the services whose names it holds.
std::vector<move::Stage> some_stages(const move::Move& move) {
  int count = number(1, 4);
  std::vector<move::Stage> stages(static_cast<std::size_t>(count));
  std::map<std::string, int> when;
  for (const auto& [name, service] : move.services) {
    when[name] = number(0, when.empty() ? count - 1 : count);  // The last: never.
  }
  for (const auto& [name, database] : move.old_side.databases) when[name] = number(0, count);
  for (const auto& entry : move.old_side.zones) {
    const std::string& name = entry.first;
    const std::string& domain = entry.second.zone;
    int earliest = -1;
    for (const auto& [service, about] : move.services) {
      bool has = std::any_of(about.names.begin(), about.names.end(),
                             [&](const std::string& own) { return own.ends_with("." + domain); });
      if (has && when.at(service) < count) earliest = std::max(earliest, when.at(service));
    }
    if (earliest >= 0) when[name] = number(earliest, count);
  }
  for (const auto& [thing, stage] : when) {
    if (stage < count) stages[static_cast<std::size_t>(stage)].move.push_back(thing);
  }
  std::erase_if(stages, [](const move::Stage& stage) { return stage.move.empty(); });
  for (std::size_t i = 0; i < stages.size(); ++i) stages[i].name = numbered("stage", int(i));
  return stages;
}

move::Policy some_policy(const std::vector<move::Stage>& stages) {
  move::Policy policy = sample_move().policy;
  policy.prefer = *rc::gen::element<std::string>("hold", "page", "none");
  policy.max_downtime = Millis(0);
  std::set<int> seconds = *rc::gen::container<std::set<int>>(rc::gen::inRange(1, 1'000'000));
  policy.ttl.ladder.clear();
  for (auto rung = seconds.rbegin(); rung != seconds.rend() && policy.ttl.ladder.size() < 5;
       ++rung) {
    policy.ttl.ladder.push_back(std::chrono::seconds(*rung));
  }
  if (coin()) policy.window = move::Window{{"sun"}, number(0, 1439), number(0, 1439), "UTC"};
  if (coin()) policy.gates = {{stages[0].name, {"approval"}, {}}};
  return policy;
}

move::Move some_move() {
  move::Move move = sample_move();
  int services = number(1, 4), databases = number(0, 3), zones = number(0, 2);
  move::Database old_database = move.old_side.databases.at("main"),
                 new_database = move.new_side.databases.at("main");
  move::Zone zone = move.old_side.zones.at("public");
  move.old_side.databases.clear();
  move.old_side.zones.clear();
  for (int d = 0; d < databases; ++d) {
    move.old_side.databases[numbered("database", d)] = old_database;
    move.new_side.databases[numbered("database", d)] = new_database;
  }
  for (int z = 0; z < zones; ++z) {
    zone.zone = numbered("zone", z) + ".test";
    move.old_side.zones[numbered("public", z)] = zone;
  }
  for (int i = 0; i < services; ++i) {
    move.services[numbered("service", i)] = some_service(i, databases, zones, move);
  }
  move.services.erase("frames");
  move.stages = some_stages(move);
  move.policy = some_policy(move.stages);
  return move;
}

Observed some_observed(const move::Move& move) {
  Observed observed;
  for (const auto& [name, database] : move.old_side.databases) {
    if (!coin()) continue;
    observed.databases[name] = {.bytes = *rc::gen::arbitrary<std::uint64_t>(),
                                .rows = 0,
                                .tables = *rc::gen::arbitrary<std::uint64_t>(),
                                .bytes_per_second = {}};
  }
  for (const auto& [name, service] : move.services) {
    for (const std::string& dns : service.names) {
      if (coin()) observed.names[dns] = {"A", *rc::gen::arbitrary<std::uint32_t>(), {"192.0.2.1"}};
    }
  }
  if (coin()) observed.latency = Millis(number(0, 1000));
  return observed;
}

Plan some_plan() {
  move::Move move = some_move();
  return compile(move, some_observed(move), "hash");
}

std::vector<const Item*> all_items(const Plan& plan) {
  std::vector<const Item*> items;
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) items.push_back(&item);
  }
  for (const Item& item : plan.finish) items.push_back(&item);
  return items;
}

}  // namespace

RC_GTEST_PROP(PlanProperty, every_id_is_unique, ()) {
  const Plan plan = some_plan();
  std::set<std::string> seen;
  for (const Item* item : all_items(plan)) RC_ASSERT(seen.insert(item->id()).second);
}

// What finish removes was Hikkoshi's own: there is nothing to go back to.
RC_GTEST_PROP(PlanProperty, every_step_that_changes_something_has_an_undo, ()) {
  const Plan plan = some_plan();
  for (const Item* item : all_items(plan)) {
    if (!item->step || item->step->kind.starts_with("clean-")) continue;
    Sign sign = item->step->sign;
    bool changes = sign != Sign::wait && sign != Sign::check;
    RC_ASSERT(changes == !item->step->undo.empty());
    if (item->step->on_old) RC_ASSERT(changes);
  }
}

RC_GTEST_PROP(PlanProperty, critical_stages_have_one_pivot_and_no_gate_before_it, ()) {
  const Plan plan = some_plan();
  for (const Stage& stage : plan.stages) {
    int pivots = 0;
    bool begun = false;
    for (const Item& item : stage.items) {
      bool pivot = item.pivot || (item.gate && item.gate->pivot);
      if (item.gate && begun && stage.critical) RC_ASSERT(pivot || pivots == 1);
      if (item.step) begun = true;
      pivots += pivot;
    }
    RC_ASSERT(pivots == (stage.critical ? 1 : 0));
    RC_ASSERT((stage.budget > Millis(0)) == stage.critical);
  }
}

RC_GTEST_PROP(PlanProperty, nothing_of_new_is_opened_before_the_fence_and_the_comparison, ()) {
  const Plan plan = some_plan();
  for (const Stage& stage : plan.stages) {
    std::map<std::string, std::string> last;  // Of each database: the kind of its last step.
    const std::map<std::string, std::string> previous{{"fence-database", ""},
                                                      {"copy-database", "fence-database"},
                                                      {"verify-database", "copy-database"},
                                                      {"open-database", "verify-database"}};
    for (const Item& item : stage.items) {
      if (!item.step || !previous.contains(item.step->kind)) continue;
      std::string& kind = last[item.step->arguments.at("database").get<std::string>()];
      RC_ASSERT(kind == previous.at(item.step->kind));
      kind = item.step->kind;
    }
    for (const auto& [database, kind] : last) RC_ASSERT(kind == "open-database");
  }
}

RC_GTEST_PROP(PlanProperty, every_page_that_is_shown_is_hidden_again_after_the_pivot, ()) {
  const Plan plan = some_plan();
  for (const Stage& stage : plan.stages) {
    std::set<std::string> shown;
    bool passed = false;
    for (const Item& item : stage.items) {
      passed = passed || (item.gate && item.gate->pivot);
      if (!item.step) continue;
      std::string where =
          item.step->arguments.value("side", "") + "." + item.step->arguments.value("balancer", "");
      if (item.step->kind == "show-page") RC_ASSERT(!passed && shown.insert(where).second);
      if (item.step->kind == "hide-page") RC_ASSERT(passed && shown.erase(where) == 1);
    }
    RC_ASSERT(shown.empty());
  }
}

RC_GTEST_PROP(PlanProperty, rungs_fall_strictly_and_each_is_waited_for_before_the_next, ()) {
  const Plan plan = some_plan();
  std::map<std::string, std::int64_t> ttl;
  std::map<std::string, std::string> open;  // By zone: the rung that is not waited for yet.
  for (const Item* item : all_items(plan)) {
    if (item->step && item->step->kind == "lower-ttl") {
      std::string zone = item->step->arguments.at("zone");
      std::int64_t seconds = item->step->arguments.at("ttl");
      if (ttl.contains(zone)) RC_ASSERT(seconds < ttl.at(zone));
      RC_ASSERT(open[zone].empty());
      ttl[zone] = seconds;
      open[zone] = item->id();
    } else if (item->gate && item->gate->condition == "ttl-expired") {
      for (auto& [zone, id] : open) {
        if (id == item->gate->arguments.at("step")) id.clear();
      }
    } else if (item->step && item->step->kind == "switch-record") {
      RC_ASSERT(open[item->step->arguments.at("zone").get<std::string>()].empty());
    }
  }
}

RC_GTEST_PROP(PlanProperty, steps_only_point_back_to_steps_that_came_before, ()) {
  const Plan plan = some_plan();
  std::set<std::string> before;
  for (const Item* item : all_items(plan)) {
    const Json& arguments = item->step ? item->step->arguments : item->gate->arguments;
    for (const char* key : {"step", "after", "from", "rights_from"}) {
      bool points = arguments.contains(key) && arguments.at(key).is_string() &&
                    !(item->gate && item->gate->kind == Gate::Kind::window);
      if (points) RC_ASSERT(before.contains(arguments.at(key).get<std::string>()));
    }
    before.insert(item->id());
  }
}

RC_GTEST_PROP(PlanProperty, placement_has_a_column_before_and_one_after_each_stage, ()) {
  const move::Move move = some_move();
  const Plan plan = compile(move, Observed{}, "hash");
  RC_ASSERT(plan.placement.size() ==
            move.services.size() + move.old_side.databases.size() + move.old_side.zones.size());
  for (const PlacementRow& row : plan.placement) {
    RC_ASSERT(row.sides.size() == move.stages.size() + 1);
    RC_ASSERT(row.sides[0] == "old");
    RC_ASSERT(std::is_sorted(row.sides.begin(), row.sides.end(), std::greater<>()));
  }
}

RC_GTEST_PROP(PlanProperty, comes_back_from_json, ()) {
  const Plan plan = some_plan();
  RC_ASSERT(plan_from_json(to_json(plan)) == plan);
  RC_ASSERT(plan_from_json(Json::parse(canonical(to_json(plan)))) == plan);
}

RC_GTEST_PROP(PlanProperty, equal_input_gives_equal_hash, ()) {
  const move::Move move = some_move();
  const Observed observed = some_observed(move);
  RC_ASSERT(hash(compile(move, observed, "a")) == hash(compile(move, observed, "a")));
  RC_ASSERT(hash(compile(move, observed, "a")) != hash(compile(move, observed, "b")));
}

RC_GTEST_PROP(PlanProperty, forecasts_are_ranges_that_add_up, ()) {
  const Plan plan = some_plan();
  Millis low{0}, high{0};
  for (const Item* item : all_items(plan)) {
    const Forecast& forecast = item->step ? item->step->forecast : item->gate->forecast;
    RC_ASSERT(Millis(0) <= forecast.low && forecast.low <= forecast.high);
    RC_ASSERT(!forecast.origin.empty());
  }
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) {
      low += item.step ? item.step->forecast.low : item.gate->forecast.low;
      high += item.step ? item.step->forecast.high : item.gate->forecast.high;
    }
  }
  RC_ASSERT(plan.total.low == low && plan.total.high == high);
  RC_ASSERT(plan.downtime.low <= low && plan.downtime.high <= high);
}

RC_GTEST_PROP(PlanProperty, both_renderings_tell_every_step, ()) {
  const Plan plan = some_plan();
  const std::string text = render_text(plan), markdown = render_markdown(plan);
  RC_ASSERT(text.find(hash(plan)) != std::string::npos);
  RC_ASSERT(std::none_of(text.begin(), text.end(), [](char c) { return c < 0 || c == '\x1b'; }));
  std::size_t rows = 0, lines = 0;
  for (std::size_t at = 0; (at = markdown.find(" | T+", at)) != std::string::npos; ++at) ++rows;
  RC_ASSERT(rows == all_items(plan).size());
  for (const Item* item : all_items(plan)) {
    lines += text.find(item->step ? item->step->title : item->gate->title) != std::string::npos;
  }
  RC_ASSERT(lines == all_items(plan).size());
}

}  // namespace hikkoshi::plan
