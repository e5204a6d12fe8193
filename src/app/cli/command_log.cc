#include "app/cli/command_log.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/console.h"
#include "app/cli/who.h"
#include "engine/attempt.h"

namespace hikkoshi::app {

CommandLog::CommandLog(const Options& options) : options_(options) {}

Log* CommandLog::open() {
  if (log_ || given_up_) return log_ ? &*log_ : nullptr;
  StatePaths paths = state_paths(options_);
  std::error_code missing;
  if (!std::filesystem::is_directory(paths.folder, missing)) return nullptr;
  if (auto error = engine::attempt([&] { log_.emplace(paths.log(), clock_); })) {
    given_up_ = true;
    say(std::string("no log is written: ") + error->what());
    return nullptr;
  }
  return &*log_;
}

void CommandLog::info(const std::string& text) {
  if (Log* log = open()) log->info(text);
}

void CommandLog::error(const std::string& text) {
  if (Log* log = open()) log->error(text);
}

void CommandLog::begun() {
  info(fmt::format("hikkoshi {} {} begins: process {}, {}, move file {}", HIKKOSHI_VERSION,
                   options_.command, ::getpid(), login_name(), options_.move_file));
}

void CommandLog::ended(int exit_code) {
  std::string text =
      fmt::format("hikkoshi {} ends: process {}, exit {}", options_.command, ::getpid(), exit_code);
  exit_code == 0 ? info(text) : error(text);
}

void LoggingListener::event(const journal::Event& event) {
  using journal::Kind;
  next_.event(event);
  if (event.kind == Kind::run_begun) return log_.info("event run-begun: run " + event.run);
  std::string text =
      fmt::format("event {} {} {}", event.seq, journal::to_string(event.kind), event.subject);
  if (event.attempt > 1) text += fmt::format(", attempt {}", event.attempt);
  for (const char* key : {"text", "reason", "error", "remedy", "evidence", "detail", "who"})
    if (auto word = event.body.find(key);
        word != event.body.end() && word->is_string() && !word->get<std::string>().empty())
      text += fmt::format("; {}: {}", key, word->get<std::string>());
  bool bad = event.kind == Kind::step_failed || event.kind == Kind::step_unknown ||
             event.kind == Kind::step_foreign || event.kind == Kind::undo_failed;
  bad ? log_.error(text) : log_.info(text);
}

void LoggingListener::progress(const std::string& step, const Json& progress) {
  next_.progress(step, progress);
}

void LoggingListener::reading(const std::string& gate, const engine::Reading& reading) {
  next_.reading(gate, reading);
}

bool is_logged(const std::string& command) {
  static const std::set<std::string> quiet{"check",     "show", "status",
                                           "gate list", "gate", "version"};
  return !quiet.count(command);
}

}  // namespace hikkoshi::app
