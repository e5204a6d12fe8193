#include "hosts/mem_host.h"

#include "hosts/host_contract.h"

namespace hikkoshi::hosts {

struct MemWorld {
  MemHost& host() { return first; }
  MemHost& other() { return second; }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  void link(const std::string& path, const std::string& target) { first.link(path, target); }
  void answers(const std::vector<std::string>& words, const CommandResult& result) {
    first.answer(words, result);
  }

  TemporaryFolder folder;  // For the unix socket: ways lead to this machine.
  MemHost first{"old.web1"};
  MemHost second{"old.web1", first};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, HostContract, MemWorld);

TEST(MemHost, fails_the_call_that_it_was_told_to_fail_and_only_that) {
  MemHost host("old.web1");
  host.fail_at(2, Error(Retry::safe, "the line is down"));
  host.write_file("/f", {"1", 0644, ""});
  Error error = error_of([&] { host.write_file("/f", {"2", 0644, ""}); });
  EXPECT_EQ(error.retry(), Retry::safe);
  EXPECT_STREQ(error.what(), "the line is down");
  EXPECT_EQ(host.files().at("/f").content, "1");
  host.write_file("/f", {"3", 0644, ""});
  EXPECT_EQ(host.files().at("/f").content, "3");
  EXPECT_EQ(host.calls(), 3);
}

TEST(MemHost, can_lose_the_answer_after_the_work_was_done) {
  MemHost host("old.web1");
  host.fail_at(1, Error(Retry::ask, "no answer"), true);
  EXPECT_EQ(error_of([&] { host.write_file("/f", {"1", 0644, ""}); }).retry(), Retry::ask);
  EXPECT_EQ(host.files().at("/f").content, "1");
}

TEST(MemHost, remembers_what_was_run_and_asks_the_newest_answer_first) {
  MemHost host("old.web1");
  host.answer({"systemctl", "reload", "php"}, {0, "", ""});
  host.answer([&](const Command& command) -> std::optional<CommandResult> {
    if (command.input.empty()) return {};
    return CommandResult{1, command.input, "no input wanted"};
  });
  Command reload{{"systemctl", "reload", "php"}, "", Millis(1000), {}};
  EXPECT_EQ(host.run(reload).status, 0);
  reload.input = "x";
  EXPECT_EQ(host.run(reload).output, "x");
  ASSERT_EQ(host.commands().size(), 2u);
  EXPECT_EQ(host.commands()[1].input, "x");
}

TEST(MemHost, refuses_a_circle_of_links) {
  MemHost host("old.web1");
  host.link("/a", "/b");
  host.link("/b", "/a");
  EXPECT_EQ(error_of([&] { host.read_file("/a"); }).retry(), Retry::never);
}

}  // namespace hikkoshi::hosts
