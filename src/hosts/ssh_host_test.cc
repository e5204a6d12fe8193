#include "hosts/ssh_host.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosts/host_contract.h"
#include "hosts/testing/ssh_world.h"

namespace hikkoshi::hosts {

/// The servers, started once for the whole program.
SshWorld& the_world() {
  static const bool private_mounts = enter_private_mounts();
  static SshWorld world;
  (void)private_mounts;
  return world;
}

/// Two logins through the bastion, and a folder of their own.
struct SshPair {
  Host& host() { return first; }
  Host& other() { return second; }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  void link(const std::string& path, const std::string& target) const {
    EXPECT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  }
  void answers(const std::vector<std::string>&, const CommandResult&) const {}

  SshHost::Options bastion_options() const {
    auto options = the_world().options();
    options.name = "new.bastion";
    options.endpoint = the_world().bastion().endpoint();
    return options;
  }
  SshHost::Options options() {
    auto options = the_world().options();
    options.jump = &bastion;
    options.epoch_folder = folder.path() + "/epochs";
    return options;
  }

  TemporaryFolder folder;
  SshHost bastion{bastion_options()};
  SshHost first{options()}, second{options()};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Ssh, HostContract, SshPair);

/// A login without a bastion, and a folder that the host sees.
class SshHostTest : public testing::Test {
 protected:
  static Command words(std::vector<std::string> arguments) {
    Command command;
    command.arguments = std::move(arguments);
    return command;
  }

  /// With servers of its own, for tests that harm them.
  static SshHost::Options options(const SshWorld& world) { return world.options(); }

  std::string path(const std::string& name) const { return folder.path() + "/" + name; }

  /// What is in the folder, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }

