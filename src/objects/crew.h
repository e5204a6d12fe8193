// Threads that work off tasks, as many at a time as pays.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "objects/attempt.h"
#include "objects/pace.h"

namespace hikkoshi::objects {

/// Runs tasks that other threads or tasks give it. The first failure of any thread stops them all.
class Crew {
 public:
  using Work = std::function<void(std::stop_token)>;

  Crew(Clock& clock, Pace::Limits limits, std::stop_token stop);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  /// Runs `producers`, each on its own thread, and the tasks that they add, to the end of all;
  /// `tick` about five times a second, on the caller's thread, returns the work done so far in a
  /// unit that stays the same. Throws the first failure, or Error(safe, interrupted) when stopped
  /// from outside. Once.
  void run(std::vector<Work> producers, const std::function<double()>& tick);

  void add(Work task);        ///< Waits while many are waiting. Not from a task.
  void add_first(Work task);  ///< Does not wait; done before all others.
  void slow_down();           ///< The store asked for patience.
  int workers() const;

  /// What a task that is retried needs.
  Patience patience();
  std::stop_token stop() const { return stop_.get_token(); }

 private:
  void work();
  void guard(const Work& work);
  void start_workers();

  Clock& clock_;
  Pace::Limits limits_;
  std::stop_source stop_;
  std::stop_token outside_;

  mutable std::mutex mutex_;  // Guards all below; condition variables need it bare.
  std::condition_variable change_, room_, end_;
  Pace pace_;
  std::deque<Work> tasks_;
  size_t producers_ = 0;
  int active_ = 0;
  bool closed_ = false;
  std::optional<Failure> failure_;
  std::vector<std::jthread> threads_;
  std::stop_callback<std::function<void()>> forward_stop_;  // Last: it may run at once.
};

/// Memory for bytes on their way, within a budget. Thread-safe.
class Buffers {
 public:
  /// Buffers of up to `size` bytes each, `count` at a time.
  Buffers(std::uint64_t size, int count) : size_(size), left_(count) {}

  /// One buffer, empty, given back when it ends.
  class Lease {
   public:
    explicit Lease(Buffers& buffers) : buffers_(buffers), bytes(buffers.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { buffers_.give(std::move(bytes)); }

   private:
    Buffers& buffers_;

   public:
    std::string bytes;
  };

 private:
  std::string take();
  void give(std::string bytes);

  std::uint64_t size_;
  std::mutex mutex_;
  std::condition_variable free_;
  int left_;
  std::vector<std::string> spare_;
};

}  // namespace hikkoshi::objects
