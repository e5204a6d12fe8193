// Several threads on one piece of work; the first failure ends them all.
#pragma once

#include <functional>
#include <stop_token>

namespace hikkoshi::database::mariadb {

/// Runs `work(index, stop)` for index 0 to count-1, each on its own thread, and waits for all. When
/// one throws, the others are asked to stop and the failure comes out; work that is asked to stop
/// returns. When `stop` was requested from outside: Error(safe, interrupted).
void run_parallel(unsigned count, std::stop_token stop,
                  const std::function<void(unsigned index, std::stop_token stop)>& work);

}  // namespace hikkoshi::database::mariadb
