#include "steps/database_steps.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"

namespace hikkoshi::steps {

namespace {

using State = engine::Observation::State;
using database::MemContents;

class DatabaseSteps : public testing::Test {
 protected:
  Trial fence() {
    return {world, make_fence_database, "fence", {{"database", "main"}, {"side", "old"}}};
  }
  Trial copy() { return {world, make_copy_database, "copy", {{"database", "main"}}}; }
  Trial verify() { return {world, make_verify_database, "verify", {{"database", "main"}}}; }
  Trial open() {
    return {world,
            make_open_database,
            "open",
            {{"database", "main"}, {"side", "new"}, {"rights_from", "fence"}}};
  }
  Trial clean(const std::string& side) {
    return {world, make_clean_database, "clean", {{"database", "main"}, {"side", side}}};
  }

  void fence_and_copy() {
    fence().apply();
    copy().apply();
  }

  bool app_writes(database::MemServer& server) {
    return server.write("app@%", "frames.orders", "3", "three");
  }

  static size_t rows(database::MemServer& server) {
    return server.with([](MemContents& all) { return all.tables["frames.orders"].size(); });
  }

  /// The server dies on us at this call.
  static void die_at(database::MemServer& server, const std::string& call) {
    server.on_call = [call](std::string_view made) {
      if (made == call) throw death();
    };
  }

  TrialWorld world;
  database::MemServer& old_main = world.drivers.old_main;
  database::MemServer& new_main = world.drivers.new_main;
};

TEST_F(DatabaseSteps, the_fence_takes_the_rights_away_and_gives_exactly_them_back) {
  auto step = fence();
  auto rights = world.drivers.fence("old", "main").rights();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_FALSE(app_writes(old_main));
  EXPECT_EQ(step.before().at("rights"), rights);
  step.undo();
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(world.drivers.fence("old", "main").rights(), rights);
  EXPECT_TRUE(app_writes(old_main));
}

TEST_F(DatabaseSteps, a_fence_goes_on_after_a_crash_with_the_rights_of_the_journal) {
  auto step = fence();
  die_at(old_main, "close old.main");
  EXPECT_TRUE(step.fails_to_apply());
  old_main.on_call = nullptr;
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(DatabaseSteps, a_half_closed_fence_is_partial_and_can_be_closed_or_undone) {
  auto step = fence();
  step.apply();
  old_main.with([](MemContents& all) { all.events["frames.forget"] = true; });
  EXPECT_EQ(step.sees(), State::partial);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  old_main.with([](MemContents& all) { all.events["frames.forget"] = true; });
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_TRUE(app_writes(old_main));
}

TEST_F(DatabaseSteps, a_copy_tells_what_it_copied_and_undoing_leaves_nothing) {
  fence().apply();
  auto step = copy();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(rows(new_main), 2u);
  ASSERT_TRUE(step.fact("copy"));
  EXPECT_EQ(step.fact("copy")->at("rows"), 2);
  EXPECT_EQ(step.fact("copy")->at("tables").at(0).at("table"), "frames.orders");
  EXPECT_EQ(step.fact("copy")->at("objects").at("users"), 1);
  EXPECT_EQ(step.fact("copy")->at("position"), "memory:1");
  ASSERT_FALSE(world.records.progress.empty());
  EXPECT_EQ(world.records.progress.back().at("rows"), 2);
  step.undo();
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  new_main.with([](MemContents& all) {
    EXPECT_TRUE(all.tables.empty());
    EXPECT_TRUE(all.accounts.empty());
  });
}

TEST_F(DatabaseSteps, a_copy_that_died_half_way_is_partial_and_made_again) {
  fence().apply();
  auto step = copy();
  die_at(new_main, "copied new.main");
  EXPECT_TRUE(step.fails_to_apply());
  new_main.on_call = nullptr;
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_TRUE(world.drivers.main_transfer.compare({}, {}).differences.empty());
}

TEST_F(DatabaseSteps, a_whole_copy_of_this_run_is_believed_after_a_crash) {
  fence().apply();
  auto step = copy();
  step.die_at_fact("copy");
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);  // The report would not know its rows.
  new_main.on_call = [](std::string_view call) {
    EXPECT_EQ(call.find("cop"), std::string_view::npos) << call;
  };
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(step.fact("copy")->at("rows"), 2);
  EXPECT_EQ(step.fact("copy")->at("position"), "memory:1");
}

TEST_F(DatabaseSteps, a_whole_copy_that_this_run_did_not_begin_is_never_believed) {
  world.drivers.main_transfer.copy({}, {});
  ASSERT_TRUE(app_writes(old_main));  // So the copy is stale.
  fence().apply();
  auto step = copy();
  EXPECT_EQ(step.sees(), State::partial);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(rows(new_main), 3u);
}

TEST_F(DatabaseSteps, a_stale_whole_copy_is_not_believed_after_a_crash_that_followed_our_intent) {
  world.drivers.main_transfer.copy({}, {});
  ASSERT_TRUE(app_writes(old_main));
  fence().apply();
  auto step = copy();
  step.intend();
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);
  die_at(new_main, "discard new.main");
  EXPECT_TRUE(step.fails_to_apply());
  new_main.on_call = nullptr;
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);
  step.die_at_fact("begun");
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(rows(new_main), 3u);
}

