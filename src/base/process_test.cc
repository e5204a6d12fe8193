#include "base/process.h"

#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi {

using namespace std::chrono_literals;

ProcessOptions command(std::vector<std::string> arguments) {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  return options;
}

TEST(Process, gives_back_status_and_both_outputs) {
  auto result = run_process(command({"sh", "-c", "echo out; echo err >&2; exit 3"}));
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "err\n");
}

TEST(Process, carries_binary_input_larger_than_any_pipe) {
  auto options = command({"cat"});
  for (int i = 0; i < 1'000'000; ++i) options.input += char(i * 31);
  EXPECT_EQ(run_process(options).output, options.input);
}

TEST(Process, does_not_mind_a_child_that_ignores_its_input) {
  auto options = command({"true"});
  options.input.assign(1 << 20, 'x');
  EXPECT_EQ(run_process(options).status, 0);
}

TEST(Process, passes_arguments_without_a_shell) {
  EXPECT_EQ(run_process(command({"printf", "%s", "$(id); `id` *"})).output, "$(id); `id` *");
}

TEST(Process, keeps_our_secrets_out_of_a_childs_environment) {
  ::setenv("HIKKOSHI_TEST_SECRET", "fake-password", 1);
  std::string seen = run_process(command({"env"})).output;
  ::unsetenv("HIKKOSHI_TEST_SECRET");
  EXPECT_EQ(seen.find("fake-password"), std::string::npos);
  EXPECT_NE(seen.find("PATH="), std::string::npos);
}

TEST(Process, that_does_not_exist_is_told_from_one_that_fails) {
  EXPECT_THROW(run_process(command({"hikkoshi-no-such-program"})), Error);
  EXPECT_EQ(run_process(command({"sh", "-c", "exit 127"})).status, 127);
  EXPECT_EQ(run_process(command({"sh", "-c", "kill -9 $$"})).status, 128 + SIGKILL);
}

TEST(Process, that_hangs_is_killed_and_its_outcome_unknown) {
  auto options = command({"sleep", "100"});
  options.timeout = 50ms;
  try {
    run_process(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::ask);
  }
}

TEST(Process, is_stopped_on_request) {
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  EXPECT_THROW(run_process(command({"sleep", "100"}), source.get_token()), Error);
}

TEST(Process, with_too_much_output_is_an_error_unless_streamed) {
  auto options = command({"head", "-c", "3000000", "/dev/zero"});
  options.output_limit = 1 << 20;
  EXPECT_THROW(run_process(options), Error);
  size_t total = 0;
  options.on_output = [&](std::string_view piece) {
    total += piece.size();
  };
  EXPECT_TRUE(run_process(options).output.empty());
  EXPECT_EQ(total, 3'000'000u);
}

TEST(Process, is_not_waited_for_beyond_its_end) {
  auto result = run_process(command({"sh", "-c", "sleep 5 & echo started"}));
  EXPECT_EQ(result.output, "started\n");
}

TEST(BackgroundProcess, lives_as_long_as_its_object) {
  pid_t pid = 0;
  {
    BackgroundProcess child({"sleep", "100"}, "");
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
    EXPECT_FALSE(child.exited());
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(BackgroundProcess, survives_the_thread_that_started_it) {
  std::unique_ptr<BackgroundProcess> child;
  std::thread([&] {
    child = std::make_unique<BackgroundProcess>(std::vector<std::string>{"sleep", "100"}, "");
  }).join();
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(child->exited());
}

TEST(BackgroundProcess, tells_how_it_ended_and_what_it_said) {
  TemporaryFolder folder;
  BackgroundProcess child({"sh", "-c", "echo hello; exit 7"}, folder.path() + "/log");
  while (!child.exited()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(child.exited(), 7);
  EXPECT_EQ(read_file(folder.path() + "/log"), "hello\n");
}

}  // namespace hikkoshi
