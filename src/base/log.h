// The text log: for people who look for the reason afterwards. The journal is the truth.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace hikkoshi {

/// One line an entry, "TIME LEVEL text", redacted and without control characters. Bounded: a file
/// that is full becomes `path`.1, and so on up to .3; the oldest goes. Several processes may write
/// the same file. What a full disk does not take is lost without a word. Thread-safe.
class Log {
 public:
  enum class Level { info, warning, error };

  /// Appends to `path` (made for its owner alone), or writes nowhere when it is empty. `largest`
  /// is in bytes. Throws Error(never) when it cannot.
  Log(const std::string& path, const Clock& clock, std::size_t largest = 4 << 20);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void write(Level level, std::string_view text);
  void info(std::string_view text) { write(Level::info, text); }
  void warning(std::string_view text) { write(Level::warning, text); }
  void error(std::string_view text) { write(Level::error, text); }

 private:
  struct Writer;

  const Clock& clock_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace hikkoshi
