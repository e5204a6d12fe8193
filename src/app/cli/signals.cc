#include "app/cli/signals.h"

#include <pthread.h>
#include <signal.h>

#include "app/cli/console.h"

namespace hikkoshi::app {

namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

SignalWatch::SignalWatch() {
  sigset_t set = watched();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this](std::stop_token ended) {
    sigset_t awaited = watched();
    const timespec tick{0, 100'000'000};
    while (!ended.stop_requested()) {
      if (::sigtimedwait(&awaited, nullptr, &tick) < 0) continue;
      bool first = stop_.request_stop();
      say(first ? "stopping at the next safe point"
                : "still stopping; a critical stage goes back first");
    }
  });
}

SignalWatch::~SignalWatch() {
  thread_.request_stop();
  thread_.join();
  sigset_t set = watched();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace hikkoshi::app
