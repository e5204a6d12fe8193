#include "engine/engine.h"

#include <functional>

#include <gtest/gtest.h>

#include "base/file.h"
#include "engine/testing/toy_world.h"
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

TEST(Engine, journals_what_was_done_before_it_came_as_found_and_never_undoes_it) {
  Toy toy;
  toy.world.things = {"a"};
  toy.run(toy_plan({toy_stage("s", false, {"a", "b"})}));
  EXPECT_EQ(toy.state().step("s/a").state, StepState::found);
  EXPECT_EQ(toy.rollback().exit, Exit::ok);
  EXPECT_EQ(toy.world.things, Things{"a"});
}

TEST(Engine, stops_for_a_human_where_somebody_else_changed_the_world) {
  Toy toy;
  toy.world.things = {"b", "b"};
  Result result = toy.run(toy_plan({toy_stage("s", false, {"a", "b", "c"})}));
  EXPECT_EQ(result.exit, Exit::needs_human);
  EXPECT_NE(result.text.find("b is there twice"), std::string::npos) << result.text;
  EXPECT_EQ(toy.world.log, Lines{"+a"});
}

TEST(Engine, repeats_a_safe_failure_with_the_same_key_up_to_its_limit) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})});
  toy.world.faults["s/a"].assign(6, {.retry = Retry::safe});
  EXPECT_EQ(toy.run(plan).exit, Exit::failed);
  EXPECT_EQ(toy.state().step("s/a").attempt, 6);
  std::string key = toy.state().step("s/a").key;
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.state().step("s/a").attempt, 7);
  EXPECT_EQ(toy.state().step("s/a").key, key);
}

TEST(Engine, does_not_repeat_what_will_never_work) {
  Toy toy;
  toy.world.faults["s/a"] = {{.retry = Retry::never}};
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", false, {"a"})})).exit, Exit::failed);
  EXPECT_EQ(toy.state().step("s/a").attempt, 1);
}

TEST(Engine, adopts_an_effect_whose_answer_was_lost) {
  Toy toy;
  toy.world.faults["s/a"] = {{.retry = Retry::ask, .after_effect = true}};
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", false, {"a"})})).exit, Exit::ok);
  EXPECT_EQ(toy.world.log, Lines{"+a"});
  EXPECT_EQ(toy.state().step("s/a").attempt, 1);
}

TEST(Engine, refuses_another_plan_while_a_run_is_not_over) {
  Toy toy;
  toy.world.faults["s/a"] = {{.retry = Retry::never}};
  toy.run(toy_plan({toy_stage("s", false, {"a"})}));
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", false, {"b"})})).exit, Exit::stale_plan);
  EXPECT_TRUE(toy.world.log.empty());
}

TEST(Engine, begins_a_new_run_with_a_higher_epoch_after_a_rollback) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})});
  toy.run(plan);
  std::string first = toy.state().run.id;
  toy.rollback();
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_NE(toy.state().run.id, first);
  EXPECT_EQ(toy.world.epochs, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(toy.world.violations.empty());
}

TEST(Engine, does_nothing_more_when_all_is_done) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})}, {"z"});
  EXPECT_EQ(toy.finish().exit, Exit::refused);
  toy.run(plan);
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.rollback().exit, Exit::refused);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+z"}));
}

TEST(Finish, ends_with_the_epoch_and_nothing_raises_it_again) {
  Toy toy;
  toy.run(toy_plan({toy_stage("s", false, {"a"})}, {"z", "-x"}));
  EXPECT_EQ(toy.world.holders.size(), 1u);
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_TRUE(toy.world.holders.empty());
  toy.finish();
  toy.rollback();
  EXPECT_TRUE(toy.world.holders.empty());
}

TEST(Finish, waits_for_as_long_as_old_is_to_be_kept_ready_after_the_move) {
  Toy toy;
  toy.options.wait_at_gates = false;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})}, {"?keep", "-x"});
  plan.finish[0].gate->kind = plan::Gate::Kind::time;
  plan.finish[0].gate->arguments = {{"after_the_move_ms", 60'000}};
  toy.run(plan);
  WallTime moved = *toy.state().stage("s").ended;
  Result early = toy.finish();
  EXPECT_EQ(early.exit, Exit::at_gate);
  EXPECT_EQ(early.opens_at, moved + Millis(60'000));
  EXPECT_EQ(toy.world.log, (Lines{"+a"}));
  toy.clock.advance(Millis(60'000));
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+-x"}));
}

TEST(Finish, of_a_run_that_went_back_only_removes) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})}, {"?wait", "z", "-x"});
  toy.requests.approves = false;  // A wait for the way forward is none on the way back.
  toy.run(plan);
  toy.rollback();
  EXPECT_EQ(toy.world.holders.size(), 1u);
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "-a", "+-x"}));
  EXPECT_TRUE(toy.world.holders.empty());
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.rollback().exit, Exit::refused);
  EXPECT_TRUE(toy.world.violations.empty());
}

