#include "plan/limits.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/compile.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

// The remedy of the first risk whose text holds `words`; "none" when there is no such risk.
std::string remedy(const move::Move& move, const std::string& words,
                   const Observed& observed = sample_observed()) {
  for (const Risk& risk : compile(move, observed, "hash").risks) {
    if (risk.text.find(words) != std::string::npos) return risk.remedy;
  }
  return "none";
}

// What check_limits says about a plan with this downtime and a limit of a minute.
std::string verdict(Millis low, Millis high) {
  move::Move move = sample_move();
  Observed observed = sample_observed();
  Itinerary itinerary(move);
  move.policy.max_downtime = Millis(60'000);
  Plan plan = compile(sample_move(), observed, "hash");
  plan.downtime = {low, high, "default"};
  try {
    check_limits(plan, {move, observed, itinerary});
    return "within";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::refused);
    EXPECT_EQ(error.retry(), Retry::never);
    return error.what();
  }
}

std::string zone_verdict(double limit, std::uint64_t records) {
  move::Move move = sample_move();
  move.policy.dns_changes = limit;
  Observed observed = sample_observed();
  observed.names["img.shop.test"] = {"A", 30, {"127.10.0.80"}};
  observed.zone_records["public"] = records;
  try {
    compile(move, observed, "hash");
    return "within";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST(Limits, allow_a_downtime_that_may_still_be_within) {
  EXPECT_EQ(verdict(Millis(59'000), Millis(3'600'000)), "within");
  EXPECT_EQ(verdict(Millis(60'000), Millis(60'000)), "within");
}

TEST(Limits, refuse_a_downtime_that_cannot_be_within) {
  EXPECT_EQ(verdict(Millis(61'000), Millis(70'000)),
            "the downtime would be at least 1m1s, and the limit is 1m");
}

TEST(Limits, count_the_share_of_a_zone_that_changes) {
  EXPECT_EQ(zone_verdict(0.5, 4), "within");
  EXPECT_EQ(zone_verdict(0.49, 4),
            "2 of zone public's 4 records would change: 50 %, and the limit is 49 %");
  EXPECT_EQ(zone_verdict(0, 1000),
            "2 of zone public's 1000 records would change: 0 %, and the limit is 0 %");
  EXPECT_EQ(zone_verdict(0, 0), "within");  // A size of nothing is no size.
}

TEST(Limits, know_no_share_of_a_zone_whose_size_was_not_read) {
  move::Move move = sample_move();
  move.policy.dns_changes = 0;
  Observed observed = sample_observed();
  observed.zone_records.clear();
  EXPECT_NO_THROW(compile(move, observed, "hash"));
}

TEST(Risks, are_few_when_all_was_read_and_the_page_is_narrow) {
  move::Move move = sample_move();
  move.policy.max_downtime = Millis(0);
  move.policy.page.hosts = {"frames.shop.test", "img.shop.test"};
  std::vector<Risk> risks = compile(move, sample_observed(), "hash").risks;
  ASSERT_EQ(risks.size(), 1u);
  EXPECT_NE(risks[0].text.find("no way back without loss"), std::string::npos);
}

TEST(Risks, all_say_what_to_do) {
  move::Move move = sample_move();
  move.policy.prefer = "hold";
  move.services["worker"].new_side.hosts = {"app1"};
  move.services["worker"].uses = {"main"};
  move.services["worker"].names = {"worker.example"};
  move.stages[0].move.push_back("worker");
  move.services["stays"].uses = {"main"};
  move.new_side.zones["public"].same = false;
  std::vector<Risk> risks = compile(move, Observed{}, "hash").risks;
  EXPECT_GE(risks.size(), 10u);
  for (const Risk& risk : risks) EXPECT_FALSE(risk.remedy.empty()) << risk.text;
}

TEST(Risks, tell_of_services_without_balancer_port_or_configuration) {
  move::Move move = sample_move();
  move.services["worker"].new_side.hosts = {"app1"};
  move.services["worker"].uses = {"main"};
  move.stages[0].move.push_back("worker");
  EXPECT_NE(remedy(move, "service worker has no balancer on OLD"), "none");
  EXPECT_NE(remedy(move, "service worker has no port on NEW"), "none");
  EXPECT_NE(remedy(move, "service worker has no config in the move file"), "none");
  EXPECT_EQ(remedy(sample_move(), "service frames has no"), "none");
}

TEST(Risks, tell_of_users_that_stay_on_old) {
  move::Move move = sample_move();
  move.services["stays"].uses = {"main"};
  EXPECT_EQ(remedy(move, "service stays stays on OLD but uses a database that moves"),
            "see that it reaches NEW, and check it by hand");
  EXPECT_EQ(remedy(sample_move(), "stays on OLD"), "none");
}

TEST(Risks, tell_of_a_zone_with_other_servers_on_new) {
  move::Move move = sample_move();
  EXPECT_EQ(remedy(move, "other servers on NEW"), "none");
  move.new_side.zones["public"].same = false;
  EXPECT_EQ(remedy(move, "zone public has other servers on NEW"),
            "move the delegation by hand, later");
}

}  // namespace hikkoshi::plan
