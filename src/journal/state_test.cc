#include "journal/state.h"

#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::journal {

namespace {

WallTime at(int seconds) {
  return WallTime(Millis(1'700'000'000'000 + seconds * 1000));
}

Event event(Kind kind, const std::string& subject, Json body = Json::object(), int seconds = 0) {
  Event event;
  event.kind = kind;
  event.subject = subject;
  event.body = std::move(body);
  event.run = "r1";
  event.epoch = 3;
  event.wall = at(seconds);
  event.steady = Millis(seconds * 1000);
  return event;
}

Event begun() {
  return event(Kind::run_begun, "", {{"move", "m"}, {"plan_hash", "h"}, {"plan", {{"n", 1}}}});
}

Event intended(const std::string& step, int seconds = 0, bool held = false) {
  Event result = event(Kind::step_intended, step,
                       {{"stage", "web"},
                        {"key", "k"},
                        {"before", {{"ttl", 30}}},
                        {"was", "partial"},
                        {"held", held}},
                       seconds);
  result.attempt = 1;
  return result;
}

/// Folds events as a journal does.
struct Folded {
  State state;

  explicit Folded(const std::vector<Event>& events) { add(events); }
  void add(const std::vector<Event>& events) {
    for (const Event& one : chained(events, state.seq, state.head)) state.fold(one);
  }
  StepState step(const std::string& id) const { return state.step(id).state; }
};

using RunState = RunRow::State;

}  // namespace

TEST(RunRows, goes_from_state_to_state_as_the_run_does) {
  Folded folded({});
  EXPECT_EQ(folded.state.run.state, RunState::none);
  const std::tuple<Event, RunState> steps[] = {
      {begun(), RunState::running},
      {event(Kind::run_paused, "", {{"who", "mika"}}), RunState::paused},
      {event(Kind::run_resumed, "", {{"who", "mika"}}), RunState::running},
      {event(Kind::run_stopped, "", {{"exit", 10}, {"text", "at a gate"}}), RunState::stopped},
      {event(Kind::epoch_raised, "", {{"holder", "h"}, {"boot", "b"}}), RunState::running},
      {event(Kind::run_completed, ""), RunState::completed},
      {event(Kind::rollback_begun, "", {{"reason", "asked"}}), RunState::rolling_back},
      {event(Kind::rolled_back, ""), RunState::rolled_back},
      {begun(), RunState::running},
      {event(Kind::finish_begun, ""), RunState::finishing},
      {event(Kind::finished, ""), RunState::finished},
  };
  for (const auto& [happened, state] : steps) {
    folded.add({happened});
    EXPECT_EQ(folded.state.run.state, state) << to_string(happened.kind);
  }
}

TEST(RunRows, is_over_only_when_everything_is_undone_or_finished) {
  RunRow run;
  for (int state = 0; state <= int(RunState::finished); ++state) {
    run.state = RunState(state);
    bool over = run.state == RunState::rolled_back || run.state == RunState::finished;
    EXPECT_EQ(run.over(), over) << to_string(run.state);
  }
}

TEST(RunRows, stays_paused_when_its_process_stops_and_another_one_begins) {
  Folded folded({begun(), event(Kind::run_paused, "", {{"who", "mika"}}),
                 event(Kind::run_stopped, "", {{"exit", 130}, {"text", "interrupted"}}),
                 event(Kind::epoch_raised, "", {{"holder", "h"}, {"boot", "b"}})});
  EXPECT_EQ(folded.state.run.state, RunState::paused);
  EXPECT_TRUE(folded.state.run.paused);
  EXPECT_EQ(folded.state.run.exit, 130);
  EXPECT_EQ(folded.state.run.text, "interrupted");
}

TEST(RunRows, stays_completed_when_finish_stops_at_a_gate_first) {
  Folded folded({begun(), event(Kind::run_completed, ""),
                 event(Kind::run_stopped, "", {{"exit", 10}, {"text", "waits"}})});
  EXPECT_EQ(folded.state.run.state, RunState::completed);
}

