// What a command leaves in the state folder's log.
#pragma once

#include <optional>
#include <string>

#include "app/cli/options.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/listener.h"

namespace hikkoshi::app {

/// The log of the options' state folder: one line when a command begins, one when it ends, and
/// what it has to say in between. Where there is no such folder yet, nothing is kept and nothing is
/// made; a log that cannot be written is said once and stops nobody.
class CommandLog {
 public:
  explicit CommandLog(const Options& options);

  void begun();
  void ended(int exit_code);
  void info(const std::string& text);
  void error(const std::string& text);

 private:
  Log* open();  ///< Null while there is no folder.

  const Options& options_;
  SystemClock clock_;
  std::optional<Log> log_;
  bool given_up_ = false;
};

/// Writes every event down, and passes all on to `next`, which outlives it. On the engine's thread.
class LoggingListener : public engine::Listener {
 public:
  LoggingListener(CommandLog& log, engine::Listener& next) : log_(log), next_(next) {}
  void event(const journal::Event& event) override;
  void progress(const std::string& step, const Json& progress) override;
  void reading(const std::string& gate, const engine::Reading& reading) override;

 private:
  CommandLog& log_;
  engine::Listener& next_;
};

/// Whether a command is written down. Those that only look at the state folder, as a monitor does
/// every few seconds, would push out what matters.
bool is_logged(const std::string& command);

}  // namespace hikkoshi::app
