#include "objects/crew.h"

#include <chrono>
#include <utility>

namespace hikkoshi::objects {
namespace {

constexpr size_t waiting_at_most = 1000;
constexpr std::chrono::milliseconds tick_length{200};

}  // namespace

Crew::Crew(Clock& clock, Pace::Limits limits, std::stop_token stop)
    : clock_(clock), limits_(limits), outside_(stop), pace_(limits), forward_stop_(stop, [this] {
        stop_.request_stop();
        std::lock_guard lock(mutex_);
        change_.notify_all();
        room_.notify_all();
        end_.notify_all();
      }) {}

Crew::~Crew() {
  stop_.request_stop();
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    change_.notify_all();
    room_.notify_all();
  }
  threads_.clear();
}

Patience Crew::patience() {
  return {.clock = clock_, .slowed = [this] {
            slow_down();
          }};
}

int Crew::workers() const {
  std::lock_guard lock(mutex_);
  return pace_.workers();
}

void Crew::slow_down() {
  std::lock_guard lock(mutex_);
  pace_.slow_down(clock_.steady());
}

void Crew::add(Work task) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return tasks_.size() < waiting_at_most || stop_.stop_requested(); });
  tasks_.push_back(std::move(task));
  change_.notify_one();
}

void Crew::add_first(Work task) {
  std::lock_guard lock(mutex_);
  tasks_.push_front(std::move(task));
  change_.notify_one();
}

void Crew::guard(const Work& work) {
  auto failure = failure_of([&] { work(stop_.get_token()); });
  if (!failure) return;
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
  stop_.request_stop();
  change_.notify_all();
  room_.notify_all();
}

void Crew::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    change_.wait(lock, [&] {
      return closed_ || stop_.stop_requested() || (!tasks_.empty() && active_ < pace_.workers());
    });
    if (closed_ || stop_.stop_requested()) break;
    {
      Work task = std::move(tasks_.front());
      tasks_.pop_front();
      ++active_;
      lock.unlock();
      room_.notify_one();
      guard(task);
    }  // The task ends before it is counted as ended, for it may own what others wait for.
    lock.lock();
    --active_;
    if (tasks_.empty() && active_ == 0) end_.notify_all();
  }
  end_.notify_all();
}

void Crew::start_workers() {
  while (threads_.size() - producers_ < size_t(pace_.workers()) &&
         threads_.size() < size_t(limits_.highest) + producers_) {
    threads_.emplace_back([this] { work(); });
  }
}

void Crew::run(std::vector<Work> producers, const std::function<double()>& tick) {
  size_t running = producers.size();
  {
    std::lock_guard lock(mutex_);
    producers_ = producers.size();
    for (Work& producer : producers) {
      threads_.emplace_back([this, &running, producer = std::move(producer)] {
        guard(producer);
        std::lock_guard inner(mutex_);
        --running;
        end_.notify_all();
      });
    }
    start_workers();
  }
  double before = 0;
  Millis window_began = clock_.steady();
  std::unique_lock lock(mutex_);
  const auto done = [&] {
    const bool idle = active_ == 0 && (tasks_.empty() || stop_.stop_requested());
    return running == 0 && idle;
  };
  while (!end_.wait_for(lock, tick_length, done)) {
    lock.unlock();
    const double now = tick();
    lock.lock();
    const Millis length = clock_.steady() - window_began;
    if (length < tick_length) continue;
    // A crew without waiting tasks shows nothing about how many would be best.
    if (tasks_.size() > size_t(pace_.workers()))
      pace_.window((now - before) / double(length.count()));
    before = now;
    window_began += length;
    start_workers();
    change_.notify_all();
  }
  closed_ = true;
  change_.notify_all();
  lock.unlock();
  threads_.clear();
  tasks_.clear();
  tick();
  if (failure_) throw failure_->error;
  if (outside_.stop_requested()) {
    throw Error(Retry::safe, "copying objects was stopped", Exit::interrupted);
  }
}

std::string Buffers::take() {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return left_ > 0; });
  --left_;
  std::string bytes;
  if (!spare_.empty()) {
    bytes = std::move(spare_.back());
    spare_.pop_back();
  }
  lock.unlock();
  bytes.reserve(size_);
  return bytes;
}

void Buffers::give(std::string bytes) {
  bytes.clear();
  std::lock_guard lock(mutex_);
  spare_.push_back(std::move(bytes));
  ++left_;
  free_.notify_one();
}

}  // namespace hikkoshi::objects
