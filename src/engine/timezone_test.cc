#include "engine/timezone.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi::engine {

namespace {

/// libc's answers; the tests are one thread, so its global zone may be changed.
class LibcZone {
 public:
  explicit LibcZone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~LibcZone() {
    ::unsetenv("TZ");
    ::tzset();
  }
  long offset(std::time_t second) const {
    std::tm local{};
    ::localtime_r(&second, &local);
    return local.tm_gmtoff;
  }
};

WallTime at(std::time_t second) {
  return WallTime(std::chrono::seconds(second));
}

}  // namespace

TEST(TimeZone, agrees_with_libc_over_a_century_and_more) {
  for (const char* name : {"Asia/Tokyo", "Europe/Berlin", "America/New_York", "America/Santiago",
                           "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
                           "Europe/Dublin", "America/Nuuk", "Pacific/Apia", "UTC", "Etc/GMT+5"}) {
    TimeZone zone(name);
    LibcZone libc(name);
    // Steps of about nine days, and not a divisor of a day, so that hours vary.
    for (std::time_t second = -1'000'000'000; second < 4'000'000'000; second += 777'777)
      ASSERT_EQ(zone.offset(at(second)).count(), libc.offset(second))
          << name << " at " << format_time(at(second));
  }
}

TEST(TimeZone, changes_at_the_very_second) {
  TimeZone berlin("Europe/Berlin");
  WallTime spring = parse_time("2026-03-29T01:00:00Z"), autumn = parse_time("2050-10-30T01:00:00Z");
  EXPECT_EQ(berlin.offset(spring - Millis(1)), std::chrono::hours(1));
  EXPECT_EQ(berlin.offset(spring), std::chrono::hours(2));
  EXPECT_EQ(berlin.offset(autumn - Millis(1)), std::chrono::hours(2));
  EXPECT_EQ(berlin.offset(autumn), std::chrono::hours(1));
}

TEST(TimeZone, refuses_names_that_are_none) {
  for (const char* name : {"", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Asia",
                           "tzdata.zi", "Asia/Tokyo\n", "zone.tab"})
    EXPECT_THROW({ TimeZone zone(name); }, Error) << name;
}

TEST(TimeZone, refuses_a_file_that_is_cut_at_any_place) {
  TemporaryFolder folder;
  std::string bytes = read_file("/usr/share/zoneinfo/Europe/Berlin");
  size_t footer = bytes.rfind("\nCET");
  ASSERT_NE(footer, std::string::npos);
  for (size_t length = 0; length < footer; length += 97) {
    write_file_atomically(folder.path() + "/Cut", bytes.substr(0, length));
    EXPECT_THROW({ TimeZone zone("Cut", folder.path()); }, Error) << length;
  }
}

}  // namespace hikkoshi::engine
