// How many requests at a time are best, found out by trying.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace hikkoshi::objects {

/// Climbs while more workers get more done, steps back when they do not, and halves at once when
/// the store asks for patience: additive increase, multiplicative decrease, as in TCP (RFC 5681),
/// over a hill climb. Pure: told the time, not thread-safe.
class Pace {
 public:
  struct Limits {
    int lowest = 2;
    int start = 8;
    int highest = 64;
  };
  explicit Pace(Limits limits) : limits_(limits), workers_(limits.start) {}

  int workers() const { return workers_; }

  /// After each window of time: the work done in it, in any unit that stays the same.
  void window(double done);

  /// The store asked for patience at this time; many at once count as one.
  void slow_down(Millis now);

 private:
  Limits limits_;
  int workers_;
  bool trying_ = true;  ///< The last window ran with more workers than the one before.
  double rate_ = 0;     ///< Of the windows before the try.
  int calm_ = 0;        ///< Windows until the next try.
  Millis slowed_{-10'000};
};

}  // namespace hikkoshi::objects
