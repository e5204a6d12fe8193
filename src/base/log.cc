#include "base/log.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"

namespace hikkoshi {

namespace {

constexpr std::size_t kept = 3;

spdlog::sink_ptr rotating_file(const std::string& path, std::size_t largest) {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const std::string&, std::FILE* file) {
    ::fchmod(::fileno(file), 0600);
  };
  try {
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, largest, kept, false,
                                                                  handlers);
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(Retry::never, fmt::format("cannot open the log {}: {}", path, error.what()));
  }
}

}  // namespace

struct Log::Writer {
  spdlog::logger logger;

  Writer(const std::string& path, std::size_t largest)
      : logger("hikkoshi", rotating_file(path, largest)) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    logger.flush_on(spdlog::level::info);
    // Nobody's work stops because the log cannot be written.
    logger.set_error_handler([](const std::string&) {});
  }
};

Log::Log(const std::string& path, const Clock& clock, std::size_t largest) : clock_(clock) {
  if (path.empty()) return;
  // The library would wait for the reader of a named pipe.
  if (std::string fault = not_a_plain_file(path); !fault.empty())
    throw Error(Retry::never, fmt::format("cannot open the log {}: it {}", path, fault));
  // It would also make the folder.
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code missing;
  if (!folder.empty() && !std::filesystem::is_directory(folder, missing))
    throw Error(Retry::never, fmt::format("cannot open the log {}: no such folder", path));
  writer_ = std::make_unique<Writer>(path, largest);
}

Log::~Log() = default;

void Log::write(Level level, std::string_view text) {
  if (!writer_) return;
  const char* name = level == Level::info ? "info" : level == Level::warning ? "warning" : "error";
  writer_->logger.info("{} {} {}", format_time(clock_.now()), name,
                       printable(redact(std::string(text))));
}

}  // namespace hikkoshi
