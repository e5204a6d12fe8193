// Ctrl-C and SIGTERM as a stop request: the work ends at the next safe point.
#pragma once

#include <stop_token>
#include <thread>

namespace hikkoshi::app {

/// Takes SIGINT and SIGTERM for the whole process while it lives. Make it before other threads: it
/// blocks both signals in the calling thread, and threads inherit that. A second signal says that
/// the first was heard; the end cannot be hurried.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace hikkoshi::app
