// How often and when a failed attempt is repeated. The verdict comes with the Error; this is the
// only place that acts on it.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/error.h"

namespace hikkoshi::engine {

/// A number in [0, 1). Injected, so that a test's run repeats exactly.
using Random = std::function<double()>;

struct RetryPolicy {
  int limit = 6;           ///< Attempts in all.
  Millis first{500};       ///< The first back-off, doubled each time,
  Millis longest{30'000};  ///< up to this.
};

/// How long to wait after `attempts` failed ones (1 for the first); empty: give up. Half of the
/// back-off is jitter, so that many clients of one API do not come back at once
/// (Brooker, "Exponential Backoff And Jitter", 2015: equal jitter).
/// `ask` is repeated like `safe`, but only by a caller that has observed the world in between.
std::optional<Millis> next_delay(const RetryPolicy& policy, Retry verdict, int attempts,
                                 const Random& random);

}  // namespace hikkoshi::engine
