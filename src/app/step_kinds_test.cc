#include "app/step_kinds.h"

#include <set>

#include <gtest/gtest.h>

#include "app/cli/session.h"
#include "app/drivers.h"
#include "app/testing/workplace.h"
#include "base/error.h"
#include "plan/compile.h"
#include "steps/driver_world.h"

namespace hikkoshi::app {

namespace {

std::vector<plan::Item> all_items(const plan::Plan& plan) {
  std::vector<plan::Item> items = plan.finish;
  for (const plan::Stage& stage : plan.stages)
    items.insert(items.end(), stage.items.begin(), stage.items.end());
  return items;
}

plan::Plan compiled(const Workplace& place) {
  return plan::compile(load_move(place.options), {}, "hash");
}

/// The example with every gate that a move file can ask for.
Workplace& with_gates(Workplace& place) {
  place.edit_move("policy:\n", R"(policy:
  window: {days: [sat, sun], from: "01:00", to: "05:00", zone: Asia/Tokyo}
  gates:
    - {before: dns, require: [approval, verified, stragglers_forwarded]}
)");
  return place;
}

class NoNotes : public engine::Notebook {
 public:
  void progress(const Json&) override {}
  void fact(std::string_view, const Json&) override {}
  std::optional<Json> recall(std::string_view, std::string_view) const override { return {}; }
  std::optional<Json> before_of(std::string_view) const override { return {}; }
};

}  // namespace

TEST(StepKinds, know_every_step_of_the_example) {
  Workplace place;
  std::set<std::string> kinds;
  for (const plan::Item& item : all_items(compiled(place)))
    if (item.step) kinds.insert(item.step->kind);
  EXPECT_GE(kinds.size(), 20u);
  for (const std::string& kind : kinds) EXPECT_TRUE(step_kinds().steps.count(kind)) << kind;
}

TEST(StepKinds, hold_nothing_that_no_plan_asks_for) {
  Workplace place;
  std::set<std::string> kinds;
  for (const plan::Item& item : all_items(compiled(place)))
    if (item.step) kinds.insert(item.step->kind);
  for (const auto& [kind, make] : step_kinds().steps) EXPECT_TRUE(kinds.count(kind)) << kind;
}

TEST(StepKinds, know_every_condition_that_a_move_file_can_ask_for) {
  Workplace place;
  std::set<std::string> conditions;
  for (const plan::Item& item : all_items(compiled(with_gates(place)))) {
    if (!item.gate) continue;
    // The time since the whole move is the engine's own to know.
    bool measured = (item.gate->kind == plan::Gate::Kind::time ||
                     item.gate->kind == plan::Gate::Kind::condition) &&
                    !item.gate->arguments.contains("after_the_move_ms");
    EXPECT_EQ(measured, !item.gate->condition.empty()) << item.gate->id;
    if (measured) conditions.insert(item.gate->condition);
  }
  EXPECT_EQ(conditions, (std::set<std::string>{"since-step", "stragglers_forwarded", "ttl-expired",
                                               "verified"}));
  for (const std::string& word : conditions)
    EXPECT_TRUE(step_kinds().conditions.count(word)) << word;
}

TEST(StepKinds, make_every_item_of_a_plan_from_what_the_plan_says) {
  Workplace place;
  plan::Plan plan = compiled(with_gates(place));
  move::Move move = load_move(place.options);
  TemporaryFolder sockets;
  FakeClock clock;
  auto drivers = make_drivers(move, sockets.path(), clock);
  steps::Names names = names_of(move);
  steps::DriverWorld world(step_kinds(), names, *drivers, clock);
  NoNotes notes;
  for (const plan::Item& item : all_items(plan)) {
    bool measured = item.gate && !item.gate->condition.empty();
    EXPECT_TRUE(!item.step || world.make_step(*item.step, notes)) << item.id();
    EXPECT_TRUE(!measured || world.make_condition(*item.gate, notes)) << item.id();
  }
}

TEST(StepKinds, of_another_version_make_the_plan_stale) {
  Workplace place;
  move::Move move = load_move(place.options);
  TemporaryFolder sockets;
  FakeClock clock;
  auto drivers = make_drivers(move, sockets.path(), clock);
  steps::Names names = names_of(move);
  steps::DriverWorld world(step_kinds(), names, *drivers, clock);
  NoNotes notes;
  plan::Step step;
  step.kind = "teleport-service";
  plan::Gate gate;
  gate.condition = "moon-is-full";
  for (const auto& make : {std::function<void()>([&] { world.make_step(step, notes); }),
                           std::function<void()>([&] { world.make_condition(gate, notes); })}) {
    try {
      make();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::stale_plan);
      EXPECT_EQ(error.remedy(), "plan again with this version");
    }
  }
}

}  // namespace hikkoshi::app
