#include "engine/window.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::engine {

namespace {

Window window(const Json& days, const char* from, const char* to, const char* zone) {
  return Window({{"days", days}, {"from", from}, {"to", to}, {"zone", zone}});
}

WallTime utc(const char* text) {
  return parse_time(text);
}

}  // namespace

TEST(Window, is_open_by_the_clocks_of_its_zone) {
  Window night = window({"sat", "sun"}, "01:00", "05:00", "Asia/Tokyo");
  // Saturday 2026-11-21 in Tokyo begins at 15:00Z on Friday.
  EXPECT_FALSE(night.contains(utc("2026-11-20T15:59:59Z")));
  EXPECT_TRUE(night.contains(utc("2026-11-20T16:00:00Z")));
  EXPECT_TRUE(night.contains(utc("2026-11-20T19:59:59Z")));
  EXPECT_FALSE(night.contains(utc("2026-11-20T20:00:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-11-19T16:30:00Z")));
}

TEST(Window, over_midnight_belongs_to_the_day_on_which_it_begins) {
  Window night = window({"sat"}, "22:00", "05:00", "UTC");
  EXPECT_TRUE(night.contains(utc("2026-11-21T22:00:00Z")));
  EXPECT_TRUE(night.contains(utc("2026-11-22T04:59:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-11-22T05:00:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-11-21T04:00:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-11-22T22:00:00Z")));
}

TEST(Window, opens_after_an_hour_that_summer_time_skips) {
  Window night = window({"sun"}, "02:30", "04:00", "Europe/Berlin");
  EXPECT_FALSE(night.contains(utc("2026-03-29T00:59:59Z")));  // 01:59:59 local; then it is 03:00.
  EXPECT_TRUE(night.contains(utc("2026-03-29T01:00:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-03-29T02:00:00Z")));
}

TEST(Window, is_open_in_both_hours_when_one_is_repeated) {
  Window night = window({"sun"}, "02:00", "03:00", "Europe/Berlin");
  EXPECT_TRUE(night.contains(utc("2026-10-25T00:30:00Z")));
  EXPECT_TRUE(night.contains(utc("2026-10-25T01:30:00Z")));
  EXPECT_FALSE(night.contains(utc("2026-10-25T02:00:00Z")));
}

TEST(Window, says_when_it_opens_and_until_when_it_is_open) {
  Window night = window({"sat"}, "22:00", "05:00", "UTC");
  Reading shut = night.read(utc("2026-11-22T05:00:30Z"));
  EXPECT_FALSE(shut.open);
  EXPECT_EQ(shut.opens_at, utc("2026-11-28T22:00:00Z"));
  Reading open = night.read(utc("2026-11-21T23:00:00Z"));
  EXPECT_TRUE(open.open);
  EXPECT_NE(open.evidence.find("2026-11-22T05:00"), std::string::npos) << open.evidence;
}

TEST(Window, without_days_is_open_every_day_and_all_day_when_it_ends_where_it_begins) {
  Window always = window(Json::array(), "00:00", "00:00", "UTC");
  EXPECT_TRUE(always.contains(utc("2026-11-24T12:00:00Z")));
  EXPECT_TRUE(always.read(utc("2026-11-24T12:00:00Z")).open);
  Window noon = window(Json::array(), "12:00", "13:00", "UTC");
  EXPECT_TRUE(noon.contains(utc("2026-11-24T12:00:00Z")));
  EXPECT_FALSE(noon.contains(utc("2026-11-24T13:00:00Z")));
}

TEST(Window, refuses_what_is_none) {
  EXPECT_THROW(window({"someday"}, "01:00", "02:00", "UTC"), Error);
  EXPECT_THROW(window({"sat"}, "25:00", "02:00", "UTC"), Error);
  EXPECT_THROW(window({"sat"}, "01:60", "02:00", "UTC"), Error);
  EXPECT_THROW(window({"sat"}, "1 pm", "02:00", "UTC"), Error);
  EXPECT_THROW(window({"sat"}, "01:00", "02:00", "Moon"), Error);
  EXPECT_THROW(Window(Json("always")), Error);
}

}  // namespace hikkoshi::engine
