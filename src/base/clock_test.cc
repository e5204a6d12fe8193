#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi {

using namespace std::chrono_literals;

TEST(Clock, writes_and_reads_the_same_time) {
  WallTime time(Millis(1'763'766'316'123));
  EXPECT_EQ(format_time(time), "2025-11-21T23:05:16.123Z");
  EXPECT_EQ(parse_time(format_time(time)), time);
  EXPECT_EQ(parse_time("2025-11-21T23:05:16Z"), time - 123ms);
}

TEST(Clock, refuses_what_is_no_time) {
  for (const char* text :
       {"", "yesterday", "2025-13-01T00:00:00Z", "2025-01-01T25:00:00Z", "2025-01-01T00:00:00",
        "2025-02-30T00:00:00Z", "2025-01-01T00:00:00.1234", "2025-01-01T00:00:00.12xZ",
        "2025-01-01T-1:00:00Z", " 025-01-01T00:00:00Z", "2025-01-01 00:00:00Z",
        "2025-01-01T00:00:00+00:00"})
    EXPECT_THROW(parse_time(text), Error) << text;
}

TEST(Clock, writes_times_that_sort_like_text) {
  std::string last;
  for (std::int64_t at : {0ll, 1ll, 999ll, 1000ll, 951'782'400'000ll, 1'709'164'800'000ll,
                          1'763'766'316'123ll, 4'102'444'800'000ll}) {
    std::string text = format_time(WallTime(Millis(at)));
    EXPECT_LT(last, text);
    EXPECT_EQ(parse_time(text), WallTime(Millis(at))) << text;
    last = text;
  }
  EXPECT_EQ(format_time(WallTime(Millis(1'709'164'800'000))), "2024-02-29T00:00:00.000Z");
}

TEST(FakeClock, does_not_move_for_a_sleep_that_was_stopped) {
  FakeClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep(1h, source.get_token()));
  EXPECT_EQ(clock.steady(), 0ms);
}

TEST(FakeClock, sleeps_without_waiting) {
  FakeClock clock;
  WallTime before = clock.now();
  EXPECT_TRUE(clock.sleep(24h, {}));
  EXPECT_EQ(clock.now() - before, 24h);
  EXPECT_EQ(clock.steady(), 24h);
}

TEST(FakeClock, keeps_steady_time_when_the_calendar_jumps) {
  FakeClock clock;
  clock.set_wall(clock.now() - 1h);
  EXPECT_EQ(clock.steady(), 0ms);
}

TEST(SystemClock, is_woken_by_a_stop) {
  SystemClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep(1h, source.get_token()));
  EXPECT_TRUE(clock.sleep(1ms, {}));
}

TEST(SystemClock, never_runs_backwards) {
  SystemClock clock;
  Millis first = clock.steady();
  EXPECT_LE(first, clock.steady());
}

}  // namespace hikkoshi
