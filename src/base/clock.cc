#include "base/clock.h"

#include <condition_variable>
#include <cstdio>

#include <fmt/format.h>
#include <time.h>

#include "base/error.h"

namespace hikkoshi {

using std::chrono::duration_cast;

WallTime SystemClock::now() const {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

Millis SystemClock::steady() const {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return duration_cast<Millis>(std::chrono::seconds(time.tv_sec) +
                               std::chrono::nanoseconds(time.tv_nsec));
}

bool SystemClock::sleep(Millis length, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, length, [] { return false; });
  return !stop.stop_requested();
}

WallTime FakeClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

Millis FakeClock::steady() const {
  std::lock_guard lock(mutex_);
  return steady_;
}

bool FakeClock::sleep(Millis length, std::stop_token stop) {
  if (stop.stop_requested()) return false;
  advance(length);
  return true;
}

void FakeClock::advance(Millis length) {
  std::lock_guard lock(mutex_);
  now_ += length;
  steady_ += length;
}

void FakeClock::set_wall(WallTime time) {
  std::lock_guard lock(mutex_);
  now_ = time;
}

std::string format_time(WallTime time) {
  auto days = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(days);
  std::chrono::hh_mm_ss clock(time - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

namespace {

/// Whether `text` is `shape` with a digit wherever `shape` has a 'd'.
bool is_shaped(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

}  // namespace

WallTime parse_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
  bool good =
      is_shaped(text, "dddd-dd-ddTdd:dd:ddZ") || is_shaped(text, "dddd-dd-ddTdd:dd:dd.dddZ");
  if (good)
    std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &year, &month, &day, &hour, &minute,
                &second, &millis);
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                   std::chrono::day(unsigned(day))};
  if (!good || !date.ok() || hour > 23 || minute > 59 || second > 60)
    throw Error(Retry::never, "not a time: '" + text + "'");
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + Millis(millis);
}

}  // namespace hikkoshi