TEST(Finish, that_went_back_leaves_room_for_another_run_of_the_same_plan) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})}, {"z"});
  toy.run(plan);
  toy.rollback();
  toy.finish();
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.world.things, Things{"a"});
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.world.things, (Things{"a", "z"}));
  EXPECT_TRUE(toy.world.holders.empty());
}

TEST(Finish, that_failed_on_the_way_back_goes_on_and_nothing_else_may) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})}, {"-x"});
  toy.world.faults["finish/-x"] = {{.retry = Retry::never}};
  toy.run(plan);
  toy.rollback();
  EXPECT_EQ(toy.finish().exit, Exit::failed);
  EXPECT_EQ(toy.run(plan).exit, Exit::refused);
  EXPECT_EQ(toy.rollback().exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "-a"}));
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_TRUE(toy.world.holders.empty());
}

TEST(Finish, takes_back_a_run_whose_cutover_was_undone) {
  Toy toy;
  plan::Plan plan = toy_plan(
      {toy_stage("p", false, {"a"}), toy_stage("s", true, {"b", "c", "!ok"})}, {"z", "-x"});
  toy.world.faults["s/c"].assign(50, {.retry = Retry::never});
  EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);
  EXPECT_EQ(toy.world.things, Things{"a"});
  EXPECT_EQ(toy.finish().exit, Exit::ok);
  EXPECT_EQ(toy.world.things, Things{"-x"});
  EXPECT_TRUE(toy.world.holders.empty());
  EXPECT_TRUE(toy.state().run.over());
}

TEST(Finish, is_refused_while_the_run_may_still_go_on) {
  Toy toy;
  toy.world.faults["p/a"].assign(50, {.retry = Retry::never});
  toy.run(toy_plan({toy_stage("p", false, {"a"})}, {"-x"}));
  EXPECT_EQ(toy.finish().exit, Exit::refused);
  EXPECT_TRUE(toy.world.log.empty());
}

TEST(Engine, drops_the_epoch_of_a_run_that_went_back_when_the_next_has_begun) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a"})});
  toy.run(plan);
  toy.rollback();
  toy.run(plan);
  EXPECT_EQ(toy.world.holders, std::set<std::string>{toy.state().run.id});
}

TEST(Engine, waits_at_a_shut_gate_or_says_what_it_would_wait_for) {
  Toy toy;
  toy.requests.approves = false;
  toy.options.wait_at_gates = false;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a", "?go", "b"})});
  Result result = toy.run(plan);
  EXPECT_EQ(result.exit, Exit::at_gate);
  EXPECT_EQ(result.gate, "s/go");
  EXPECT_NE(result.text.find("nobody has approved"), std::string::npos) << result.text;
  toy.requests.approves = true;
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+b"}));
  EXPECT_EQ(toy.state().gate("s/go").approved_by, "team");
}

TEST(Engine, opens_a_time_gate_when_its_time_has_come) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"~later", "a"})});
  plan::Gate& gate = *plan.stages[0].items[0].gate;
  gate.kind = plan::Gate::Kind::time;
  gate.condition = "";
  WallTime then = toy.clock.now() + std::chrono::hours(5);
  gate.arguments = {{"not_before", format_time(then)}};
  toy.options.poll = std::chrono::hours(1);
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_GE(toy.clock.now(), then);
  EXPECT_EQ(toy.state().gate("s/later").opens_at, then);
}

TEST(Engine, reads_leading_gates_again_when_another_was_waited_for) {
  Toy toy;
  toy.world.conditions["quiet"] = true;
  toy.options.wait_at_gates = false;
  toy.requests.approves = false;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"~quiet", "?go", "a", "!ok", "b"})});
  EXPECT_EQ(toy.run(plan).gate, "s/go");
  toy.world.conditions["quiet"] = false;
  toy.requests.approves = true;
  EXPECT_EQ(toy.run(plan).gate, "s/quiet");
  EXPECT_TRUE(toy.world.log.empty());
}

