// The text log: for people who look for the reason afterwards. The journal is the truth.
#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace hikkoshi {

/// One line an entry, "TIME LEVEL text", redacted and without control characters. Thread-safe.
class Log {
 public:
  enum class Level { info, warning, error };

  /// Appends to `path`, or writes nowhere when it is empty. Throws Error(never) when it cannot.
  Log(const std::string& path, const Clock& clock);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void write(Level level, std::string_view text);
  void info(std::string_view text) { write(Level::info, text); }
  void warning(std::string_view text) { write(Level::warning, text); }
  void error(std::string_view text) { write(Level::error, text); }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
};

}  // namespace hikkoshi