TEST(RunRows, remembers_that_somebody_asked_to_go_back_until_that_is_done) {
  Json asked{{"id", "1.json"}, {"what", "abort"}, {"who", "mika"}};
  Folded folded({begun(), event(Kind::request_accepted, "", asked)});
  EXPECT_TRUE(folded.state.run.abort);
  folded.add({event(Kind::rollback_begun, "", {{"reason", "mika asked"}})});
  EXPECT_FALSE(folded.state.run.abort);
  EXPECT_EQ(folded.state.run.text, "mika asked");
}

TEST(RunRows, keeps_nothing_of_the_run_before_but_its_epoch) {
  Folded folded({begun(), event(Kind::epoch_raised, "", {{"holder", "h"}, {"boot", "b"}}),
                 intended("a"), event(Kind::fact, "a", {{"key", "k"}, {"value", 1}}),
                 event(Kind::stage_begun, "web", {{"critical", true}}),
                 event(Kind::pivot_passed, "web", {{"evidence", ""}}), event(Kind::finished, ""),
                 begun()});
  EXPECT_EQ(folded.state.run.epoch, 3u);
  EXPECT_FALSE(folded.state.run.pivot);
  EXPECT_TRUE(folded.state.steps.empty());
  EXPECT_TRUE(folded.state.stages.empty());
  EXPECT_TRUE(folded.state.facts.empty());
}

TEST(RunRows, does_not_believe_a_request_that_was_refused) {
  Folded folded({begun(),
                 event(Kind::request_refused, "web/go",
                       {{"id", "2.json"}, {"what", "approve"}, {"reason", "another plan"}}),
                 event(Kind::request_refused, "",
                       {{"id", "3.json"}, {"what", "abort"}, {"reason", "past the pivot"}})});
  EXPECT_FALSE(folded.state.run.abort);
  EXPECT_TRUE(folded.state.gates.empty());
  EXPECT_EQ(folded.state.requests, (std::set<std::string>{"2.json", "3.json"}));
}

TEST(StepRows, holds_what_was_there_before_from_the_intent_on) {
  Folded folded({begun(), intended("a", 5)});
  StepRow row = folded.state.step("a");
  EXPECT_EQ(row.before, Json({{"ttl", 30}}));
  EXPECT_EQ(row.was, "partial");
  EXPECT_EQ(row.begun, at(5));
  EXPECT_EQ(row.intent, 2u);
  EXPECT_FALSE(row.ended);
}

TEST(StepRows, keeps_the_beginning_of_its_first_attempt_through_all_others) {
  Folded folded(
      {begun(), intended("a", 5), event(Kind::step_failed, "a", {{"error", "no room"}}, 7)});
  EXPECT_EQ(folded.state.step("a").ended, at(7));
  EXPECT_EQ(folded.state.step("a").detail, "no room");
  Event second = intended("a", 9);
  second.attempt = 2;
  folded.add({second});
  StepRow row = folded.state.step("a");
  EXPECT_EQ(row.state, StepState::running);
  EXPECT_EQ(row.attempt, 2);
  EXPECT_EQ(row.begun, at(5));
  EXPECT_EQ(row.intent, 2u);
  EXPECT_FALSE(row.ended);
}

TEST(StepRows, has_a_state_for_every_outcome) {
  const std::tuple<Kind, Json, StepState> outcomes[] = {
      {Kind::step_done, {{"detail", "d"}}, StepState::done},
      {Kind::step_failed, {{"error", "d"}}, StepState::failed},
      {Kind::step_unknown, {{"error", "d"}}, StepState::unknown},
      {Kind::step_foreign, {{"detail", "d"}}, StepState::running},
      {Kind::undo_failed, {{"error", "d"}}, StepState::running},
      {Kind::step_undone, {{"detail", "d"}}, StepState::undone},
  };
  for (const auto& [kind, body, state] : outcomes) {
    Folded folded({begun(), intended("a"), event(kind, "a", body)});
    EXPECT_EQ(folded.step("a"), state) << to_string(kind);
    EXPECT_EQ(folded.state.step("a").detail, "d") << to_string(kind);
  }
}

TEST(StepRows, is_only_intended_while_requests_are_held) {
  Folded folded({begun(), intended("a", 0, true)});
  EXPECT_EQ(folded.step("a"), StepState::intended);
  folded.add({event(Kind::step_done, "a", {{"detail", ""}})});
  EXPECT_EQ(folded.step("a"), StepState::done);
}

