#include "engine/engine.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "engine/toy_world.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::engine {

using journal::StepState;
using Things = std::multiset<std::string>;
using Lines = std::vector<std::string>;

TEST(Engine, runs_the_stages_in_order_and_journals_intent_before_each_effect) {
  Toy toy;
  Result result =
      toy.run(toy_plan({toy_stage("s", false, {"a", "b"}), toy_stage("t", false, {"c"})}));
  EXPECT_EQ(result.exit, Exit::ok) << result.text;
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+b", "+c"}));
  EXPECT_TRUE(toy.world.violations.empty());
  EXPECT_EQ(toy.kinds(),
            (Lines{"run-begun", "epoch-raised", "stage-begun s", "step-intended s/a", "fact s/a",
                   "step-done s/a", "step-intended s/b", "fact s/b", "step-done s/b",
                   "stage-done s", "stage-begun t", "step-intended t/c", "fact t/c",
                   "step-done t/c", "stage-done t", "run-completed"}));
}

TEST(Engine, runs_with_threads_on_a_journal_in_a_file_and_is_seen_by_a_reader) {
  Toy toy;
  TemporaryFolder folder;
  journal::SqliteJournal journal(folder.path() + "/journal.db");
  toy.world.journal = toy.requests.journal = &journal;
  toy.options.threads = true;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a", "b+c", "=d"})});
  Engine engine({journal, toy.world, toy.clock, toy.requests, toy.deaf}, toy.options);
  EXPECT_EQ(engine.run(plan, {}).exit, Exit::ok);
  EXPECT_EQ(toy.world.things, (Things{"a", "b", "c"}));
  journal::Reader reader(folder.path() + "/journal.db");
  EXPECT_EQ(reader.state().step("s/b+c").state, StepState::done);
  EXPECT_EQ(reader.state().facts.at({"s/a", "applied"}), true);
  EXPECT_EQ(reader.state().run.plan_hash, plan::hash(plan));
  EXPECT_NO_THROW(reader.verify_chain());
}

TEST(Engine, asks_the_world_before_repeating_a_running_step) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a", "b"})});
  toy.world.die_after_effect = true;
  toy.world.effects.burn_at(1);
  EXPECT_THROW(toy.run(plan), Crash);
  EXPECT_EQ(toy.state().step("s/a").state, StepState::running);
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+b"}));
  EXPECT_TRUE(toy.world.violations.empty());
}

}  // namespace hikkoshi::engine
