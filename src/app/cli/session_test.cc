#include "app/cli/session.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "app/cli/commands.h"
#include "app/testing/workplace.h"
#include "journal/sqlite_journal.h"
#include "plan/compile.h"

namespace hikkoshi::app {

namespace {

Error failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {Retry::safe, ""};
}

}  // namespace

TEST(StatePaths, are_beside_the_move_file_unless_told) {
  Options options;
  EXPECT_EQ(state_paths(options).folder, ".hikkoshi");
  options.move_file = "moves/shop.yaml";
  EXPECT_EQ(state_paths(options).folder, "moves/.hikkoshi");
  options.move_file = "/srv/moves/shop.yaml";
  EXPECT_EQ(state_paths(options).journal(), "/srv/moves/.hikkoshi/journal.db");
  options.state = "elsewhere";
  EXPECT_EQ(state_paths(options).plan(), "elsewhere/plan.json");
  EXPECT_EQ(state_paths(options).requests(), "elsewhere/requests");
}

TEST(LoadMove, says_what_is_wrong_and_fails_with_the_exit_code_of_a_bad_file) {
  Workplace place;
  place.edit_move("balancer: edge", "balancer: egde");
  testing::internal::CaptureStderr();
  Error error = failure([&] { load_move(place.options); });
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(error.exit(), Exit::bad_move_file);
  EXPECT_EQ(error.what(), place.options.move_file + " has errors");
  EXPECT_NE(said.find("egde"), std::string::npos);
  EXPECT_NE(said.find("1 error\n"), std::string::npos);
  EXPECT_EQ(said.find("\n\n"), std::string::npos);
}

TEST(LoadMove, names_a_file_that_is_not_there) {
  Options options;
  options.move_file = "/nowhere/move.yaml";
  EXPECT_NE(std::string(failure([&] { load_move(options); }).what()).find("/nowhere/move.yaml"),
            std::string::npos);
}

TEST(LoadMove, lays_overlays_over_the_file) {
  Workplace place;
  write_file_atomically(place.path("o.yaml"), "policy: {limits: {max_downtime: 7m}}\n");
  place.options.overlays = {place.path("o.yaml")};
  EXPECT_EQ(load_move(place.options).policy.max_downtime, Millis(420'000));
}

TEST(MoveHash, covers_the_meaning_and_not_the_writing) {
  Workplace place;
  std::string hash = move_hash(load_move(place.options));
  place.set_move_text("# A remark.\n" + place.move_text());
  EXPECT_EQ(move_hash(load_move(place.options)), hash);
  place.edit_move("max_downtime: 5m", "max_downtime: 300s");
  EXPECT_EQ(move_hash(load_move(place.options)), hash);
  place.edit_move("max_downtime: 300s", "max_downtime: 301s");
  EXPECT_NE(move_hash(load_move(place.options)), hash);
}

TEST(Session, has_the_move_and_everything_that_it_names) {
  Workplace place;
  Session session(place.options);
  EXPECT_EQ(session.move().name, "subservice");
  EXPECT_EQ(session.names().hosts.size(), 7u);
  EXPECT_EQ(session.drivers().address("old", "web1"), "127.10.1.11");
}

TEST(SavedPlan, is_the_one_that_was_compiled) {
  Workplace place;
  place.plan_offline();
  move::Move move = load_move(place.options);
  EXPECT_EQ(saved_plan(place.options), plan::compile(move, {}, move_hash(move)));
}

TEST(SavedPlan, that_is_not_there_is_asked_for) {
  Workplace place;
  Error error = failure([&] { saved_plan(place.options); });
  EXPECT_EQ(error.exit(), Exit::usage);
  EXPECT_EQ(error.remedy(), "make one: hikkoshi plan");
}

TEST(SavedPlan, that_is_torn_or_of_another_version_is_refused) {
  Workplace place;
  place.plan_offline();
  std::string path = state_paths(place.options).plan();
  std::string whole = read_file(path);
  write_file_atomically(path, whole.substr(0, whole.size() / 2));
  EXPECT_NE(std::string(failure([&] { saved_plan(place.options); }).what()).find(path),
            std::string::npos);
  write_file_atomically(path, R"({"stages": "many"})");
  EXPECT_EQ(failure([&] { saved_plan(place.options); }).exit(), Exit::stale_plan);
}

TEST(RequireFresh, refuses_the_plan_of_another_move_file) {
  Workplace place;
  place.plan_offline();
  EXPECT_NO_THROW(require_fresh(saved_plan(place.options), load_move(place.options)));
  place.edit_move("max_downtime: 5m", "max_downtime: 6m");
  Error error =
      failure([&] { require_fresh(saved_plan(place.options), load_move(place.options)); });
  EXPECT_EQ(error.exit(), Exit::stale_plan);
  EXPECT_EQ(error.remedy(), "look at the new plan: hikkoshi plan");
}

TEST(BegunRun, is_none_before_the_journal_says_so) {
  Workplace place;
  StatePaths paths = state_paths(place.options);
  EXPECT_EQ(failure([&] { begun_run(paths); }).exit(), Exit::usage);
  place.plan_offline();
  { journal::SqliteJournal created(paths.journal()); }  // A run that died before its first word.
  EXPECT_EQ(failure([&] { begun_run(paths); }).remedy(), "start one: hikkoshi run");
  place.begin_run();
  EXPECT_EQ(begun_run(paths).run.plan_hash, plan::hash(saved_plan(place.options)));
}

}  // namespace hikkoshi::app
