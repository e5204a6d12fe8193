// Data under a lock that cannot be reached without it.
#pragma once

#include <mutex>
#include <utility>

namespace hikkoshi {

/// A value and its mutex. `with` is the only way in; do not let references escape from it.
template <typename T>
class Locked {
 public:
  Locked() = default;
  explicit Locked(T value) : value_(std::move(value)) {}

  template <typename Function>
  auto with(Function&& function) {
    std::lock_guard lock(mutex_);
    return std::forward<Function>(function)(value_);
  }

  T copy() const {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace hikkoshi
