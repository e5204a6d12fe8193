#include "engine/hand.h"

#include <utility>

#include "engine/attempt.h"

namespace hikkoshi::engine {

namespace {

constexpr Millis glance{50};

/// Calls `action` at the end of a scope, also when an exception leaves it.
template <typename Action>
struct AtEnd {
  explicit AtEnd(Action what) : action(std::move(what)) {}
  Action action;
  ~AtEnd() { action(); }
};

}  // namespace

std::optional<Error> Hand::run(const std::function<void(std::stop_token)>& work,
                               const std::function<bool()>& look) {
  if (!threads_) {
    std::stop_source stop;
    if (!look()) stop.request_stop();
    return attempt([&] { work(stop.get_token()); });
  }
  std::optional<Error> failure;
  {
    std::lock_guard lock(mutex_);
    finished_ = leaving_ = false;
  }
  std::jthread worker([&](std::stop_token stop) {
    failure = attempt([&] { work(stop); });
    std::lock_guard lock(mutex_);
    finished_ = true;
    news_.notify_all();
  });
  // Should looking or a message throw (a full disk), the worker must not wait for us for ever.
  AtEnd guard([&] { leave(); });
  while (!wait_for_news(glance)) {
    answer();
    if (!look()) worker.request_stop();
  }
  worker.join();
  return failure;
}

void Hand::ask_owner(const std::function<void()>& message) {
  if (std::this_thread::get_id() == owner_) return message();
  Message mine{&message};
  std::unique_lock lock(mutex_);
  if (!leaving_) {
    messages_.push_back(&mine);
    news_.notify_all();
    news_.wait(lock, [&] { return mine.answered || leaving_; });
  }
  std::erase(messages_, &mine);
  if (!mine.answered) throw Error(Retry::ask, "the engine is ending");
}

/// True when the work is finished.
bool Hand::wait_for_news(Millis patience) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, patience, [&] { return finished_ || !messages_.empty(); });
  return finished_;
}

void Hand::answer() {
  std::unique_lock lock(mutex_);
  while (!messages_.empty()) {
    Message* message = messages_.front();
    messages_.pop_front();
    lock.unlock();
    (*message->work)();
    lock.lock();
    message->answered = true;
    news_.notify_all();
  }
}

void Hand::leave() {
  std::lock_guard lock(mutex_);
  leaving_ = true;
  news_.notify_all();
}

}  // namespace hikkoshi::engine