TEST(Engine, keeps_a_gate_shut_that_cannot_be_read_and_fails_on_one_that_never_can) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"~x", "a"})});
  plan.stages[0].items[0].gate->kind = plan::Gate::Kind::window;
  plan.stages[0].items[0].gate->arguments = {{"from", "00:00"}, {"to", "01:00"}, {"zone", "Moon"}};
  EXPECT_EQ(toy.run(plan).exit, Exit::failed);
  EXPECT_TRUE(toy.world.log.empty());
}

TEST(CriticalStage, undoes_itself_in_reverse_order_when_a_step_fails_before_the_pivot) {
  Toy toy;
  plan::Plan plan =
      toy_plan({toy_stage("p", false, {"a"}), toy_stage("s", true, {"b", "c+d", "e", "!ok", "f"})});
  toy.world.faults["s/e"] = {{.retry = Retry::never}};
  Result result = toy.run(plan);
  EXPECT_EQ(result.exit, Exit::rolled_back) << result.text;
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+b", "+c", "+d", "-d", "-c", "-b"}));
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.state().step("s/b").round, 1);
  EXPECT_TRUE(toy.world.violations.empty());
}

TEST(CriticalStage, that_went_back_because_databases_differ_says_so_by_its_exit_code) {
  Toy toy;
  toy.world.faults["s/b"] = {{.retry = Retry::never, .exit = Exit::mismatch}};
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", true, {"a", "b", "!ok"})})).exit, Exit::mismatch);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "-a"}));
}

TEST(CriticalStage, undoes_itself_when_its_budget_is_used_up) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "b", "!ok", "c"}, Millis(5000))});
  plan.stages[0].items[1].step->arguments["takes_ms"] = 6000;
  Result result = toy.run(plan);
  EXPECT_EQ(result.exit, Exit::rolled_back);
  EXPECT_NE(result.text.find("budget"), std::string::npos) << result.text;
  EXPECT_TRUE(toy.world.things.empty());
}

TEST(CriticalStage, undoes_itself_when_nobody_approves_within_its_budget) {
  Toy toy;
  toy.requests.approves = false;
  toy.options.wait_at_gates = false;  // Inside a cutover it waits all the same.
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", true, {"a", "!ok", "c"}, Millis(60'000))})).exit,
            Exit::rolled_back);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "-a"}));
}

TEST(CriticalStage, undoes_itself_when_the_budget_ran_out_while_nobody_was_there) {
  for (const char* boot : {"one", "another"}) {
    Toy toy;
    plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "b", "!ok"}, Millis(60'000))});
    toy.world.effects.burn_at(2);
    EXPECT_THROW(toy.run(plan), Crash);
    toy.clock.advance(Millis(61'000));
    toy.options.boot = boot;
    EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);
    EXPECT_TRUE(toy.world.things.empty());
  }
}

TEST(CriticalStage, is_not_fooled_by_a_calendar_that_jumps) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "b", "!ok"}, Millis(60'000))});
  toy.world.effects.burn_at(2);
  EXPECT_THROW(toy.run(plan), Crash);
  toy.clock.set_wall(toy.clock.now() + std::chrono::hours(24 * 365));
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
}

TEST(CriticalStage, goes_only_forward_past_the_pivot) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "!ok", "b"}, Millis(60'000))});
  toy.world.faults["s/b"] = {{.retry = Retry::never}};
  EXPECT_EQ(toy.run(plan).exit, Exit::needs_human);
  EXPECT_EQ(toy.world.things, Things{"a"});
  toy.clock.advance(Millis(100'000));  // The budget does not matter any more.
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.world.things, (Things{"a", "b"}));
}

TEST(CriticalStage, asks_the_world_whether_a_pivot_without_an_answer_has_happened) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "open!", "b"})});
  // The effect happens, the answer and every observation after it are lost.
  auto& faults = toy.world.faults["s/open"];
  faults = {{.retry = Retry::ask, .after_effect = true}};
  faults.insert(faults.end(), 6, {.retry = Retry::ask, .on_observe = true});
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+open", "+b"}));
  EXPECT_TRUE(toy.state().run.pivot);
}

TEST(CriticalStage, opens_nothing_on_a_guess_when_the_pivot_cannot_be_seen) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "open!", "b"})});
  auto& faults = toy.world.faults["s/open"];
  faults = {{.retry = Retry::ask, .after_effect = true}};
  faults.insert(faults.end(), 12, {.retry = Retry::ask, .on_observe = true});
  EXPECT_EQ(toy.run(plan).exit, Exit::needs_human);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+open"}));
}

