#include "engine/retry.h"

#include <algorithm>

namespace hikkoshi::engine {

std::optional<Millis> next_delay(const RetryPolicy& policy, Retry verdict, int attempts,
                                 const Random& random) {
  if (verdict == Retry::never || attempts >= policy.limit) return {};
  Millis full = policy.first;
  for (int i = 1; i < attempts && full < policy.longest; ++i) full *= 2;
  full = std::min(full, policy.longest);
  return full / 2 + Millis(static_cast<Millis::rep>(double(full.count()) / 2 * random()));
}

}  // namespace hikkoshi::engine
