#include "engine/supervisor.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi::engine {

namespace {

/// Supervision takes over its process' signals, so each test gives it one of its own.
class Supervisor : public testing::Test {
 protected:
  void begin(const std::function<int()>& body) {
    process_ = ::fork();
    if (process_ == 0) ::_exit(body());
  }

  int exit_code() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  /// Appends a line to a file that all processes of the test share.
  void note(const std::string& line) const {
    std::ofstream(path(), std::ios::app) << line << std::endl;
  }

  std::vector<std::string> notes() const {
    std::ifstream file(path());
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  /// Waits, for at most ten seconds, until there are `count` notes.
  std::vector<std::string> wait_for_notes(size_t count) const {
    for (int i = 0; i < 1000 && notes().size() < count; ++i) ::usleep(10'000);
    return notes();
  }

  std::string path() const { return folder_.path() + "/notes"; }

  TemporaryFolder folder_;
  pid_t process_ = 0;
};

/// An engine that does nothing until it is told to stop.
int idle_until(std::stop_token stop) {
  while (!stop.stop_requested()) ::usleep(5'000);
  return static_cast<int>(Exit::interrupted);
}

}  // namespace

TEST_F(Supervisor, returns_what_the_engine_returned) {
  begin([] { return supervise({}, [](std::stop_token) { return 11; }); });
  EXPECT_EQ(exit_code(), 11);
}

TEST_F(Supervisor, begins_a_killed_engine_again_until_it_ends_by_itself) {
  begin([this] {
    return supervise({}, [this](std::stop_token) {
      note("life");
      if (notes().size() < 4) ::raise(SIGKILL);
      return 0;
    });
  });
  EXPECT_EQ(exit_code(), 0);
  EXPECT_EQ(notes().size(), 4u);
}

TEST_F(Supervisor, gives_up_when_the_engine_dies_too_often) {
  begin([this] {
    SuperviseOptions options;
    options.limit = 3;
    options.on_death = [this](const std::string& text) {
      note(text);
    };
    return supervise(options, [](std::stop_token) -> int { std::abort(); });
  });
  EXPECT_EQ(exit_code(), static_cast<int>(Exit::needs_human));
  ASSERT_EQ(notes().size(), 4u);
  EXPECT_NE(notes()[3].find("too often"), std::string::npos) << notes()[3];
}

TEST_F(Supervisor, passes_a_stop_signal_on_and_waits_for_the_engine) {
  for (int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove(path());
    begin([this] {
      return supervise({}, [this](std::stop_token stop) {
        note("alive");
        return idle_until(stop);
      });
    });
    ASSERT_EQ(wait_for_notes(1).size(), 1u);
    ::kill(process_, signal);
    EXPECT_EQ(exit_code(), static_cast<int>(Exit::interrupted));
  }
}

TEST_F(Supervisor, tells_an_engine_begun_again_that_it_is_to_stop) {
  begin([this] {
    return supervise({}, [this](std::stop_token stop) {
      note(std::to_string(::getpid()));
      int code = idle_until(stop);
      if (notes().size() == 1) ::raise(SIGKILL);
      return code;
    });
  });
  ASSERT_EQ(wait_for_notes(1).size(), 1u);
  ::kill(process_, SIGTERM);
  EXPECT_EQ(exit_code(), static_cast<int>(Exit::interrupted));
  EXPECT_EQ(notes().size(), 2u);
}

TEST_F(Supervisor, takes_the_engine_with_it_when_it_is_killed) {
  begin([this] {
    return supervise({}, [this](std::stop_token stop) {
      FileLock lock(folder_.path() + "/lock");
      note("alive");
      return idle_until(stop);
    });
  });
  ASSERT_EQ(wait_for_notes(1).size(), 1u);
  EXPECT_THROW(FileLock(folder_.path() + "/lock"), Error);
  ::kill(process_, SIGKILL);
  EXPECT_EQ(exit_code(), -SIGKILL);
  bool freed = false;
  for (int i = 0; i < 1000 && !freed; ++i) {
    begin([this] {
      // Its own process, so that a lock that is still held can be asked for again.
      int lock = ::open((folder_.path() + "/lock").c_str(), O_RDWR);
      return ::flock(lock, LOCK_EX | LOCK_NB) == 0 ? 0 : 1;
    });
    freed = exit_code() == 0;
    if (!freed) ::usleep(10'000);
  }
  EXPECT_TRUE(freed);
}

}  // namespace hikkoshi::engine
