#include "engine/window.h"

#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::engine {

namespace {

namespace chrono = std::chrono;

constexpr std::string_view day_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::string argument(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json.at(key).is_string())
    throw Error(Retry::never, fmt::format("a change window needs '{}'", key));
  return json.at(key);
}

int minutes_of(const std::string& text) {
  int hour = 0, minute = 0, used = 0;
  bool good = std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &used) == 2 &&
              size_t(used) == text.size() && hour >= 0 && minute >= 0 && minute < 60 &&
              hour * 60 + minute <= 24 * 60;
  if (!good) throw Error(Retry::never, fmt::format("not a time of day: '{}'", text));
  return hour * 60 + minute;
}

size_t day_of(const Json& word) {
  for (size_t i = 0; i < 7; ++i)
    if (word == day_words[i]) return i;
  throw Error(Retry::never, fmt::format("not a day: {}", canonical(word)));
}

}  // namespace

Window::Window(const Json& arguments)
    : from_(minutes_of(argument(arguments, "from"))),
      to_(minutes_of(argument(arguments, "to"))),
      zone_name_(argument(arguments, "zone")),
      zone_(zone_name_) {
  Json days = arguments.value("days", Json::array());
  for (bool& day : days_) day = days.empty();
  for (const Json& word : days) days_[day_of(word)] = true;
}

bool Window::contains(WallTime time) const {
  auto local = chrono::floor<chrono::minutes>(time + zone_.offset(time));
  auto day = chrono::floor<chrono::days>(local);
  int minute = int((local - day).count());
  size_t today = chrono::weekday(chrono::sys_days(day)).c_encoding();
  size_t yesterday = (today + 6) % 7;
  if (from_ < to_) return days_[today] && minute >= from_ && minute < to_;
  return (days_[today] && minute >= from_) || (days_[yesterday] && minute < to_);
}

Reading Window::read(WallTime now) const {
  Reading reading;
  reading.open = contains(now);
  // Minutes are counted one by one: whatever clocks do in between is then right by construction.
  WallTime minute = chrono::floor<chrono::minutes>(now);
  WallTime limit = minute + chrono::days(9);
  while (minute < limit && contains(minute) == reading.open) minute += chrono::minutes(1);
  if (minute == limit) {
    reading.evidence = fmt::format("always open in {}", zone_name_);
    return reading;
  }
  if (!reading.open) reading.opens_at = minute;
  reading.evidence = fmt::format("{} {} ({})", reading.open ? "open until" : "shut until",
                                 format_time(minute), zone_name_);
  return reading;
}

}  // namespace hikkoshi::engine
