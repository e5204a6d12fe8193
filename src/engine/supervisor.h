// Keeps an engine alive: the parent process of `hikkoshi run`.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include <sys/types.h>

#include "base/clock.h"

namespace hikkoshi::engine {

struct SuperviseOptions {
  int limit = 20;  ///< Deaths by a signal within `window`; one more, and it gives up.
  Millis window{600'000};
  /// Told when a child began (its process id), and why it must be begun again. Runs in the parent.
  std::function<void(pid_t)> on_start;
  std::function<void(const std::string&)> on_death;
};

/// Runs `engine` in a forked child and returns its exit code. A child that is killed by a signal
/// (SIGKILL, a bug, no memory) is begun again at once, in a new fork; after too many deaths the
/// result is Exit::needs_human. The child dies when this process dies (prctl PR_SET_PDEATHSIG), so
/// the lock on the state directory, which the child takes, is free again.
///
/// SIGINT and SIGTERM to this process become a stop request of the token given to `engine`, also
/// when they come while a dead child is being replaced; the supervisor stays until it ends. A
/// Ctrl-C in a terminal, which the kernel sends to both, counts once.
///
/// Call it before any thread is started: a fork takes only the calling thread along. The signals
/// stay blocked afterwards. Throws Error when the process cannot fork.
int supervise(const SuperviseOptions& options, const std::function<int(std::stop_token)>& engine);

/// Calls `engine` with a token that SIGINT and SIGTERM to this process request to stop; what the
/// child does, for those who run an engine without a supervisor. Same conditions.
int with_stop_signals(const std::function<int(std::stop_token)>& engine);

}  // namespace hikkoshi::engine