TEST(CriticalStage, stays_for_a_human_when_undo_fails_and_goes_on_undoing_later) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "b", "c", "!ok"})});
  toy.world.faults["s/c"] = {{.retry = Retry::never}};
  toy.world.faults["s/a"] = {};
  toy.world.faults["s/b"].push_back({.retry = Retry::never, .on_undo = true});
  EXPECT_EQ(toy.run(plan).exit, Exit::needs_human);
  EXPECT_EQ(toy.world.things, (Things{"a", "b"}));
  EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);
  EXPECT_TRUE(toy.world.things.empty());
}

TEST(HeldStage, journals_all_intents_at_once_and_no_outcome_before_the_pivot) {
  Toy toy;
  plan::Stage stage = toy_stage("s", true, {"a", "b", "open!", "c"});
  stage.held = true;
  EXPECT_EQ(toy.run(toy_plan({stage})).exit, Exit::ok);
  Lines kinds = toy.kinds();
  Lines expected{"stage-begun s", "step-intended s/a", "step-intended s/b", "step-intended s/open",
                 "step-intended s/c"};
  EXPECT_EQ(Lines(kinds.begin() + 2, kinds.begin() + 7), expected);
  // stage-begun and its intents are one append: one empty line after them on the disk.
  size_t begun = toy.disk.find("stage-begun");
  EXPECT_GT(toy.disk.find("\n\n", begun), toy.disk.rfind("step-intended"));
}

TEST(Stop, waits_for_the_attempt_and_can_be_continued) {
  Toy toy;
  std::stop_source stop;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a", "b"})});
  stop.request_stop();
  EXPECT_EQ(toy.run(plan, stop.get_token()).exit, Exit::interrupted);
  EXPECT_TRUE(toy.world.log.empty());
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
}

namespace {

/// Requests a stop when an event of that kind and subject is journaled.
struct Stopper : DeafListener {
  std::string when;
  std::stop_source stop;
  std::function<void()> act = [this] {
    stop.request_stop();
  };
  void event(const journal::Event& event) override {
    if (std::string(to_string(event.kind)) + " " + event.subject == when) act();
  }
};

Request request(Request::What what, const std::string& id = "1") {
  Request request;
  request.id = id;
  request.what = what;
  request.who = "mika";
  return request;
}

}  // namespace

TEST(Stop, inside_a_cutover_before_the_pivot_takes_it_back) {
  Toy toy;
  Stopper stopper;
  stopper.when = "step-done s/b";
  toy.listener = &stopper;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "b", "c", "!ok"})});
  EXPECT_EQ(toy.run(plan, stopper.stop.get_token()).exit, Exit::interrupted);
  EXPECT_EQ(toy.world.log, (Lines{"+a", "+b", "-b", "-a"}));
}

TEST(Stop, inside_a_cutover_past_the_pivot_takes_nothing_back) {
  Toy toy;
  Stopper stopper;
  stopper.when = "step-done s/b";
  toy.listener = &stopper;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "!ok", "b", "c"})});
  EXPECT_EQ(toy.run(plan, stopper.stop.get_token()).exit, Exit::interrupted);
  EXPECT_EQ(toy.world.things, (Things{"a", "b"}));
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
}

TEST(Requests, abort_takes_a_cutover_back_and_leaves_the_stages_before_it) {
  Toy toy;
  Stopper asker;
  asker.when = "step-done s/b";
  asker.act = [&] {
    toy.requests.waiting.push_back(request(Request::What::abort));
  };
  toy.listener = &asker;
  plan::Plan plan =
      toy_plan({toy_stage("p", false, {"a"}), toy_stage("s", true, {"b", "c", "!ok"})});
  EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);
  EXPECT_EQ(toy.world.things, Things{"a"});
  asker.when = "";
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
}

TEST(Requests, abort_outside_of_a_cutover_takes_the_whole_run_back) {
  Toy toy;
  Stopper asker;
  asker.when = "step-done p/b";
  asker.act = [&] {
    toy.requests.waiting.push_back(request(Request::What::abort));
  };
  toy.listener = &asker;
  EXPECT_EQ(toy.run(toy_plan({toy_stage("p", false, {"a", "b", "c"})})).exit, Exit::rolled_back);
  EXPECT_TRUE(toy.world.things.empty());
  EXPECT_TRUE(toy.state().run.over());
}