TEST_F(DatabaseSteps, a_copy_of_the_round_before_is_not_believed_when_the_stage_runs_again) {
  fence_and_copy();
  copy().undo();
  world.drivers.main_transfer.copy({}, {});  // Somebody's, in between.
  EXPECT_EQ(copy().sees(), State::partial);
}

TEST_F(DatabaseSteps, schemas_on_new_that_are_not_ours_are_foreign_and_stay) {
  new_main.with([](MemContents& all) { all.tables["frames.orders"] = {{"9", "theirs"}}; });
  auto step = copy();
  EXPECT_EQ(step.sees(), State::foreign);
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::refused);
  EXPECT_EQ(rows(new_main), 1u);
  step.undo();
  EXPECT_EQ(rows(new_main), 1u);
}

TEST_F(DatabaseSteps, a_copy_can_be_stopped) {
  auto step = copy();
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
  EXPECT_EQ(step.sees(), State::partial);
}

TEST_F(DatabaseSteps, equal_sides_are_verified_anew_after_a_crash) {
  fence_and_copy();
  auto step = verify();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(step.fact("verify")->at("rows"), 2);
  EXPECT_EQ(step.fact("verify")->at("mismatches"), 0);
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(DatabaseSteps, a_difference_is_a_mismatch_that_names_the_row) {
  fence_and_copy();
  new_main.with([](MemContents& all) { all.tables["frames.orders"]["2"] = "tow"; });
  auto step = verify();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::mismatch);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("id=2 differs"), std::string::npos);
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(step.fact("verify")->at("mismatches"), 1);
  EXPECT_EQ(step.fact("verify")->at("differences").at(0).at("where"), "frames.orders");
}

TEST_F(DatabaseSteps, new_is_opened_to_whom_old_was_closed_and_undoing_closes_it) {
  fence_and_copy();
  auto step = open();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_FALSE(app_writes(new_main));
  step.apply();
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_TRUE(app_writes(new_main));
  EXPECT_TRUE(new_main.with([](MemContents& all) { return all.events.at("frames.forget"); }));
  EXPECT_FALSE(app_writes(old_main));  // Never on both.
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_FALSE(app_writes(new_main));
}

TEST_F(DatabaseSteps, opening_goes_on_after_a_crash_that_followed_its_intent) {
  fence_and_copy();
  auto step = open();
  die_at(new_main, "open new.main");
  EXPECT_TRUE(step.fails_to_apply());
  new_main.on_call = nullptr;
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_TRUE(app_writes(new_main));
}

TEST_F(DatabaseSteps, without_recorded_rights_new_stays_closed) {
  copy().apply();
  auto error = open().fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_FALSE(app_writes(new_main));
}

TEST_F(DatabaseSteps, cleaning_forgets_what_is_ours_and_keeps_the_fence_and_the_copy) {
  world.drivers.database("old", "main").raise_epoch("run", 3);
  fence_and_copy();
  for (const char* side : {"old", "new"}) {
    auto step = clean(side);
    EXPECT_EQ(step.sees(), State::absent) << side;
    step.apply();
    EXPECT_EQ(step.sees(), State::done) << side;
    step.apply();
    step.undo();
    EXPECT_FALSE(world.drivers.database(side, "main").remembers()) << side;
  }
  EXPECT_FALSE(app_writes(old_main));
  EXPECT_EQ(rows(new_main), 2u);
}

TEST_F(DatabaseSteps, a_server_without_traces_of_ours_needs_no_cleaning) {
  EXPECT_EQ(clean("new").sees(), State::done);
}

TEST_F(DatabaseSteps, a_database_that_the_move_does_not_name_is_refused) {
  Trial step(world, make_copy_database, "copy", {{"database", "other"}});
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::stale_plan);
}

}  // namespace

}  // namespace hikkoshi::steps
