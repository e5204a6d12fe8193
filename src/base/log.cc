#include "base/log.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace hikkoshi {

Log::Log(const std::string& path, const Clock& clock) : clock_(clock) {
  if (path.empty()) return;
  file_ = std::fopen(path.c_str(), "ae");
  if (!file_) throw Error(Retry::never, "cannot open the log " + path);
}

Log::~Log() {
  if (file_) std::fclose(file_);
}

void Log::write(Level level, std::string_view text) {
  if (!file_) return;
  const char* name = level == Level::info ? "info" : level == Level::warning ? "warning" : "error";
  std::string line = fmt::format("{} {} {}\n", format_time(clock_.now()), name,
                                 printable(redact(std::string(text))));
  std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fflush(file_);
}

}  // namespace hikkoshi