TEST(Requests, abort_past_the_pivot_is_refused) {
  Toy toy;
  Stopper asker;
  asker.when = "step-done s/b";
  asker.act = [&] {
    toy.requests.waiting.push_back(request(Request::What::abort));
  };
  toy.listener = &asker;
  EXPECT_EQ(toy.run(toy_plan({toy_stage("s", true, {"a", "!ok", "b", "c"})})).exit, Exit::ok);
  EXPECT_EQ(toy.requests.settled.back(), (std::pair<std::string, bool>{"1", false}));
}

TEST(Requests, pause_holds_the_next_step_until_resume_and_is_refused_in_a_cutover) {
  Toy toy;
  toy.options.wait_at_gates = false;
  toy.requests.waiting = {request(Request::What::pause)};
  plan::Plan plan = toy_plan({toy_stage("p", false, {"a"}), toy_stage("s", true, {"b", "!ok"})});
  EXPECT_EQ(toy.run(plan).exit, Exit::at_gate);
  EXPECT_EQ(toy.run(plan).exit, Exit::at_gate);
  EXPECT_TRUE(toy.world.log.empty());
  Stopper asker;
  asker.when = "step-done s/b";
  asker.act = [&] {
    toy.requests.waiting.push_back(request(Request::What::pause, "3"));
  };
  toy.listener = &asker;
  toy.requests.waiting = {request(Request::What::resume, "2")};
  EXPECT_EQ(toy.run(plan).exit, Exit::ok);
  bool refused = false;
  for (const auto& [id, accepted] : toy.requests.settled) refused |= id == "3" && !accepted;
  EXPECT_TRUE(refused);
}

TEST(Requests, approval_of_another_plan_or_before_the_pivot_is_reached_is_refused) {
  Toy toy;
  toy.requests.approves = false;
  toy.options.wait_at_gates = false;
  plan::Plan plan = toy_plan({toy_stage("s", true, {"?go", "a", "!ok"}, Millis(60'000))});
  Request wrong = request(Request::What::approve, "wrong"), early = wrong, good = wrong;
  wrong.gate = "s/go";
  wrong.plan = std::string(64, 'f');
  early.id = "early";
  early.gate = "s/ok";
  early.plan = plan::hash(plan);
  toy.requests.waiting = {wrong, early};
  EXPECT_EQ(toy.run(plan).gate, "s/go");
  EXPECT_EQ(toy.requests.settled,
            (std::vector<std::pair<std::string, bool>>{{"wrong", false}, {"early", false}}));
  good.id = "good";
  good.gate = "s/go";
  good.plan = plan::hash(plan);
  toy.requests.waiting = {good};
  // The pivot's approval never comes: the cutover goes back.
  EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);
}

TEST(Requests, tune_becomes_a_fact_that_steps_may_recall) {
  Toy toy;
  Request tune = request(Request::What::tune);
  tune.name = "streams";
  tune.value = 8;
  toy.requests.waiting = {tune};
  toy.run(toy_plan({toy_stage("s", false, {"a"})}));
  EXPECT_EQ(toy.state().facts.at({"run", "tune:streams"}), 8);
}

TEST(Rollback, past_the_pivot_is_refused_unless_writes_may_be_lost_or_there_is_a_way_back) {
  for (bool way_back : {false, true}) {
    Toy toy;
    plan::Plan plan = toy_plan({toy_stage("s", true, {"a", "!ok", "b"})});
    plan.way_back = way_back;
    toy.run(plan);
    if (!way_back) {
      EXPECT_EQ(toy.rollback().exit, Exit::refused);
      EXPECT_EQ(toy.world.things, (Things{"a", "b"}));
    }
    EXPECT_EQ(toy.rollback(!way_back).exit, Exit::ok);
    EXPECT_TRUE(toy.world.things.empty());
  }
}

TEST(Rollback, stops_between_steps_and_the_next_call_goes_on) {
  Toy toy;
  plan::Plan plan = toy_plan({toy_stage("s", false, {"a", "b", "c"})});
  toy.run(plan);
  Stopper stopper;
  stopper.when = "step-undone s/c";
  toy.listener = &stopper;
  EXPECT_EQ(toy.rollback(false, stopper.stop.get_token()).exit, Exit::interrupted);
  EXPECT_EQ(toy.world.things, (Things{"a", "b"}));
  EXPECT_EQ(toy.run(plan).exit, Exit::rolled_back);  // What goes back goes on going back.
  EXPECT_TRUE(toy.world.things.empty());
}

}  // namespace hikkoshi::engine
