#include "steps/host_steps.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"

namespace hikkoshi::steps {

namespace {

using State = engine::Observation::State;
using Set = std::map<std::string, std::string>;

const std::string path = "/srv/frames/.env";
const std::string backup = path + ".before-hikkoshi";
const std::string secret = "hunter2-and-more";
const std::string original =
    "# frames\r\nDB_HOST=127.10.2.5  # the old one\nDB_PASSWORD=\"" + secret + "\"\nLAST=1";
const Set to_new{{"DB_HOST", "127.20.2.5"}, {"DB_PASSWORD", "new-" + secret}, {"CACHE", "on"}};

class HostSteps : public testing::Test {
 protected:
  HostSteps() {
    app1.write_file(path, {original, 0640, "www:www"});
    app1.answer({"sh", "-c", "reload"}, {0, "", ""});
  }

  Trial push(const Set& set = to_new, const std::string& reload = "reload") {
    return {world,
            make_push_config,
            "push",
            {{"side", "new"}, {"host", "app1"}, {"file", path}, {"set", set}, {"reload", reload}}};
  }
  Trial clean() {
    return {world, make_clean_config, "clean", {{"side", "new"}, {"host", "app1"}, {"file", path}}};
  }

  std::string content() { return app1.files().at(path).content; }
  void edit(const std::string& text) { app1.write_file(path, {text, 0640, "www:www"}); }
  bool has_backup() { return app1.files().count(backup) != 0; }
  size_t reloads() { return app1.commands().size(); }

  TrialWorld world;
  hosts::MemHost& app1 = world.drivers.app1;
};

TEST_F(HostSteps, values_are_set_in_place_and_the_service_is_reloaded) {
  auto step = push();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(content().rfind("# frames\r\nDB_HOST=127.20.2.5  # the old one\n", 0), 0u);
  EXPECT_NE(content().find("\nLAST=1"), std::string::npos);
  EXPECT_NE(content().find("CACHE=on"), std::string::npos);
  EXPECT_EQ(app1.files().at(path).owner, "www:www");
  EXPECT_EQ(app1.files().at(path).mode, mode_t(0640));
  EXPECT_EQ(reloads(), 1u);
}

TEST_F(HostSteps, undoing_brings_back_the_same_bytes_and_removes_the_backup) {
  auto step = push();
  step.apply();
  step.apply();
  EXPECT_TRUE(has_backup());
  step.crash();
  step.undo();
  EXPECT_EQ(content(), original);
  EXPECT_FALSE(has_backup());
  EXPECT_EQ(step.sees(), State::absent);
  size_t before = reloads();
  step.undo();
  EXPECT_EQ(content(), original);
  EXPECT_EQ(reloads(), before);
}

TEST_F(HostSteps, no_secret_is_in_the_journal_and_the_backup_is_ours_alone) {
  auto step = push();
  step.apply();
  step.undo();
  step.apply();
  EXPECT_EQ(world.records.text().find(secret), std::string::npos) << world.records.text();
  std::string diff = step.fact("diff")->get<std::string>();
  EXPECT_NE(diff.find("+DB_HOST=127.20.2.5"), std::string::npos) << diff;
  EXPECT_NE(diff.find("DB_PASSWORD"), std::string::npos) << diff;
  EXPECT_EQ(app1.files().at(backup).content, original);
  EXPECT_EQ(app1.files().at(backup).mode & 077, mode_t(0));
}

TEST_F(HostSteps, what_somebody_else_changed_in_other_keys_survives_the_undo) {
  auto step = push();
  step.apply();
  edit(content() + "\nTHEIRS=1\n");
  step.undo();
  EXPECT_NE(content().find("DB_HOST=127.10.2.5  # the old one"), std::string::npos);
  EXPECT_NE(content().find("THEIRS=1"), std::string::npos);
  EXPECT_EQ(content().find("CACHE"), std::string::npos);
  std::string undone = content();
  step.undo();
  EXPECT_EQ(content(), undone);
}

TEST_F(HostSteps, a_file_that_somebody_changed_since_the_intent_is_for_a_human) {
  auto step = push();
  step.intend();
  edit("DB_HOST=127.66.0.1\n");
  step.crash();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::needs_human);
  EXPECT_EQ(content(), "DB_HOST=127.66.0.1\n");
  EXPECT_FALSE(has_backup());
  step.undo();  // We have changed nothing, so there is nothing in the way.
  EXPECT_EQ(content(), "DB_HOST=127.66.0.1\n");
}

TEST_F(HostSteps, an_old_backup_of_another_move_is_replaced) {
  app1.write_file(backup, {"DB_HOST=ancient\n", 0600, ""});
  auto step = push();
  step.apply();
  EXPECT_EQ(app1.files().at(backup).content, original);
  step.undo();
  EXPECT_EQ(content(), original);
}

TEST_F(HostSteps, without_its_backup_a_changed_file_cannot_be_undone) {
  auto step = push();
  step.apply();
  app1.remove_file(backup);
  auto error = step.fails_to_undo();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::needs_human);
  EXPECT_NE(error->remedy().find(backup), std::string::npos);
}

