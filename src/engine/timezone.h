// Local time of an IANA time zone, from the system's zone files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace hikkoshi::engine {

/// One zone's offsets from UTC, read from /usr/share/zoneinfo (TZif, RFC 8536: the transitions and,
/// after the last one, the rule in the footer). We do not ask libc: it knows one zone for the whole
/// process and takes it from the environment. Immutable, thread-safe.
class TimeZone {
 public:
  /// Throws Error(never) when the name is none, or its file cannot be read.
  explicit TimeZone(const std::string& name, const std::string& folder = "/usr/share/zoneinfo");

  /// Local minus UTC at that instant; 32400 s in Asia/Tokyo.
  std::chrono::seconds offset(WallTime time) const;

 private:
  /// "M10.5.0/3" of a footer: when in a year the offset changes, in local time before the change.
  struct Change {
    enum class Kind { month_week_day, day_of_year, day_of_year_without_leap } kind{};
    int month = 0, week = 0, day = 0;
    std::int64_t seconds = 7200;  ///< After that day's midnight; may be negative or over a day.
  };
  /// What holds after the last transition: "CET-1CEST,M3.5.0,M10.5.0/3".
  struct Rule {
    std::int64_t standard = 0, summer = 0;
    bool has_summer = false;
    Change to_summer, to_standard;
  };

  static Rule parse_rule(const std::string& text);
  static Change parse_change(const std::string& text, size_t& at);
  static std::int64_t when(const Change& change, int year);
  std::int64_t by_rule(std::int64_t second) const;

  std::vector<std::int64_t> at_;       ///< Seconds of each transition, rising.
  std::vector<std::int64_t> offsets_;  ///< From each transition on.
  std::int64_t first_ = 0;             ///< Before the first.
  Rule rule_;
  bool has_rule_ = false;
};

}  // namespace hikkoshi::engine
