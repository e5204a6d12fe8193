#include "plan/forecast.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/compile.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

Forecast of(const Plan& plan, const std::string& id) {
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) {
      if (item.id() == id) return forecast_of(item);
    }
  }
  for (const Item& item : plan.finish) {
    if (item.id() == id) return forecast_of(item);
  }
  ADD_FAILURE() << "no item " << id;
  return {};
}

Plan planned(const Observed& observed) {
  move::Move move = sample_move();
  move.policy.max_downtime = Millis(0);
  return compile(move, observed, "hash");
}

}  // namespace

TEST(Forecast, divides_the_bytes_by_the_default_rates_and_adds_the_indexes) {
  Observed observed = sample_observed();
  observed.databases["main"] = {
      .bytes = 600'000'000, .rows = 1, .tables = 0, .bytes_per_second = {}};
  EXPECT_EQ(of(planned(observed), "service/copy-database:main"),
            (Forecast{Millis(10'000), Millis(60'000), "default rate"}));
}

TEST(Forecast, believes_a_measured_rate_more_than_the_default) {
  Observed observed = sample_observed();
  observed.databases["main"] = {
      .bytes = 1'300'000'000, .rows = 1, .tables = 0, .bytes_per_second = 100e6};
  EXPECT_EQ(of(planned(observed), "service/copy-database:main"),
            (Forecast{Millis(10'000), Millis(18'572), "measured rate"}));
  EXPECT_EQ(of(planned(observed), "service/verify-database:main").origin, "default rate");
}

TEST(Forecast, survives_sizes_that_no_server_has) {
  Observed observed = sample_observed();
  observed.databases["main"] = {
      .bytes = UINT64_MAX, .rows = 0, .tables = UINT64_MAX, .bytes_per_second = 1e-300};
  Forecast copy = of(planned(observed), "service/copy-database:main");
  EXPECT_LE(copy.low, copy.high);
  EXPECT_GT(copy.low.count(), 0);
}

TEST(Forecast, waits_exactly_the_ttl_of_the_rung_before_and_the_margin) {
  Plan plan = planned(sample_observed());
  EXPECT_EQ(of(plan, "prepare/ttl-expired:public#1"),
            (Forecast{Millis(31'000), Millis(31'000), "TTL"}));
  EXPECT_EQ(of(plan, "prepare/ttl-expired:public#2"),
            (Forecast{Millis(13'000), Millis(13'000), "TTL"}));
  EXPECT_EQ(of(plan, "finish/since-step:public").low, Millis(5'000));
}

TEST(Forecast, takes_the_work_in_between_off_the_last_wait) {
  move::Move move = sample_move();
  move.policy.max_downtime = Millis(0);
  move.policy.ttl.ladder = {Millis(20'000)};
  Observed observed = sample_observed();
  observed.names["frames.shop.test"].ttl = 3600;
  Plan plan = compile(move, observed, "hash");
  Millis least{0}, most{0};
  bool begun = false;
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) {
      if (item.id() == "dns/ttl-expired:public#1") begun = false;
      if (begun) least += forecast_of(item).low;
      if (begun) most += forecast_of(item).high;
      if (item.id() == "prepare/lower-ttl:public#1") begun = true;
    }
  }
  EXPECT_EQ(of(plan, "dns/ttl-expired:public#1"),
            (Forecast{Millis(3'601'000) - most, Millis(3'601'000) - least, "TTL"}));
}

TEST(Forecast, grows_with_the_latency) {
  Observed near = sample_observed(), far = sample_observed();
  near.latency.reset();
  far.latency = Millis(100);
  EXPECT_EQ(of(planned(near), "service/show-page:old.edge"),
            (Forecast{Millis(50), Millis(2'000), "default"}));
  EXPECT_EQ(of(planned(far), "service/show-page:old.edge"),
            (Forecast{Millis(450), Millis(4'000), "default and latency"}));
}

TEST(Forecast, counts_as_downtime_what_stands_between_the_pages_of_old) {
  Plan plan = planned(sample_observed());
  Forecast all = sum([&] {
    std::vector<Forecast> parts;
    for (const Item& item : plan.stages[1].items) parts.push_back(forecast_of(item));
    return parts;
  }());
  Forecast first = of(plan, "service/show-page:new.edge");
  EXPECT_EQ(plan.downtime.low, all.low - first.low);
  EXPECT_EQ(plan.downtime.high, all.high - first.high);
  Plan held = plan;
  held.stages[1].held = true;
  EXPECT_EQ(downtime_of(held.stages).high, Millis(0));
}

TEST(Forecast, adds_up_every_stage_but_not_finish) {
  Plan plan = planned(sample_observed());
  std::vector<Forecast> parts;
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) parts.push_back(forecast_of(item));
  }
  EXPECT_EQ(plan.total, sum(parts));
  EXPECT_EQ(
      sum({{Millis(1), Millis(2), "a"}, {Millis(3), Millis(5), "b"}, {Millis(1), Millis(1), "a"}}),
      (Forecast{Millis(5), Millis(8), "a, b"}));
}

TEST(Forecast, does_not_count_a_change_window) {
  move::Move move = sample_move();
  move.policy.window = move::Window{{}, 60, 300, "UTC"};
  Plan plan = compile(move, sample_observed(), "hash");
  EXPECT_EQ(of(plan, "service/window"), (Forecast{Millis(0), Millis(0), "calendar (not counted)"}));
}

}  // namespace hikkoshi::plan