TEST_F(HostSteps, a_crash_between_the_file_and_the_reload_is_not_taken_for_done) {
  app1.answer([](const hosts::Command&) -> std::optional<hosts::CommandResult> { throw death(); });
  auto step = push();
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_NE(content().find("127.20.2.5"), std::string::npos);
  EXPECT_EQ(step.sees(), State::partial);
  app1.answer({"sh", "-c", "reload"}, {0, "", ""});
  size_t before = reloads();
  step.apply();
  EXPECT_EQ(reloads(), before + 1);
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(HostSteps, an_undo_that_died_before_the_reload_is_finished) {
  auto step = push();
  step.apply();
  app1.answer([](const hosts::Command&) -> std::optional<hosts::CommandResult> { throw death(); });
  EXPECT_TRUE(step.fails_to_undo());
  step.crash();
  EXPECT_EQ(content(), original);
  EXPECT_EQ(step.sees(), State::partial);
  app1.answer({"sh", "-c", "reload"}, {0, "", ""});
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_FALSE(has_backup());
}

TEST_F(HostSteps, any_call_to_the_host_may_be_the_last_and_another_object_goes_on) {
  int n = 1;
  for (;; ++n) {
    SCOPED_TRACE(n);
    edit(original);
    app1.remove_file(backup);
    world.records = {};
    auto step = push();
    step.intend();
    app1.fail_at(n, death(), n % 2 == 0);
    if (!step.fails_to_apply()) break;
    step.crash();
    if (step.sees() != State::done) step.apply();
    ASSERT_EQ(step.sees(), State::done);
    EXPECT_EQ(app1.files().at(backup).content, original);
    step.undo();
    EXPECT_EQ(content(), original);
  }
  EXPECT_GT(n, 5);  // Two reads, two writes and the reload were each the last call once.
}

TEST_F(HostSteps, a_reload_that_fails_stops_the_step_and_can_be_undone) {
  auto step = push(to_new, "systemctl reload nothing");
  app1.answer({"sh", "-c", "systemctl reload nothing"}, {5, "", "no such unit"});
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("no such unit"), std::string::npos);
  EXPECT_EQ(step.sees(), State::partial);
  app1.answer({"sh", "-c", "systemctl reload nothing"}, {0, "", ""});
  step.undo();
  EXPECT_EQ(content(), original);
}

TEST_F(HostSteps, a_service_without_a_reload_line_is_left_running) {
  push(to_new, "").apply();
  EXPECT_EQ(reloads(), 0u);
}

TEST_F(HostSteps, values_that_stand_there_already_are_found_done) {
  auto step = push({{"DB_HOST", "127.10.2.5"}});
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(HostSteps, a_missing_file_is_a_failure_that_names_it) {
  app1.remove_file(path);
  auto error = push().fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find(path), std::string::npos);
}

TEST_F(HostSteps, cleaning_removes_the_backup_and_nothing_else) {
  push().apply();
  std::string pushed = content();
  auto step = clean();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_FALSE(has_backup());
  EXPECT_EQ(content(), pushed);
  step.undo();
  EXPECT_FALSE(has_backup());
}

}  // namespace

}  // namespace hikkoshi::steps
