// The one failure type. Expected outcomes are values; bugs are HIKKOSHI_ASSERT.
#pragma once

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace hikkoshi {

/// What may be done after a failed attempt. The driver that failed decides; the engine obeys.
enum class Retry {
  safe,   ///< Nothing happened, or doing it again is harmless: try again.
  never,  ///< It will fail again in the same way: stop.
  ask,    ///< The outcome is unknown: observe the world before anything else.
};

/// Exit codes of the program, stable and documented (design section 9).
enum class Exit : int {
  ok = 0,
  failed = 1,
  changes = 2,
  warnings = 3,
  at_gate = 10,
  rolled_back = 11,
  needs_human = 12,
  mismatch = 13,
  refused = 14,
  stale_plan = 15,
  locked = 20,
  usage = 64,
  bad_move_file = 65,
  authentication = 77,
  interrupted = 130,
};

/// A failure: what went wrong, whether to retry, and what the reader can do about it.
/// Thrown by value; context is added on the way up with `in`.
class Error : public std::exception {
 public:
  Error(Retry retry, std::string message, Exit exit = Exit::failed);

  /// Adds where it happened: "while copying frames.orders: lost connection". Returns *this.
  Error& in(std::string_view context) &;
  Error&& in(std::string_view context) &&;

  /// Sets what the reader should do: "grant BINLOG MONITOR to mover". Returns *this.
  Error&& remedy(std::string text) &&;

  const char* what() const noexcept override { return message_.c_str(); }
  Retry retry() const { return retry_; }
  Exit exit() const { return exit_; }
  const std::string& remedy() const { return remedy_; }  ///< Empty when none is known.

 private:
  Retry retry_;
  Exit exit_;
  std::string message_;
  std::string remedy_;
};

std::string_view to_string(Retry retry);

/// Ends the program with the place of the bug; also in release builds. Never for input.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace hikkoshi

#define HIKKOSHI_ASSERT(expression) \
  ((expression) ? void() : ::hikkoshi::assertion_failed(#expression, __FILE__, __LINE__))
