// Time as a constructor parameter, so that tests decide what time it is.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

namespace hikkoshi {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

/// Both clocks of a machine. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;   ///< Calendar time, may jump; for people and time gates.
  virtual Millis steady() const = 0;  ///< Since an arbitrary start, never jumps; for durations.
  /// Waits for `length` or until stop is requested; true when the whole length passed.
  virtual bool sleep(Millis length, std::stop_token stop) = 0;
};

/// The machine's clocks. Steady is CLOCK_BOOTTIME: it goes on while a laptop is suspended.
class SystemClock : public Clock {
 public:
  WallTime now() const override;
  Millis steady() const override;
  bool sleep(Millis length, std::stop_token stop) override;
};

/// A clock that moves only when told to, or by the length of each sleep, at once.
class FakeClock : public Clock {
 public:
  explicit FakeClock(WallTime start = WallTime(Millis(1'700'000'000'000))) : now_(start) {}
  WallTime now() const override;
  Millis steady() const override;
  bool sleep(Millis length, std::stop_token stop) override;
  void advance(Millis length);   ///< Both clocks.
  void set_wall(WallTime time);  ///< The calendar jumps, steady does not.

 private:
  mutable std::mutex mutex_;
  WallTime now_;
  Millis steady_{0};
};

/// "2026-11-21T23:05:16.123Z", always UTC.
std::string format_time(WallTime time);

/// Reads what format_time wrote (milliseconds may be missing). Throws Error(never) otherwise.
WallTime parse_time(const std::string& text);

}  // namespace hikkoshi
