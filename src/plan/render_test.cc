#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"
#include "plan/compile.h"
#include "plan/phrases.h"
#include "plan/render_markdown.h"
#include "plan/render_text.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

// Compares with a file of testdata; HIKKOSHI_UPDATE_TESTDATA=1 writes it instead, for review.
void expect_file(const std::string& name, const std::string& actual) {
  std::string path = std::string(HIKKOSHI_PLAN_TESTDATA) + "/" + name;
  if (std::getenv("HIKKOSHI_UPDATE_TESTDATA")) {
    write_file_atomically(path, actual);
    FAIL() << name << " was written: look at it, and run again without the variable";
  }
  EXPECT_EQ(actual, read_file(path));
}

Plan subservice() {
  return compile(sample_move(), sample_observed(), "hash");
}

// Web first, names next, the database last, inside a window and after an approval; nothing read.
Plan in_three_stages() {
  move::Move move = sample_move();
  move.name = "three-stages";
  move.stages = {{"web", {"frames"}, {}}, {"dns", {"public"}, {}}, {"data", {"main"}, {}}};
  move.policy.prefer = "hold";
  move.policy.window = move::Window{{"sat", "sun"}, 60, 300, "Asia/Tokyo"};
  move.policy.gates = {{"data", {"approval", "stragglers_forwarded"}, {}}};
  move.policy.ttl.ladder = {std::chrono::hours(1), std::chrono::minutes(5)};
  move.policy.ttl.first_step_before = std::chrono::hours(24 * 14);
  move.policy.ttl.last_step_before = std::chrono::hours(3);
  move.policy.ttl.restore_after = std::chrono::hours(72);
  Observed observed;
  observed.names["frames.shop.test"] = {"A", 604'800, {"127.10.0.80"}};
  observed.names["img.shop.test"] = {"A", 86'400, {"127.10.0.80"}};
  return compile(move, observed, "hash");
}

}  // namespace

TEST(RenderText, prints_the_subservice_as_a_person_reads_it) {
  expect_file("subservice.txt", render_text(subservice()));
}

TEST(RenderText, prints_windows_approvals_and_guesses) {
  expect_file("three_stages.txt", render_text(in_three_stages()));
}

TEST(RenderMarkdown, writes_the_runbook_of_the_subservice) {
  expect_file("subservice.md", render_markdown(subservice()));
}

TEST(RenderMarkdown, writes_the_runbook_of_days_and_hours) {
  expect_file("three_stages.md", render_markdown(in_three_stages()));
}

TEST(RenderMarkdown, keeps_names_from_becoming_markup) {
  Plan plan = subservice();
  plan.move = "a|b <img src=x> [x](y) `c`";
  plan.risks = {{"line\nbreak | pipe", "*loud*"}};
  std::string text = render_markdown(plan);
  EXPECT_NE(text.find("# Runbook: a\\|b \\<img src=x\\> \\[x\\](y) \\`c\\`\n"), std::string::npos);
  EXPECT_NE(text.find("- [ ] line\\\\x0abreak \\| pipe (\\*loud\\*)\n"), std::string::npos) << text;
}

TEST(RenderText, keeps_control_characters_away_from_the_terminal) {
  Plan plan = subservice();
  plan.stages[0].items[0].step->title = "\x1b[2Jgone";
  EXPECT_EQ(render_text(plan).find('\x1b'), std::string::npos);
}

TEST(RenderText, prints_a_plan_without_anything_in_it) {
  Plan plan;
  plan.move = "nothing";
  std::string text = render_text(plan);
  EXPECT_NE(text.find("Risks: none known"), std::string::npos);
  EXPECT_NE(text.find("Downtime  0s (no stage cuts over)"), std::string::npos) << text;
  EXPECT_EQ(text.find("Placement"), std::string::npos);
}

TEST(Phrases, round_forecasts_to_what_they_are_worth) {
  EXPECT_EQ(range({Millis(584), Millis(5'449), ""}), "580ms-5.4s");
  EXPECT_EQ(range({Millis(13'333), Millis(13'400), ""}), "13s");
  EXPECT_EQ(range({Millis(0), Millis(4'000), ""}), "0s-4s");
  EXPECT_EQ(range({Millis(0), Millis(0), ""}), "0s");
  EXPECT_EQ(range({Millis(59'600), Millis(3'600'000), ""}), "1m-1h");
}

TEST(Phrases, mark_every_item_with_symbol_and_word) {
  Item step{
      .step =
          Step{.id = "s/x", .kind = "x", .title = "", .undo = "", .arguments = {}, .forecast = {}},
      .gate = {}};
  step.step->sign = Sign::copy;
  EXPECT_EQ(mark(step), "> copy");
  step.pivot = true;
  EXPECT_EQ(mark(step), "! copy");
  Item gate{
      .step = {},
      .gate = Gate{.id = "s/g", .condition = "", .title = "", .arguments = {}, .forecast = {}}};
  EXPECT_EQ(mark(gate), "? gate");
  gate.gate->pivot = true;
  EXPECT_EQ(mark(gate), "! pivot");
}

TEST(Phrases, head_the_placement_with_the_stages_of_the_move_file) {
  move::Move move = sample_move();
  move.stages = {{"all", {"frames", "main", "public"}, {}}};
  Plan plan = compile(move, sample_observed(), "hash");
  EXPECT_EQ(placement_table(plan)[0], (std::vector<std::string>{"", "before", "all"}));
  EXPECT_EQ(placement_table(subservice())[0],
            (std::vector<std::string>{"", "before", "service", "dns"}));
}

}  // namespace hikkoshi::plan
