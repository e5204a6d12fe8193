#include "app/cli/command_log.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/cli/session.h"
#include "app/testing/workplace.h"
#include "base/secret.h"

namespace hikkoshi::app {

namespace {

using journal::Kind;
namespace fs = std::filesystem;

class CommandLogTest : public testing::Test {
 protected:
  CommandLogTest() { place.options.command = "run"; }
  StatePaths paths() const { return state_paths(place.options); }
  bool logged(const std::string& part) {
    return read_file(paths().log()).find(part) != std::string::npos;
  }
  Workplace place;
};

class Counting : public engine::DeafListener {
 public:
  void event(const journal::Event&) override { ++events; }
  int events = 0;
};

}  // namespace

TEST_F(CommandLogTest, has_a_line_for_the_beginning_and_one_for_the_end) {
  make_state_folder(paths());
  CommandLog log(place.options);
  log.begun();
  log.ended(10);
  EXPECT_TRUE(logged(" info hikkoshi " HIKKOSHI_VERSION " run begins: process "));
  EXPECT_TRUE(logged(" error hikkoshi run ends: process "));
  EXPECT_TRUE(logged(", exit 10\n"));
  struct stat status {};
  ASSERT_EQ(::stat(paths().log().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(CommandLogTest, makes_no_folder_but_begins_as_soon_as_there_is_one) {
  CommandLog log(place.options);
  log.begun();
  EXPECT_FALSE(fs::exists(paths().folder));
  make_state_folder(paths());
  log.ended(0);
  EXPECT_TRUE(logged("info hikkoshi run ends"));
}

TEST_F(CommandLogTest, that_cannot_be_written_is_said_once_and_stops_nobody) {
  make_state_folder(paths());
  fs::create_directory(paths().log());
  std::string said = told_by([&] {
    CommandLog log(place.options);
    log.begun();
    log.ended(0);
  });
  EXPECT_EQ(said, "no log is written: cannot open the log " + paths().log() + ": it is a folder\n");
}

TEST_F(CommandLogTest, has_every_event_with_what_it_says_and_no_secret) {
  make_state_folder(paths());
  remember_secret(Secret("fake-logged-password"));
  CommandLog log(place.options);
  Counting next;
  LoggingListener listener(log, next);
  listener.event(
      event(Kind::step_failed, "service/fence-database:main",
            {{"error", "denied fake-logged-password\nsecond line"}, {"remedy", "grant it"}}));
  listener.event(event(Kind::gate_open, "dns/ttl", {{"stage", "dns"}, {"evidence", "old enough"}}));
  EXPECT_EQ(next.events, 2);
  EXPECT_TRUE(
      logged("error event 0 step-failed service/fence-database:main; error: denied [secret]"
             "\\x0asecond line; remedy: grant it\n"));
  EXPECT_TRUE(logged("info event 0 gate-open dns/ttl; evidence: old enough\n"));
}

TEST_F(CommandLogTest, leaves_out_the_whole_plan) {
  make_state_folder(paths());
  CommandLog log(place.options);
  Counting next;
  LoggingListener(log, next).event(event(Kind::run_begun, "", {{"plan", {{"move", "x"}}}}));
  EXPECT_TRUE(logged("event run-begun: run run-1\n"));
}

TEST(IsLogged, what_acts_and_not_what_a_monitor_asks_every_second) {
  for (const char* command : {"run", "rollback", "finish", "gate approve", "abort", "plan"})
    EXPECT_TRUE(is_logged(command)) << command;
  for (const char* command : {"status", "gate list", "gate", "show", "check", "version"})
    EXPECT_FALSE(is_logged(command)) << command;
}

}  // namespace hikkoshi::app
