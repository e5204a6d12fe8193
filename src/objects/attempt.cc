#include "objects/attempt.h"

#include <algorithm>

#include "objects/bucket.h"

namespace hikkoshi::objects {
namespace {

constexpr Millis first_wait{100}, longest_wait{5000};

}  // namespace

std::optional<Failure> failure_of(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const SlowDown& error) {
    return Failure{error, true};
  } catch (const Error& error) {
    return Failure{error, false};
  } catch (const std::exception& error) {
    return Failure{Error(Retry::never, error.what()), false};
  }
}

std::optional<Failure> failure_after_retries(const Patience& patience, std::stop_token stop,
                                             const std::function<void()>& work) {
  Millis wait = first_wait;
  for (int tried = 1, slowed = 0;;) {
    auto failure = failure_of(work);
    if (failure && failure->slow_down && patience.slowed) patience.slowed();
    if (!failure || failure->error.retry() != Retry::safe) return failure;
    int& count = failure->slow_down ? slowed : tried;
    if (++count > (failure->slow_down ? patience.slow_tries : patience.tries)) return failure;
    if (!patience.clock.sleep(failure->slow_down ? 2 * wait : wait, stop)) return failure;
    wait = std::min(longest_wait, 2 * wait);
  }
}

void with_retries(const Patience& patience, std::stop_token stop,
                  const std::function<void()>& work) {
  if (const auto failure = failure_after_retries(patience, stop, work)) throw failure->error;
}

}  // namespace hikkoshi::objects
