#include "app/cli/console.h"

#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

#include "app/testing/workplace.h"
#include "base/secret.h"

namespace hikkoshi::app {

TEST(Console, turns_a_failure_into_its_words_and_its_exit_code) {
  Said said = said_by([]() -> Exit {
    throw Error(Retry::never, "the fence does not hold", Exit::refused).remedy("look at OLD");
  });
  EXPECT_EQ(said.exit, 14);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, "error: the fence does not hold\n  help: look at OLD\n");
}

TEST(Console, says_no_help_where_there_is_none) {
  Said said = said_by([]() -> Exit { throw Error(Retry::safe, "no room"); });
  EXPECT_EQ(said.exit, 1);
  EXPECT_EQ(said.err, "error: no room\n");
}

TEST(Console, calls_a_bug_a_bug) {
  Said said = said_by([]() -> Exit { throw std::out_of_range("map::at"); });
  EXPECT_EQ(said.exit, 1);
  EXPECT_EQ(said.err, "error: map::at (this is a bug of hikkoshi)\n");
}

TEST(Console, keeps_data_and_talk_apart) {
  Said said = said_by([] {
    print("data\n");
    say("talk");
    print_json({{"b", 1}, {"a", "\xff"}});
    return Exit::warnings;
  });
  EXPECT_EQ(said.exit, 3);
  EXPECT_EQ(said.out, "data\n{\n  \"a\": \"\xef\xbf\xbd\",\n  \"b\": 1\n}\n");
  EXPECT_EQ(said.err, "talk\n");
}

TEST(Console, says_lines_that_cannot_steer_a_terminal) {
  EXPECT_EQ(told_by([] { say("one\x1b[2J\ntwo\r\n\n"); }), "one\\x1b[2J\ntwo\\x0d\n");
  EXPECT_EQ(told_by([] { say(""); }), "\n");
}

TEST(Console, says_no_secret_however_it_came_into_an_error) {
  remember_secret(Secret("fake-console-password"));
  Said said = said_by([]() -> Exit {
    throw Error(Retry::never, "denied: fake-console-password").remedy("not fake-console-password");
  });
  EXPECT_EQ(said.err, "error: denied: [secret]\n  help: not [secret]\n");
}

TEST(Console, notices_that_its_data_is_lost) {
  std::FILE* kept = stdout;
  stdout = std::fopen("/dev/full", "w");
  std::string text;
  try {
    print("data\n");
  } catch (const Error& error) {
    text = error.what();
  }
  std::fclose(stdout);
  stdout = kept;
  EXPECT_EQ(text, "standard output cannot be written");
}

TEST(Console, calls_it_no_failure_when_its_reader_has_seen_enough) {
  auto before = ::signal(SIGPIPE, SIG_IGN);  // As main does.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  std::FILE* kept = stdout;
  stdout = ::fdopen(ends[1], "w");
  EXPECT_NO_THROW(print("data\n"));
  std::fclose(stdout);
  stdout = kept;
  ::signal(SIGPIPE, before);
}

TEST(Console, tells_a_failure_to_those_who_write_it_down) {
  std::vector<std::string> lines;
  told_by([&] {
    exit_code([]() -> Exit { throw Error(Retry::never, "no").remedy("look"); },
              [&](const std::string& line) { lines.push_back(line); });
  });
  EXPECT_EQ(lines, (std::vector<std::string>{"error: no", "  help: look"}));
}

}  // namespace hikkoshi::app
