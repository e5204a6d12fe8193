#include "plan/plan.h"

#include <functional>

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/compile.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

Plan sample() {
  return compile(sample_move(), sample_observed(), "hash");
}

// What reading a plan's JSON says after `spoil`; empty when it was accepted.
std::string fault(const std::function<void(Json&)>& spoil) {
  Json json = to_json(sample());
  spoil(json);
  try {
    plan_from_json(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::stale_plan);
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_FALSE(error.remedy().empty());
    return error.what();
  }
  return "";
}

void expect_fault(const std::string& words, const std::function<void(Json&)>& spoil) {
  std::string text = fault(spoil);
  EXPECT_NE(text.find(words), std::string::npos) << "'" << text << "' has no '" << words << "'";
}

Json& first_step(Json& json) {
  return json["stages"][0]["items"][0]["step"];
}

}  // namespace

TEST(Plan, comes_back_from_its_own_json) {
  Plan plan = sample();
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
  EXPECT_EQ(plan_from_json(parse_json(canonical(to_json(plan)), "a saved plan")), plan);
}

TEST(Plan, has_a_hash_that_every_part_of_it_changes) {
  Plan plan = sample();
  std::string same = hash(plan);
  EXPECT_EQ(same.size(), 64u);
  EXPECT_EQ(hash(sample()), same);
  std::vector<std::function<void(Plan&)>> changes{
      [](Plan& p) { p.move += "x"; },
      [](Plan& p) { p.move_hash += "x"; },
      [](Plan& p) { p.way_back = !p.way_back; },
      [](Plan& p) { p.risks.pop_back(); },
      [](Plan& p) { p.placement[0].sides[0] = "neither"; },
      [](Plan& p) { p.finish.pop_back(); },
      [](Plan& p) { p.total.high += Millis(1); },
      [](Plan& p) { p.downtime.origin = "x"; },
      [](Plan& p) { p.stages[1].budget += Millis(1); },
      [](Plan& p) { p.stages[1].held = true; },
      [](Plan& p) { p.stages[1].critical = false; },
      [](Plan& p) { p.stages[0].items[0].pivot = true; },
      [](Plan& p) { p.stages[0].items[0].step->undo = ""; },
      [](Plan& p) { p.stages[0].items[0].step->sign = Sign::wait; },
      [](Plan& p) { p.stages[0].items[0].step->arguments["side"] = "new"; },
      [](Plan& p) { p.stages[0].items[3].gate->kind = Gate::Kind::approval; },
      [](Plan& p) { p.stages[0].items[3].gate->pivot = true; },
      [](Plan& p) {
        std::swap(p.stages[0].items[0], p.stages[0].items[1]);
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Plan other = sample();
    changes[i](other);
    EXPECT_NE(hash(other), same) << "change " << i;
  }
}

TEST(Plan, names_the_place_where_its_json_is_wrong) {
  expect_fault("the document: 'move_hash' is missing", [](Json& j) { j.erase("move_hash"); });
  expect_fault("stages: an array is expected", [](Json& j) { j["stages"] = 3; });
  expect_fault("stages[0].name: a string is expected",
               [](Json& j) { j["stages"][0]["name"] = nullptr; });
  expect_fault("stages[0].name: it is empty", [](Json& j) { j["stages"][0]["name"] = ""; });
  expect_fault("way_back: true or false is expected", [](Json& j) { j["way_back"] = "no"; });
  expect_fault("stages[0].items[0].step.sign: unknown word 'explode'",
               [](Json& j) { first_step(j)["sign"] = "explode"; });
  expect_fault("stages[0].items[0].step.arguments: an object is expected",
               [](Json& j) { first_step(j)["arguments"] = "rm"; });
  expect_fault("risks[0]: an object is expected", [](Json& j) { j["risks"][0] = Json::array(); });
}

TEST(Plan, rejects_lengths_that_are_none) {
  for (const Json& length : {Json(-1), Json(1.5), Json("1"), Json(UINT64_MAX), Json(nullptr)}) {
    expect_fault("total.high_ms: a number of milliseconds is expected",
                 [&](Json& j) { j["total"]["high_ms"] = length; });
  }
  expect_fault("total: low is above high", [](Json& j) { j["total"]["high_ms"] = 0; });
}

TEST(Plan, rejects_what_another_version_wrote) {
  expect_fault("format: 1 is expected", [](Json& j) { j["format"] = 2; });
  expect_fault("'format' is missing", [](Json& j) { j.erase("format"); });
  expect_fault("stages[1]: unknown key 'retries'", [](Json& j) { j["stages"][1]["retries"] = 3; });
  for (const char* text : {"null", "[]", "7", "\"plan\"", "{}"}) {
    EXPECT_THROW(plan_from_json(Json::parse(text)), Error) << text;
  }
}

TEST(Plan, rejects_items_that_are_both_step_and_gate_or_neither) {
  expect_fault("stages[0].items[0]: one of 'step' and 'gate' is expected", [](Json& j) {
    j["stages"][0]["items"][0]["gate"] = j["stages"][0]["items"][3]["gate"];
  });
  expect_fault("stages[0].items[0]: one of 'step' and 'gate' is expected",
               [](Json& j) { j["stages"][0]["items"][0].erase("step"); });
}

TEST(Plan, rejects_ids_that_stand_twice) {
  expect_fault("prepare/prepare-balancer:old.edge: this id stands twice",
               [](Json& j) { j["finish"].push_back(j["stages"][0]["items"][0]); });
}

TEST(Plan, survives_arguments_that_are_nested_without_end) {
  Json deep = Json::object();
  for (int i = 0; i < 1000; ++i) deep = Json{{"a", std::move(deep)}};
  expect_fault("arguments: nested too deep", [&](Json& j) { first_step(j)["arguments"] = deep; });
}

TEST(Plan, has_a_symbol_and_a_word_for_every_sign) {
  std::string symbols, words;
  for (Sign sign :
       {Sign::create, Sign::change, Sign::remove, Sign::copy, Sign::wait, Sign::check}) {
    symbols += symbol(sign);
    words += std::string(to_string(sign)) + " ";
  }
  EXPECT_EQ(symbols, "+~->=?");
  EXPECT_EQ(words, "create change remove copy wait check ");
  EXPECT_EQ(to_string(Gate::Kind::window), "window");
}

}  // namespace hikkoshi::plan
