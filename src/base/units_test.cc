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

TEST(Size, is_written_in_binary_units) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(3ull << 30), "3 GiB");
}

TEST(Count, has_its_thousands_apart) {
  EXPECT_EQ(format_count(7), "7");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
}

}  // namespace hikkoshi
