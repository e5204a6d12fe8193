#include "steps/driver_world.h"

#include <gtest/gtest.h>

#include "steps/attempt.h"
#include "steps/balancer_steps.h"
#include "steps/testing/trial.h"
#include "steps/zone_steps.h"

namespace hikkoshi::steps {

namespace {

class DriverWorldTest : public testing::Test {
 protected:
  plan::Step step(const std::string& kind) {
    plan::Step step;
    step.id = "prepare/" + kind;
    step.kind = kind;
    step.arguments = {{"side", "old"}, {"balancer", "edge"}};
    return step;
  }

  const Kinds kinds{{{"prepare-balancer", make_prepare_balancer}},
                    {{"ttl-expired", make_ttl_expired}}};
  TrialWorld trial;
  MemNotebook notebook{trial.records, "prepare/prepare-balancer"};
  DriverWorld world{kinds, trial.names, trial.drivers, trial.clock};
};

TEST_F(DriverWorldTest, makes_the_step_of_a_kind_over_the_drivers) {
  trial.drivers.old_edge.restore();
  auto made = world.make_step(step("prepare-balancer"), notebook);
  made->apply(made->before(), {});
  EXPECT_TRUE(trial.drivers.old_edge.state().prepared);
}

TEST_F(DriverWorldTest, makes_the_condition_of_a_gate_over_the_notebook) {
  plan::Gate gate;
  gate.condition = "ttl-expired";
  gate.arguments = {{"step", "prepare/lower-ttl"}};
  EXPECT_FALSE(world.make_condition(gate, notebook)->read().open);
  MemNotebook(trial.records, "prepare/lower-ttl")
      .fact("ttl", {{"ttl", 60},
                    {"old_ttl", 300},
                    {"seen_at", format_time(trial.clock.now())},
                    {"safe_after", format_time(trial.clock.now())}});
  EXPECT_TRUE(world.make_condition(gate, notebook)->read().open);
}

TEST_F(DriverWorldTest, a_kind_of_another_version_is_a_stale_plan) {
  auto unknown = attempt([&] { world.make_step(step("teleport"), notebook); });
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->exit(), Exit::stale_plan);
  EXPECT_NE(std::string(unknown->what()).find("teleport"), std::string::npos);
  plan::Gate gate;
  gate.condition = "moon";
  EXPECT_TRUE(attempt([&] { world.make_condition(gate, notebook); }));
}

TEST_F(DriverWorldTest, drops_the_epoch_of_a_run_on_every_host_and_database) {
  trial.names.hosts = {{"old", "web1"}, {"new", "app1"}};
  trial.names.databases = {{"old", "main"}, {"new", "main"}};
  world.raise_epoch("run", 7);
  world.drop_epoch("another");
  EXPECT_EQ(trial.drivers.old_main.with([](database::MemContents& all) { return all.epoch; }), 7u);
  world.drop_epoch("run");
  for (auto* server : {&trial.drivers.old_main, &trial.drivers.new_main})
    EXPECT_EQ(server->with([](database::MemContents& all) { return all.epoch; }), 0u);
  for (auto* host : {&trial.drivers.web1, &trial.drivers.app1})
    EXPECT_FALSE(attempt([&] { hosts::MemHost("late", *host).raise_epoch("run", 1); }))
        << host->name();
}

TEST_F(DriverWorldTest, raises_the_epoch_on_every_host_and_database) {
  trial.names.hosts = {{"old", "web1"}, {"new", "app1"}};
  trial.names.databases = {{"old", "main"}, {"new", "main"}};
  world.raise_epoch("run", 7);
  for (auto* server : {&trial.drivers.old_main, &trial.drivers.new_main})
    EXPECT_EQ(server->with([](database::MemContents& all) { return all.epoch; }), 7u);
  for (auto* host : {&trial.drivers.web1, &trial.drivers.app1})
    EXPECT_TRUE(attempt([&] { hosts::MemHost("late", *host).raise_epoch("run", 6); }))
        << host->name();
}

TEST_F(DriverWorldTest, an_engine_that_was_overtaken_on_one_server_does_not_go_on) {
  trial.names.hosts = {{"old", "web1"}};
  trial.names.databases = {{"old", "main"}};
  trial.drivers.database("old", "main").raise_epoch("run", 8);
  auto error = attempt([&] { world.raise_epoch("run", 7); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::needs_human);
}

}  // namespace

}  // namespace hikkoshi::steps
