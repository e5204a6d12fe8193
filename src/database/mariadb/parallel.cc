#include "database/mariadb/parallel.h"

#include <exception>
#include <future>
#include <vector>

#include "base/error.h"

namespace hikkoshi::database::mariadb {
namespace {

// Ends the others when its thread leaves by an exception.
class StopOnFailure {
 public:
  explicit StopOnFailure(std::stop_source& source) : source_(source) {}
  ~StopOnFailure() {
    if (std::uncaught_exceptions() > 0) source_.request_stop();
  }

 private:
  std::stop_source& source_;
};

}  // namespace

void run_parallel(unsigned count, std::stop_token stop,
                  const std::function<void(unsigned index, std::stop_token stop)>& work) {
  std::stop_source inner;
  const std::stop_callback forward(stop, [&] { inner.request_stop(); });
  std::vector<std::future<void>> threads;
  for (unsigned index = 0; index < count; ++index) {
    threads.push_back(std::async(std::launch::async, [&, index] {
      const StopOnFailure guard(inner);
      work(index, inner.get_token());
    }));
  }
  for (auto& thread : threads) thread.wait();
  for (auto& thread : threads) thread.get();
  if (stop.stop_requested()) throw Error(Retry::safe, "stopped as asked", Exit::interrupted);
}

}  // namespace hikkoshi::database::mariadb
