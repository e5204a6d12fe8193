#include "move/stages.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "move/parse.h"

namespace hikkoshi::move {

namespace {

constexpr std::string_view written =
    "  - {name: web, move: [site, main]}\n"
    "  - {name: dns, move: [public]}\n";

/// Numbers of the findings when the stages of the smallest good file are these.
std::vector<std::string> findings(const std::string& stages, const std::string& policy = "") {
  std::string text = read_file(MOVE_FILES "/good/minimal.yaml");
  EXPECT_NE(text.find(written), std::string::npos);
  std::vector<std::string> numbers;
  for (const Diagnostic& one :
       parse({"m", replace_all(text, written, stages) + policy}).diagnostics)
    numbers.emplace_back(entry_of(one.code).number);
  return numbers;
}

using Numbers = std::vector<std::string>;

}  // namespace

TEST(Stages, may_move_a_service_with_its_store_or_before_it) {
  EXPECT_EQ(findings(std::string(written)), Numbers{});
  EXPECT_EQ(findings("  - {name: a, move: [site]}\n  - {name: b, move: [main]}\n"
                     "  - {name: c, move: [public]}\n"),
            Numbers{});
  EXPECT_EQ(findings("  - {name: a, move: [site]}\n  - {name: c, move: [public]}\n"
                     "  - {name: b, move: [main]}\n"),
            Numbers{});
}

TEST(Stages, must_not_move_a_store_away_from_its_users) {
  EXPECT_EQ(findings("  - {name: b, move: [main]}\n  - {name: a, move: [site]}\n"
                     "  - {name: c, move: [public]}\n"),
            Numbers{"HK053"});
}

TEST(Stages, must_not_move_names_before_their_services) {
  EXPECT_EQ(findings("  - {name: c, move: [public]}\n  - {name: a, move: [site, main]}\n"),
            Numbers{"HK052"});
}

TEST(Stages, warn_of_everything_that_stays) {
  EXPECT_EQ(findings("  - {name: a, move: [site]}\n"), (Numbers{"HK051", "HK051"}));
}

TEST(Stages, tell_of_a_thing_twice_in_one_stage_once) {
  EXPECT_EQ(findings("  - {name: a, move: [site, main, main]}\n  - {name: c, move: [public]}\n"),
            Numbers{"HK046"});
}

TEST(Stages, may_be_named_by_gates_before_and_after) {
  EXPECT_EQ(
      findings(std::string(written), "policy: {gates: [{before: dns, require: [approval]}]}\n"),
      Numbers{});
  EXPECT_EQ(
      findings(std::string(written), "policy: {gates: [{before: nds, require: [approval]}]}\n"),
      Numbers{"HK040"});
}

TEST(Policy, windows_may_go_over_midnight) {
  EXPECT_EQ(findings(std::string(written),
                     "policy: {window: {from: \"23:00\", to: \"01:00\", zone: UTC}}\n"),
            Numbers{});
}

TEST(Policy, ladders_of_one_rung_fall) {
  EXPECT_EQ(findings(std::string(written), "policy: {ttl: {ladder: [1s]}}\n"), Numbers{});
  EXPECT_EQ(findings(std::string(written), "policy: {ttl: {ladder: []}}\n"), Numbers{});
  EXPECT_EQ(findings(std::string(written), "policy: {ttl: {ladder: [1s, 2s]}}\n"),
            Numbers{"HK055"});
}

}  // namespace hikkoshi::move
