#include "app/testing/workplace.h"

#include <gtest/gtest.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/text.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::app {

Said said_by(const std::function<Exit()>& command) {
  Said said;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  said.exit = exit_code(command);
  said.out = testing::internal::GetCapturedStdout();
  said.err = testing::internal::GetCapturedStderr();
  return said;
}

std::string told_by(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

std::string example_move() {
  return HIKKOSHI_EXAMPLE "/move.yaml";
}

Workplace::Workplace() {
  options.move_file = path("move.yaml");
  set_move_text(read_file(example_move()));
}

std::string Workplace::move_text() const {
  return read_file(options.move_file);
}

void Workplace::set_move_text(const std::string& text) {
  write_file_atomically(options.move_file, text);
}

void Workplace::edit_move(const std::string& from, const std::string& to) {
  ASSERT_NE(move_text().find(from), std::string::npos) << from;
  set_move_text(replace_all(move_text(), from, to));
}

Said Workplace::run(Exit (*command)(const Options&)) const {
  return run(command, options);
}

Said Workplace::run(Exit (*command)(const Options&), const Options& given) const {
  return said_by([&] { return command(given); });
}

void Workplace::plan_offline() const {
  Options offline = options;
  offline.offline = true;
  ASSERT_EQ(run(plan, offline).exit, 0);
}

void Workplace::begin_run(std::vector<journal::Event> events) const {
  plan::Plan saved = saved_plan(options);
  events.insert(events.begin(), event(journal::Kind::run_begun, "",
                                      {{"move", saved.move},
                                       {"plan_hash", plan::hash(saved)},
                                       {"plan", plan::to_json(saved)}}));
  append(std::move(events));
}

void Workplace::append(std::vector<journal::Event> events) const {
  journal::SqliteJournal(state_paths(options).journal()).append(std::move(events));
}

journal::Event event(journal::Kind kind, const std::string& subject, Json body) {
  journal::Event event;
  event.kind = kind;
  event.subject = subject;
  event.body = std::move(body);
  event.run = "run-1";
  event.epoch = 1;
  event.wall = WallTime(Millis(1'763'766'316'000));
  return event;
}

}  // namespace hikkoshi::app