TEST(StepRows, that_was_found_done_has_nothing_to_be_undone) {
  Folded folded({begun(), event(Kind::step_found, "a", {{"stage", "web"}, {"detail", "there"}})});
  EXPECT_EQ(folded.step("a"), StepState::found);
  EXPECT_EQ(folded.state.step("a").intent, 0u);
  EXPECT_TRUE(folded.state.step("a").before.is_null());
}

TEST(StepRows, whose_undo_failed_is_still_being_undone) {
  Folded folded({begun(), intended("a"), event(Kind::step_done, "a", {{"detail", ""}}),
                 event(Kind::undo_intended, "a"),
                 event(Kind::undo_failed, "a", {{"error", "unreachable"}})});
  EXPECT_EQ(folded.step("a"), StepState::undoing);
  EXPECT_EQ(folded.state.step("a").before, Json({{"ttl", 30}}));
}

TEST(GateRows, waits_since_it_was_first_reached) {
  Json waiting{{"stage", "web"},
               {"title", "Copies are gone"},
               {"evidence", "9 s left"},
               {"opens_at", "2023-11-14T22:13:29.000Z"}};
  Folded folded({begun(), event(Kind::gate_waiting, "web/ttl", waiting, 1)});
  waiting["evidence"] = "3 s left";
  folded.add({event(Kind::gate_waiting, "web/ttl", waiting, 7)});
  GateRow row = folded.state.gate("web/ttl");
  EXPECT_FALSE(row.open);
  EXPECT_EQ(row.waiting, at(1));
  EXPECT_EQ(row.evidence, "3 s left");
  EXPECT_EQ(row.opens_at, at(9));
  folded.add({event(Kind::gate_open, "web/ttl", {{"stage", "web"}, {"evidence", "gone"}}, 9)});
  row = folded.state.gate("web/ttl");
  EXPECT_TRUE(row.open);
  EXPECT_EQ(row.opened, at(9));
  EXPECT_FALSE(row.pivot);
  EXPECT_EQ(row.title, "Copies are gone");
}

TEST(StageRows, begins_anew_after_it_was_undone) {
  Folded folded({begun(), event(Kind::epoch_raised, "", {{"holder", "h"}, {"boot", "b1"}}),
                 event(Kind::stage_begun, "web", {{"critical", true}}, 1),
                 event(Kind::stage_undoing, "web", {{"reason", "late"}}, 2),
                 event(Kind::stage_undone, "web", Json::object(), 3)});
  StageRow row = folded.state.stage("web");
  EXPECT_EQ(row.state, StageRow::State::undone);
  EXPECT_EQ(row.reason, "late");
  EXPECT_EQ(row.ended, at(3));
  folded.add({event(Kind::stage_begun, "web", {{"critical", true}}, 4)});
  row = folded.state.stage("web");
  EXPECT_EQ(row.state, StageRow::State::begun);
  EXPECT_EQ(row.reason, "");
  EXPECT_EQ(row.begun, at(4));
  EXPECT_EQ(row.begun_steady, Millis(4000));
  EXPECT_EQ(row.begun_boot, "b1");
  EXPECT_FALSE(row.ended);
}

TEST(StageRows, of_one_stage_leaves_the_gates_of_others_alone_when_it_is_undone) {
  Folded folded({begun(), event(Kind::gate_open, "web/go", {{"stage", "web"}, {"evidence", ""}}),
                 event(Kind::gate_open, "dns/go", {{"stage", "dns"}, {"evidence", ""}}),
                 event(Kind::stage_undone, "web")});
  EXPECT_EQ(folded.state.gates.count("web/go"), 0u);
  EXPECT_EQ(folded.state.gates.count("dns/go"), 1u);
}

TEST(Facts, of_the_same_step_and_key_are_replaced_by_the_newest) {
  Folded folded({begun(), event(Kind::fact, "a", {{"key", "ttl"}, {"value", 30}}),
                 event(Kind::fact, "b", {{"key", "ttl"}, {"value", 60}}),
                 event(Kind::fact, "a", {{"key", "ttl"}, {"value", 5}}),
                 event(Kind::fact, "a", {{"key", "at"}, {"value", nullptr}})});
  EXPECT_EQ((folded.state.facts.at({"a", "ttl"})), 5);
  EXPECT_EQ((folded.state.facts.at({"b", "ttl"})), 60);
  EXPECT_EQ((folded.state.facts.at({"a", "at"})), Json());
  EXPECT_EQ(folded.state.facts.size(), 3u);
}

