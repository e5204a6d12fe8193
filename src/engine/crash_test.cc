// Dies everywhere, once, and is begun again: the world must end as if nothing had happened, or
// rolled back exactly. S1 of the reliability notes: every journal write {before, after, torn} and
// every effect {before, after}, over several plans.
#include <functional>

#include <gtest/gtest.h>

#include "engine/testing/toy_world.h"

namespace hikkoshi::engine {

namespace {

using Things = std::multiset<std::string>;

/// A night: how the world is made, what is called until it ends, and how it must end.
struct Night {
  std::string name;
  plan::Plan plan;
  std::function<void(Toy&)> prepare;
  std::function<Result(Toy&, const plan::Plan&)> act;
  Exit exit = Exit::ok;
  Things ends;
};

Result just_run(Toy& toy, const plan::Plan& plan) {
  return toy.run(plan);
}

/// Runs, then takes all back, whatever has been done already.
Result run_then_roll_back(Toy& toy, const plan::Plan& plan) {
  auto state = toy.state().run.state;
  if (state == journal::RunRow::State::rolled_back) return toy.rollback();
  if (state != journal::RunRow::State::completed && state != journal::RunRow::State::rolling_back) {
    Result result = toy.run(plan);
    if (result.exit != Exit::ok) return result;
  }
  return toy.rollback(true);
}

Result run_then_finish(Toy& toy, const plan::Plan& plan) {
  auto state = toy.state().run.state;
  if (state != journal::RunRow::State::completed && state != journal::RunRow::State::finishing &&
      state != journal::RunRow::State::finished) {
    Result result = toy.run(plan);
    if (result.exit != Exit::ok) return result;
  }
  return toy.finish();
}

/// What was left of a run that went back, by itself or by rollback, is taken away.
Result run_back_then_finish(Toy& toy, const plan::Plan& plan) {
  using State = journal::RunRow::State;
  auto state = toy.state().run.state;
  if (state == State::none || state == State::running) toy.run(plan);
  state = toy.state().run.state;
  if (state == State::completed || state == State::rolling_back) toy.rollback(true);
  return toy.finish();
}

plan::Plan whole_move() {
  return toy_plan({toy_stage("prepare", false, {"a", "b+c", "=look"}),
                   toy_stage("service", true,
                             {"?window", "page", "fence", "copy+index", "=verify", "open",
                              "!approve", "unpage", "forward"}),
                   toy_stage("dns", false, {"?go", "~ttl", "switch"})},
                  {"ttl-up", "clean"});
}

/// The same in short, for nights that go every way twice.
plan::Plan short_move() {
  return toy_plan({toy_stage("prepare", false, {"a", "=look"}),
                   toy_stage("service", true, {"fence", "copy+index", "!approve", "unpage"})},
                  {"ttl-up", "-rules"});
}

plan::Plan held_move() {
  plan::Stage data = toy_stage("data", true, {"~ready", "hold", "fence", "open!", "release+x"});
  data.held = true;
  return toy_plan({toy_stage("prepare", false, {"a"}), data});
}

void nothing(Toy&) {}

std::vector<Night> nights() {
  Things all{"a",     "b",    "c",      "page",    "fence", "copy",
             "index", "open", "unpage", "forward", "switch"};
  Things prepared{"a", "b", "c"};
  auto never = [](const char* step) {
    return [step](Toy& toy) {
      toy.world.faults[step].assign(50, {.retry = Retry::never});
    };
  };
  return {
      {"three_steps",
       toy_plan({toy_stage("s", false, {"a", "b", "c+d"})}),
       nothing,
       just_run,
       Exit::ok,
       {"a", "b", "c", "d"}},
      {"whole_move", whole_move(), nothing, just_run, Exit::ok, all},
      {"held_move",
       held_move(),
       nothing,
       just_run,
       Exit::ok,
       {"a", "hold", "fence", "open", "release", "x"}},
      {"found_before_we_came", whole_move(),
       [](Toy& toy) {
         toy.world.things = {"b", "page"};
       },
       just_run, Exit::ok, all},
      {"failure_before_the_pivot", whole_move(), never("service/open"), just_run, Exit::rolled_back,
       prepared},
      {"failure_in_a_held_stage",
       held_move(),
       never("data/fence"),
       just_run,
       Exit::rolled_back,
       {"a"}},
      {"partly_there_then_failure",
       whole_move(),
       [never](Toy& toy) {
         never("service/=verify")(toy);
         toy.world.things = {"index"};
       },
       just_run,
       Exit::rolled_back,
       {"a", "b", "c", "index"}},
      {"rolled_back_after_the_pivot", short_move(), nothing, run_then_roll_back, Exit::ok, {}},
      {"rolled_back_but_for_what_was_found",
       short_move(),
       [](Toy& toy) {
         toy.world.things = {"a", "fence"};
       },
       run_then_roll_back,
       Exit::ok,
       {"a", "fence"}},
      {"lost_answers", whole_move(),
       [](Toy& toy) {
         for (const char* step : {"prepare/a", "service/fence", "service/unpage", "dns/switch"})
           toy.world.faults[step] = {{.retry = Retry::ask, .after_effect = true}};
       },
       just_run, Exit::ok, all},
  };
}

std::vector<Night> nights_that_finish() {
  Things finished{"a", "fence", "copy", "index", "unpage", "ttl-up", "-rules"};
  auto no_copy = [](Toy& toy) {
    toy.world.faults["service/copy+index"].assign(50, {.retry = Retry::never});
  };
  return {
      {"forward", short_move(), nothing, run_then_finish, Exit::ok, finished},
      {"rolled_back", short_move(), nothing, run_back_then_finish, Exit::ok, {"-rules"}},
      {"undone", short_move(), no_copy, run_back_then_finish, Exit::ok, {"-rules"}},
  };
}

enum class Point { write_before, write_after, write_torn, effect_before, effect_after };

void arm(Toy& toy, Point point, int at) {
  bool write = point <= Point::write_torn;
  if (write) toy.how = static_cast<DyingJournal::How>(point);
  toy.world.die_after_effect = point == Point::effect_after;
  (write ? toy.writes : toy.world.effects).burn_at(at);
}

/// Acts until the process does not die any more; `deaths` says how often it did.
Result act_to_the_end(Toy& toy, const Night& night, int& deaths) {
  for (deaths = 0; deaths < 100; ++deaths) {
    try {
      return night.act(toy, night.plan);
    } catch (const Crash&) {
    }
  }
  ADD_FAILURE() << "it never ends";
  return {};
}

void expect_good_end(const Toy& toy, const Night& night, const Result& result) {
  EXPECT_EQ(toy.world.violations, std::vector<std::string>{});
  EXPECT_EQ(result.exit, night.exit) << result.text;
  EXPECT_EQ(toy.world.things, night.ends) << result.text;
  std::string copy = toy.disk;
  if (journal::MemJournal(copy).state().run.state == journal::RunRow::State::finished)
    EXPECT_TRUE(toy.world.holders.empty());
}

class Crashes : public testing::TestWithParam<Night> {};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, Crashes, testing::ValuesIn(nights()),
                         [](const auto& info) { return info.param.name; });
INSTANTIATE_TEST_SUITE_P(Finish, Crashes, testing::ValuesIn(nights_that_finish()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Crashes, at_no_point_change_how_the_night_ends) {
  const Night& night = GetParam();
  Toy calm;
  night.prepare(calm);
  int none = 0;
  Result result = act_to_the_end(calm, night, none);
  expect_good_end(calm, night, result);
  ASSERT_FALSE(HasFailure());
  ASSERT_GT(calm.world.effects.points(), 2);
  for (Point point : {Point::write_before, Point::write_after, Point::write_torn,
                      Point::effect_before, Point::effect_after}) {
    bool write = point <= Point::write_torn;
    int points = write ? calm.writes.points() : calm.world.effects.points();
    for (int at = 1; at <= points; ++at) {
      SCOPED_TRACE(testing::Message() << "point " << static_cast<int>(point) << " at " << at);
      Toy toy;
      night.prepare(toy);
      arm(toy, point, at);
      int deaths = 0;
      result = act_to_the_end(toy, night, deaths);
      EXPECT_EQ(deaths, 1);
      expect_good_end(toy, night, result);
      if (HasFailure()) return;
    }
  }
}

TEST_P(Crashes, twice_change_no_end_either) {
  const Night& night = GetParam();
  Toy calm;
  night.prepare(calm);
  int deaths = 0;
  act_to_the_end(calm, night, deaths);
  // The second death follows so soon that it hits the recovery from the first.
  for (int first = 1; first <= calm.writes.points(); ++first) {
    for (int second : {first % 3 + 1, first % 7 + 4}) {
      SCOPED_TRACE(testing::Message() << "writes " << first << " and then " << second);
      Toy toy;
      night.prepare(toy);
      arm(toy, Point::write_before, first);
      EXPECT_THROW(night.act(toy, night.plan), Crash);
      arm(toy, Point::write_after, second);
      Result result = act_to_the_end(toy, night, deaths);
      expect_good_end(toy, night, result);
      if (HasFailure()) return;
    }
  }
}

}  // namespace hikkoshi::engine
