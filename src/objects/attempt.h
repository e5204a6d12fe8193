// The one place where an object's failure is caught: tried again, or handed to who waits.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "base/error.h"

namespace hikkoshi::objects {

/// What `work` threw; empty when it ended well.
struct Failure {
  Error error;
  bool slow_down = false;  ///< The store asked for patience.
};
std::optional<Failure> failure_of(const std::function<void()>& work);

/// Tries `work` again while it fails with Error(safe): `tries` times in all, waiting 0.1 s, 0.2 s,
/// ... up to 5 s in between. SlowDown is no failure of the work: it is waited out twice as long,
/// up to `slow_tries` times (about five minutes), and `slowed` is told of each.
struct Patience {
  Clock& clock;
  std::function<void()> slowed = {};
  int tries = 7;
  int slow_tries = 35;
};
std::optional<Failure> failure_after_retries(const Patience& patience, std::stop_token stop,
                                             const std::function<void()>& work);

/// The same, but throws the last failure.
void with_retries(const Patience& patience, std::stop_token stop,
                  const std::function<void()>& work);

}  // namespace hikkoshi::objects