  TemporaryFolder folder;
  SshHost host{the_world().options()};
};

TEST_F(SshHostTest, refuses_names_that_ssh_would_take_for_options) {
  for (const char* name : {"-oProxyCommand=touch /tmp/x", "-h", "a b", "", "$(id)", "a;b"}) {
    auto options = the_world().options();
    options.endpoint.host = name;
    EXPECT_EQ(error_of([&] { SshHost bad(options); }).retry(), Retry::never) << name;
  }
  for (const char* user : {"-oProxyCommand=x", "a b", "a;b", "$(id)", "a\nb"}) {
    auto options = the_world().options();
    options.user = user;
    EXPECT_EQ(error_of([&] { SshHost bad(options); }).retry(), Retry::never) << user;
  }
  for (const char* remote : {"-h", "a:b", "", "a b"})
    EXPECT_EQ(error_of([&] { host.forward({{remote, 80}, ""}); }).retry(), Retry::never) << remote;
  for (const char* socket : {"relative", "/a:b", "/%h", "/$HOME", "/a b"})
    EXPECT_EQ(error_of([&] { host.forward({{}, socket}); }).retry(), Retry::never) << socket;
}

TEST_F(SshHostTest, hands_hostile_words_over_unchanged) {
  for (const std::string word :
       {"", " ", "it's", "\"$(id)\" `id` ${HOME} $$", "a\nb\n", "*", "~root", "-n", "\\n%s", "!!",
        "{a,b}", "; exit 9", "& sleep 1", "#x", "\xff\xfe", "<&-", "line\\\ncontinued"}) {
    auto result = host.run(words({"printf", "%s|", "--", word, "end"}));
    EXPECT_EQ(result.output, "--|" + word + "|end|") << word;
    EXPECT_EQ(result.error, "");
  }
  EXPECT_THROW(host.run(words({"printf", std::string("a\0b", 3)})), Error);
}

TEST_F(SshHostTest, refuses_a_command_line_that_no_kernel_takes) {
  Error error = error_of([&] { host.run(words({"true", std::string(130'000, 'x')})); });
  EXPECT_EQ(error.retry(), Retry::never);
}

TEST_F(SshHostTest, tells_a_commands_255_from_a_lost_connection) {
  auto result = host.run(words({"sh", "-c", "echo before; exit 255"}));
  EXPECT_EQ(result.status, 255);
  EXPECT_EQ(result.output, "before\n");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(host.run(words({"sh", "-c", "kill -9 $$"})).status, 128 + 9);
}

TEST_F(SshHostTest, hands_over_binary_input_and_output) {
  Command cat = words({"cat"});
  for (int i = 0; i < 3'000'000; ++i) cat.input += char(i * 7 + i / 251);
  EXPECT_TRUE(host.run(cat).output == cat.input);
}

TEST_F(SshHostTest, streams_100_megabytes_without_keeping_them) {
  Command zeros = words({"head", "-c", "104857600", "/dev/zero"});
  size_t bytes = 0, other_bytes = 0;
  zeros.on_output = [&](std::string_view piece) {
    bytes += piece.size();
    other_bytes += piece.size() - size_t(std::count(piece.begin(), piece.end(), '\0'));
  };
  auto result = host.run(zeros);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(bytes, 104'857'600u);
  EXPECT_EQ(other_bytes, 0u);
}

TEST_F(SshHostTest, drops_what_login_scripts_say) {
  SshWorld world;
  write_file_atomically(world.path("server/.bashrc"), "echo noise; echo more noise >&2\n");
  SshHost noisy(options(world));
  EXPECT_EQ(noisy.run(words({"echo", "signal"})).output, "signal\n");
  write_file_atomically(path("file"), "content");
  EXPECT_EQ(noisy.read_file(path("file"))->content, "content");
}

TEST_F(SshHostTest, does_not_know_the_outcome_when_the_connection_dies_half_way) {
  SshWorld world;
  SshHost lost(options(world));
  Command command = words({"sh", "-c", "echo begun; sleep 60"});
  command.on_output = [&](std::string_view) {
    world.server().end_sessions();
  };
  EXPECT_EQ(error_of([&] { lost.run(command); }).retry(), Retry::ask);
  EXPECT_EQ(lost.run(words({"echo", "again"})).output, "again\n");
}

TEST_F(SshHostTest, does_not_start_a_command_without_its_own_login) {
  SshWorld world;
  SshHost lost(options(world));
  EXPECT_EQ(lost.run(words({"true"})).status, 0);
  std::string line = "touch " + path("touched");
  auto session = lost.connection().session(line, "witness");
  ::kill(lost.connection().pid(), SIGKILL);
  while (lost.connection().pid() != 0) std::this_thread::sleep_for(Millis(1));
  ProcessOptions options;
  options.arguments = session;
  auto result = run_process(options);
  EXPECT_EQ(result.status, 255);
  EXPECT_NE(result.error.find("witness"), std::string::npos) << result.error;
  EXPECT_FALSE(host.read_file(path("touched")));
}

TEST_F(SshHostTest, leaves_the_old_content_when_a_write_dies_half_way) {
  SshWorld world;
  SshHost lost(options(world));
  lost.write_file(path("file"), {"old", 0644, ""});
  std::string content(64 << 20, 'x');
  std::jthread killer([&] {
    auto is_partial = [](const auto& entry) {
      return entry.path().filename().string().starts_with(".hikkoshi.") && entry.file_size() > 0;
    };
    for (bool seen = false; !seen; std::this_thread::yield())
      for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        seen = seen || is_partial(entry);
    ::kill(lost.connection().pid(), SIGKILL);
  });
  EXPECT_EQ(error_of([&] {
              lost.write_file(path("file"), {content, 0644, ""});
            }).retry(),
            Retry::ask);
  killer.join();
  EXPECT_EQ(host.read_file(path("file"))->content, "old");
  lost.write_file(path("file"), {"new", 0644, ""});
  EXPECT_EQ(read_file(path("file")), "new");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(SshHostTest, removes_the_temporary_file_of_a_writer_that_was_killed) {
  write_file_atomically(path(".hikkoshi.Ab3xYz"), "half");
  host.write_file(path("file"), {"whole", 0644, ""});
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(SshHostTest, keeps_the_old_file_when_the_disk_is_full) {
  if (!mount_small_disk(folder.path(), 1 << 20))
    GTEST_SKIP() << "a small file system can only be mounted by root";
  host.write_file(path("file"), {"old", 0640, ""});
  Error error = error_of([&] {
    host.write_file(path("file"), {std::string(4 << 20, 'x'), 0640, ""});
  });
  EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  EXPECT_EQ(host.read_file(path("file"))->content, "old");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
  ::umount(folder.path().c_str());
}

TEST_F(SshHostTest, says_why_it_cannot_write) {
  Error missing = error_of([&] { host.write_file(path("no/such/folder"), {}); });
  EXPECT_EQ(missing.retry(), Retry::never);
  EXPECT_NE(std::string(missing.what()).find("no such folder"), std::string::npos);
  Error owner = error_of([&] { host.write_file(path("f"), {"x", 0644, "no-such-user:x"}); });
  EXPECT_EQ(owner.retry(), Retry::never);
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(SshHostTest, says_what_it_may_not_read_instead_of_calling_it_absent) {
  if (::getuid() == 0) GTEST_SKIP() << "root may read everything";
  write_file_atomically(path("closed"), "x", 0);
  ::mkdir(path("closed-folder").c_str(), 0);
  for (const char* name : {"closed", "closed-folder/file"}) {
    Error error = error_of([&] { host.read_file(path(name)); });
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_NE(std::string(error.what()).find("ermission denied"), std::string::npos);
  }
}

TEST_F(SshHostTest, stops_at_an_unknown_host_key_and_says_how_to_pin_it) {
  SshWorld world;
  world.pin("");
  Error error = error_of([&] { SshHost(options(world)).run(words({"true"})); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("new.app1"), std::string::npos) << error.what();
  EXPECT_NE(std::string(error.what()).find("host key is known"), std::string::npos);
  EXPECT_NE(error.remedy().find("ssh-keyscan -p"), std::string::npos);
}

TEST_F(SshHostTest, stops_at_a_changed_host_key) {
  SshWorld world;
  world.server().change_key();
  Error error = error_of([&] { SshHost(options(world)).run(words({"true"})); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("has changed"), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("ssh-keygen -R '[127.0.0.1]:"), std::string::npos);
}

TEST_F(SshHostTest, stops_at_a_bastion_whose_key_changed) {
  SshWorld world;
  world.bastion().change_key();
  auto bastion_options = options(world);
  bastion_options.name = "new.bastion";
  bastion_options.endpoint = world.bastion().endpoint();
  SshHost bastion(bastion_options);
  auto inner = options(world);
  inner.jump = &bastion;
  Error error = error_of([&] { SshHost(inner).run(words({"true"})); });
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("new.bastion"), std::string::npos) << error.what();
}

TEST_F(SshHostTest, stops_at_a_refused_user) {
  auto options = the_world().options();
  options.user = "hikkoshi-no-such-user";
  Error error = error_of([&] { SshHost(options).run(words({"true"})); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("Permission denied"), std::string::npos);
}

TEST_F(SshHostTest, may_be_tried_again_when_nobody_listens) {
  SshWorld world;
  world.server().stop();
  SshHost absent(options(world));
  EXPECT_EQ(error_of([&] { absent.run(words({"true"})); }).retry(), Retry::safe);
  world.server().start();
  EXPECT_EQ(absent.run(words({"true"})).status, 0);
}

TEST_F(SshHostTest, may_be_tried_again_when_the_bastion_does_not_get_through) {
  SshWorld world;
  auto bastion_options = options(world);
  bastion_options.name = "new.bastion";
  bastion_options.endpoint = world.bastion().endpoint();
  SshHost bastion(bastion_options);
  auto inner_options = options(world);
  inner_options.jump = &bastion;
  SshHost inner(inner_options);
  world.server().stop();
  Error error = error_of([&] { inner.run(words({"true"})); });
  EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  EXPECT_NE(bastion.connection().pid(), 0);
  world.server().start();
  world.bastion().end_sessions();
  while (bastion.connection().pid() != 0) std::this_thread::sleep_for(Millis(1));
  EXPECT_EQ(inner.run(words({"true"})).status, 0);
}

TEST_F(SshHostTest, says_that_the_login_shell_runs_no_commands) {
  SshWorld world("ForceCommand echo This account is not available; exit 1");
  Error error = error_of([&] { SshHost(options(world)).run(words({"true"})); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_NE(std::string(error.what()).find("This account is not available"), std::string::npos);
}

TEST_F(SshHostTest, runs_more_commands_at_once_than_one_login_may) {
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 24; ++i)
      callers.emplace_back([&] { done += host.run(words({"sleep", "0.2"})).status == 0; });
  }
  EXPECT_EQ(done, 24);
}

TEST_F(SshHostTest, does_not_run_what_the_server_has_no_session_for) {
  SshWorld world("MaxSessions 0");
  Error error = error_of([&] { SshHost(options(world)).run(words({"touch", path("touched")})); });
  EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(SshHostTest, ends_a_command_that_takes_too_long_or_is_stopped) {
  Command sleeper = words({"sleep", "60"});
  sleeper.timeout = Millis(300);
  EXPECT_EQ(error_of([&] { host.run(sleeper); }).retry(), Retry::ask);
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(error_of([&] {
              host.run(words({"sleep", "60"}), source.get_token());
            }).exit(),
            Exit::interrupted);
}

TEST_F(SshHostTest, opens_its_ways_again_after_a_lost_login) {
  SshWorld world;
  SshHost lost(options(world));
  Greeter port, socket(path("socket"));
  auto way = lost.forward({{"localhost", port.port()}, ""});
  auto socket_way = lost.forward({{}, path("socket")});
  EXPECT_EQ(greeting(way->local(), ""), "hello");
  pid_t before = lost.connection().pid();
  ::kill(before, SIGKILL);
  while (lost.connection().pid() != 0) std::this_thread::sleep_for(Millis(1));
  EXPECT_EQ(greeting(way->local(), ""), "hello");
  EXPECT_EQ(greeting({}, socket_way->socket()), "hello");
  EXPECT_NE(lost.connection().pid(), before);
}

TEST_F(SshHostTest, closes_a_way_when_its_object_dies) {
  Greeter greeter;
  auto way = host.forward({{"127.0.0.1", greeter.port()}, ""});
  Endpoint local = way->local();
  EXPECT_EQ(greeting(local, ""), "hello");
  way.reset();
  EXPECT_EQ(greeting(local, ""), "");
  EXPECT_EQ(host.run(words({"true"})).status, 0);
}

TEST_F(SshHostTest, leaves_no_process_and_no_socket_behind) {
  pid_t master = 0;
  std::string sockets = path("s");
  ::mkdir(sockets.c_str(), 0700);
  {
    auto options = the_world().options();
    options.folder = sockets;
    SshHost brief(options);
    brief.run(words({"true"}));
    master = brief.connection().pid();
    EXPECT_FALSE(std::filesystem::is_empty(sockets));
  }
  EXPECT_NE(::kill(master, 0), 0);
  EXPECT_TRUE(std::filesystem::is_empty(sockets));
}

TEST_F(SshHostTest, keeps_the_epoch_below_home_where_the_system_folder_is_not_writable) {
  SshWorld world;
  auto options = world.options();
  options.epoch_folder = "/proc/hikkoshi";  // Nobody can make it, not even root.
  SshHost host(options);
  host.raise_epoch("run-1", 7);
  EXPECT_EQ(read_file(world.path("server/.hikkoshi/epoch")), "7 run-1\n");
}

TEST_F(SshHostTest, leaves_no_file_and_no_folder_with_the_last_epoch) {
  SshWorld world;
  SshHost host(world.options());
  host.raise_epoch("run-1", 7);
  host.raise_epoch("run-2", 1);
  host.drop_epoch("run-1");
  EXPECT_EQ(read_file(world.path("epochs/epoch")), "1 run-2\n");
  host.drop_epoch("run-2");
  EXPECT_FALSE(std::filesystem::exists(world.path("epochs")));
  host.raise_epoch("run-3", 1);
  write_file_atomically(world.path("epochs/note"), "mine");
  host.drop_epoch("run-3");
  EXPECT_TRUE(std::filesystem::exists(world.path("epochs/note")));
  EXPECT_FALSE(std::filesystem::exists(world.path("epochs/epoch")));
}

TEST_F(SshHostTest, drops_an_epoch_below_home_where_the_system_folder_is_not_writable) {
  SshWorld world;
  auto options = world.options();
  options.epoch_folder = "/proc/hikkoshi";
  SshHost host(options);
  host.raise_epoch("run-1", 7);
  host.drop_epoch("run-1");
  EXPECT_FALSE(std::filesystem::exists(world.path("server/.hikkoshi")));
  EXPECT_EQ(error_of([&] { host.drop_epoch("run; id"); }).retry(), Retry::never);
}

TEST_F(SshHostTest, refuses_an_epoch_that_no_shell_can_compare) {
  EXPECT_EQ(error_of([&] { host.raise_epoch("run; id", 1); }).retry(), Retry::never);
  EXPECT_EQ(error_of([&] { host.raise_epoch("", 1); }).retry(), Retry::never);
  EXPECT_EQ(error_of([&] { host.raise_epoch("run", ~0ull); }).retry(), Retry::never);
}

}  // namespace hikkoshi::hosts
