#include "objects/pace.h"

#include <gtest/gtest.h>

namespace hikkoshi::objects {
namespace {

/// A store that does no more at a time than `best` requests.
int settle(Pace& pace, int best, int windows = 200) {
  for (int i = 0; i < windows; ++i) pace.window(std::min(pace.workers(), best) * 10.0);
  return pace.workers();
}

TEST(Pace, climbs_to_what_the_store_can_do_and_not_far_beyond) {
  for (int best : {12, 24, 40}) {
    Pace pace({});
    const int workers = settle(pace, best);
    EXPECT_GE(workers, best - 4);
    EXPECT_LE(workers, best + 8);
  }
}

TEST(Pace, stays_within_its_limits) {
  Pace pace({.lowest = 2, .start = 4, .highest = 10});
  EXPECT_EQ(settle(pace, 1000), 10);
  for (int i = 0; i < 20; ++i) pace.slow_down(Millis(i * 2000));
  EXPECT_EQ(pace.workers(), 2);
}

TEST(Pace, halves_once_for_one_storm_and_climbs_again) {
  Pace pace({});
  settle(pace, 40);
  const int before = pace.workers();
  for (int i = 0; i < 30; ++i) pace.slow_down(Millis(5000 + i));
  EXPECT_EQ(pace.workers(), before / 2);
  pace.slow_down(Millis(7000));
  EXPECT_EQ(pace.workers(), before / 4);
  EXPECT_GE(settle(pace, 40), 36);
}

}  // namespace
}  // namespace hikkoshi::objects