TEST(StateFold, refuses_every_event_that_lacks_what_its_kind_needs) {
  const Kind needy[] = {
      Kind::run_begun,       Kind::epoch_raised,  Kind::stage_begun,      Kind::stage_undoing,
      Kind::step_found,      Kind::step_intended, Kind::step_done,        Kind::step_failed,
      Kind::step_unknown,    Kind::step_foreign,  Kind::step_undone,      Kind::undo_failed,
      Kind::gate_waiting,    Kind::gate_open,     Kind::request_accepted, Kind::fact,
      Kind::request_refused, Kind::run_stopped,   Kind::rollback_begun};
  for (Kind kind : needy) {
    State state;
    try {
      state.fold(event(kind, "x"));
      ADD_FAILURE() << to_string(kind);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::needs_human);
      EXPECT_NE(std::string(error.what()).find(to_string(kind)), std::string::npos);
    }
  }
}

TEST(StateFold, refuses_values_of_a_wrong_type) {
  State state;
  EXPECT_THROW(state.fold(event(Kind::run_stopped, "", {{"exit", "ten"}, {"text", ""}})), Error);
  EXPECT_THROW(state.fold(event(Kind::stage_begun, "web", {{"critical", "yes"}})), Error);
  EXPECT_THROW(state.fold(event(
                   Kind::gate_waiting, "g",
                   {{"stage", "web"}, {"title", ""}, {"evidence", ""}, {"opens_at", "tomorrow"}})),
               Error);
}

TEST(StateFold, knows_nothing_of_what_did_not_happen) {
  State state;
  EXPECT_EQ(state.step("a").id, "a");
  EXPECT_EQ(state.step("a").state, StepState::pending);
  EXPECT_EQ(state.gate("g").id, "g");
  EXPECT_FALSE(state.gate("g").open);
  EXPECT_EQ(state.stage("s").name, "s");
  EXPECT_EQ(state.stage("s").state, StageRow::State::pending);
  EXPECT_TRUE(state.steps.empty() && state.gates.empty() && state.stages.empty());
}

TEST(TrialStates, changes_nothing_unless_it_is_committed) {
  Folded folded({begun()});
  const State before = folded.state;
  {
    TrialState trial(folded.state);
    trial.fold(intended("a"));
    EXPECT_EQ(trial.next().steps.size(), 1u);
    EXPECT_TRUE(trial.next().plan.is_null());
  }
  EXPECT_EQ(folded.state, before);
  {
    TrialState trial(folded.state);
    trial.fold(intended("a"));
    trial.commit();
  }
  EXPECT_EQ(folded.state.steps.size(), 1u);
  EXPECT_EQ(folded.state.plan, before.plan);
}

TEST(TrialStates, takes_the_plan_of_a_run_that_begins_in_it) {
  Folded folded({begun()});
  Event next = begun();
  next.body["plan"] = {{"n", 2}};
  {
    TrialState trial(folded.state);
    trial.fold(next);
  }
  EXPECT_EQ(folded.state.plan, Json({{"n", 1}}));
  TrialState trial(folded.state);
  trial.fold(next);
  trial.commit();
  EXPECT_EQ(folded.state.plan, Json({{"n", 2}}));
}

TEST(States, have_words_of_their_own) {
  std::set<std::string_view> words;
  for (int i = 0; i <= int(StepState::undone); ++i) words.insert(to_string(StepState(i)));
  EXPECT_EQ(words.size(), 9u);
  words.clear();
  for (int i = 0; i <= int(RunState::finished); ++i) words.insert(to_string(RunState(i)));
  EXPECT_EQ(words.size(), 9u);
  EXPECT_EQ(to_string(StageRow::State::undoing), "undoing");
  EXPECT_EQ(to_string(RunState::rolling_back), "rolling-back");
}

}  // namespace hikkoshi::journal
