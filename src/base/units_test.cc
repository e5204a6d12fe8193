#include "base/units.h"

#include <gtest/gtest.h>

namespace hikkoshi {

using namespace std::chrono_literals;

TEST(Duration, is_read_as_people_write_it) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("300s"), 5min);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("14d"), 14 * 24h);
  EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(Duration, is_refused_when_it_is_none) {
  for (const char* text : {"", "5", "s", "-5s", "5 s", "1s1h", "1h1h", "5y",
                           "99999999999999999999s", "9999999d", "1.5h", "5S"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, is_written_in_its_shortest_form) {
  EXPECT_EQ(format_duration(0ms), "0ms");
  EXPECT_EQ(format_duration(1250ms), "1.25s");
  EXPECT_EQ(format_duration(300s), "5m");
  EXPECT_EQ(format_duration(5400s), "1h30m");
  EXPECT_EQ(format_duration(25h + 1s), "1d1h");
  EXPECT_EQ(format_duration(3601s), "1h");
  EXPECT_EQ(format_duration(-5s), "-5s");
}

TEST(Duration, that_is_whole_reads_back_as_itself) {
  for (auto length : std::initializer_list<milliseconds>{0ms, 1ms, 999ms, 1s, 1min, 61s, 1h, 90min,
                                                         24h, 36h, 14 * 24h})
    EXPECT_EQ(parse_duration(format_duration(length)), length);
}

TEST(Duration, is_rounded_to_whole_seconds_from_a_minute_on) {
  EXPECT_EQ(format_duration(59'999ms), "59.999s");
  EXPECT_EQ(format_duration(60'499ms), "1m");
  EXPECT_EQ(format_duration(60'500ms), "1m1s");
  EXPECT_EQ(format_duration(3'599'999ms), "1h");
}

TEST(Duration, has_an_end) {
  EXPECT_TRUE(parse_duration("3660d"));
  EXPECT_FALSE(parse_duration("3660d1s"));
  EXPECT_FALSE(parse_duration("9223372036854775807ms"));
}

TEST(Size, is_written_in_binary_units) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(3ull << 30), "3 GiB");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1ull << 50), "1 PiB");
  EXPECT_EQ(format_bytes(UINT64_MAX), "1.64e+04 PiB");
}

TEST(Count, has_its_thousands_apart) {
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(100), "100");
  EXPECT_EQ(format_count(UINT64_MAX), "18,446,744,073,709,551,615");
}

}  // namespace hikkoshi
