// Does what one thread decided on another one, so that the one that decides stays awake.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace hikkoshi::engine {

/// Runs one call at a time. With `threads`, on a std::jthread while the caller looks around; else
/// inline, for tests on a fake clock.
class Hand {
 public:
  explicit Hand(bool threads) : threads_(threads), owner_(std::this_thread::get_id()) {}

  /// Runs `work` to its end and returns the failure it threw. Meanwhile `look` is called on this
  /// thread about 20 times a second (inline: once, before); when it says false, the work's stop
  /// token is signalled and the work still awaited: nothing is ever abandoned while it may act.
  std::optional<Error> run(const std::function<void(std::stop_token)>& work,
                           const std::function<bool()>& look);

  /// For the work: runs `message` on the owner's thread and waits until it ran; at once when called
  /// there. Throws Error(ask) when the owner is leaving, for example because the message
  /// threw there: what a message throws leaves through `run`.
  void ask_owner(const std::function<void()>& message);

 private:
  struct Message {
    const std::function<void()>* work;
    bool answered = false;
  };

  bool wait_for_news(Millis patience);
  void answer();
  void leave();

  bool threads_;
  std::thread::id owner_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Message*> messages_;
  bool finished_ = true;
  bool leaving_ = false;
};

}  // namespace hikkoshi::engine
