// What every Host must do: one suite for the twin in memory and for real logins.
#pragma once

#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "hosts/host.h"

namespace hikkoshi::hosts {

/// `World` is default-constructible and has
///   Host& host();  Host& other();             // two logins to one machine
///   std::string path(name);                   // a free path in an existing folder there
///   void link(path, target);                  // makes a symbolic link there
///   void answers(words, CommandResult);       // teaches a twin what a real host would say
template <typename World>
class HostContract : public testing::Test {
 protected:
  Host& host() { return world.host(); }
  Host& other() { return world.other(); }

  CommandResult run(std::vector<std::string> arguments, std::string input = "") {
    Command command;
    command.arguments = std::move(arguments);
    command.input = std::move(input);
    return host().run(command);
  }

  World world;
};
TYPED_TEST_SUITE_P(HostContract);

/// The verdict of the Error that `work` must throw.
template <typename Work>
Error error_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(Retry::never, "nothing was thrown");
}

/// Says "hello" once to whoever connects.
class Greeter {
 public:
  explicit Greeter(const std::string& socket_path = "") {
    if (socket_path.empty()) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      listen(AF_INET, reinterpret_cast<sockaddr*>(&address), size);
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
    } else {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
      listen(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    thread_ = std::jthread([this] {
      for (int peer; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer))
        if (::send(peer, "hello", 5, MSG_NOSIGNAL) != 5) break;
    });
  }
  Greeter(const Greeter&) = delete;
  Greeter& operator=(const Greeter&) = delete;
  ~Greeter() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  void listen(int family, sockaddr* address, socklen_t size) {
    listener_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening = ::bind(listener_, address, size) == 0 && ::listen(listener_, 16) == 0;
    EXPECT_TRUE(listening);
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

/// What the local end of a way says; empty when nobody answers.
inline std::string greeting(const Endpoint& endpoint, const std::string& socket_path) {
  sockaddr_in tcp{};
  tcp.sin_family = AF_INET;
  tcp.sin_port = htons(endpoint.port);
  ::inet_pton(AF_INET, endpoint.host.c_str(), &tcp.sin_addr);
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  socket_path.copy(local.sun_path, sizeof local.sun_path - 1);
  bool is_tcp = socket_path.empty();
  int descriptor = ::socket(is_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* address = is_tcp ? reinterpret_cast<sockaddr*>(&tcp) : reinterpret_cast<sockaddr*>(&local);
  std::string said;
  char byte = 0;
  if (::connect(descriptor, address, is_tcp ? sizeof tcp : sizeof local) == 0)
    while (::read(descriptor, &byte, 1) == 1) said += byte;
  ::close(descriptor);
  return said;
}

TYPED_TEST_P(HostContract, gives_status_and_both_outputs_of_a_command) {
  std::vector<std::string> words{"sh", "-c", "echo out; echo err >&2; exit 3"};
  this->world.answers(words, {3, "out\n", "err\n"});
  auto result = this->run(words);
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "err\n");
}

TYPED_TEST_P(HostContract, calls_an_unknown_command_127) {
  EXPECT_EQ(this->run({"hikkoshi-no-such-command"}).status, 127);
}

TYPED_TEST_P(HostContract, streams_output_instead_of_keeping_it) {
  this->world.answers({"echo", "streamed"}, {0, "streamed\n", ""});
  Command command;
  command.arguments = {"echo", "streamed"};
  std::string seen;
  command.on_output = [&](std::string_view piece) {
    seen += piece;
  };
  EXPECT_EQ(this->host().run(command).output, "");
  EXPECT_EQ(seen, "streamed\n");
}

TYPED_TEST_P(HostContract, has_no_content_for_a_file_that_is_not_there) {
  EXPECT_EQ(this->host().read_file(this->world.path("absent")), std::nullopt);
}

TYPED_TEST_P(HostContract, gives_back_every_byte_and_mode_that_it_wrote) {
  std::string path = this->world.path("it's $HOME; \"a\" *");
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += char(i * 31 + i / 256);
  for (mode_t mode : {0600u, 0644u, 0755u, 04750u}) {
    this->host().write_file(path, {bytes, mode, ""});
    auto file = this->host().read_file(path);
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->content == bytes);
    EXPECT_EQ(file->mode, mode);
  }
}

TYPED_TEST_P(HostContract, writes_an_empty_file) {
  std::string path = this->world.path("empty");
  this->host().write_file(path, {"", 0644, ""});
  auto file = this->host().read_file(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->content, "");
}

TYPED_TEST_P(HostContract, keeps_the_owner_of_the_replaced_file) {
  std::string path = this->world.path("owned");
  this->host().write_file(path, {"1", 0644, ""});
  std::string owner = this->host().read_file(path)->owner;
  EXPECT_NE(owner.find(':'), std::string::npos);
  this->host().write_file(path, {"2", 0600, ""});
  EXPECT_EQ(this->host().read_file(path), (File{"2", 0600, owner}));
  this->host().write_file(path, {"3", 0600, owner});
  EXPECT_EQ(this->host().read_file(path), (File{"3", 0600, owner}));
}

TYPED_TEST_P(HostContract, writes_through_a_link_to_its_target) {
  std::string target = this->world.path("target"), link = this->world.path("link");
  this->host().write_file(target, {"old", 0640, ""});
  this->world.link(link, target);
  EXPECT_EQ(this->host().read_file(link)->content, "old");
  this->host().write_file(link, {"new", 0640, ""});
  EXPECT_EQ(this->host().read_file(target)->content, "new");
  this->host().remove_file(link);
  EXPECT_EQ(this->host().read_file(link), std::nullopt);
  EXPECT_EQ(this->host().read_file(target)->content, "new");
}

TYPED_TEST_P(HostContract, removes_a_file_once_and_does_not_mind_twice) {
  std::string path = this->world.path("gone");
  this->host().write_file(path, {"x", 0644, ""});
  this->host().remove_file(path);
  EXPECT_EQ(this->host().read_file(path), std::nullopt);
  this->host().remove_file(path);
}

TYPED_TEST_P(HostContract, refuses_what_is_no_path_of_a_file) {
  this->host().write_file(this->world.path("inside"), {"x", 0644, ""});
  std::string folder = this->world.path("inside");
  folder.erase(folder.rfind('/'));
  for (const std::string& path : {folder, std::string("relative"), folder + "/"}) {
    EXPECT_EQ(error_of([&] { this->host().read_file(path); }).retry(), Retry::never) << path;
    EXPECT_EQ(error_of([&] { this->host().write_file(path, {}); }).retry(), Retry::never) << path;
    EXPECT_EQ(error_of([&] { this->host().remove_file(path); }).retry(), Retry::never) << path;
  }
  EXPECT_TRUE(this->host().read_file(this->world.path("inside")));
}

TYPED_TEST_P(HostContract, leaves_one_whole_content_when_many_write_at_once) {
  std::string path = this->world.path("contended");
  {
    std::vector<std::jthread> writers;
    for (char letter = 'a'; letter < 'g'; ++letter)
      writers.emplace_back([&, letter] {
        Host& login = letter % 2 ? this->host() : this->other();
        login.write_file(path, {std::string(100'000, letter), 0644, ""});
      });
  }
  std::string content = this->host().read_file(path)->content;
  EXPECT_EQ(content, std::string(100'000, content.at(0)));
}

TYPED_TEST_P(HostContract, opens_a_way_to_a_port) {
  Greeter greeter;
  auto way = this->host().forward({{"127.0.0.1", greeter.port()}, ""});
  EXPECT_EQ(way->socket(), "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(greeting(way->local(), ""), "hello");
}

TYPED_TEST_P(HostContract, opens_a_way_to_a_unix_socket) {
  std::string path = this->world.path("socket");
  Greeter greeter(path);
  auto way = this->host().forward({{}, path});
  EXPECT_EQ(greeting({}, way->socket()), "hello");
}

TYPED_TEST_P(HostContract, lets_the_newest_epoch_win) {
  this->host().raise_epoch("run-1", 4);
  this->host().raise_epoch("run-1", 4);
  EXPECT_EQ(error_of([&] { this->other().raise_epoch("run-1", 3); }).exit(), Exit::needs_human);
  this->other().raise_epoch("run-1", 10);
  EXPECT_EQ(error_of([&] { this->host().raise_epoch("run-1", 4); }).exit(), Exit::needs_human);
  this->host().raise_epoch("run-1", 11);
}

TYPED_TEST_P(HostContract, keeps_the_epochs_of_different_runs_apart) {
  this->world.answers({"true"}, {0, "", ""});
  this->host().raise_epoch("run-1", 4);
  this->other().raise_epoch("run-2", 1);
  this->other().raise_epoch("a.run-1", 9);
  EXPECT_EQ(this->run({"true"}).status, 0);
  EXPECT_EQ(error_of([&] { this->other().raise_epoch("run-1", 3); }).exit(), Exit::needs_human);
}

TYPED_TEST_P(HostContract, refuses_the_hand_of_a_holder_that_was_overtaken) {
  std::string path = this->world.path("fenced");
  this->world.answers({"true"}, {0, "", ""});
  this->host().raise_epoch("run-1", 1);
  this->host().write_file(path, {"mine", 0644, ""});
  EXPECT_EQ(this->run({"true"}).status, 0);
  this->other().raise_epoch("run-1", 2);
  for (const Error& error : {error_of([&] {
                               this->host().write_file(path, {"late", 0644, ""});
                             }),
                             error_of([&] { this->host().remove_file(path); }),
                             error_of([&] { this->run({"true"}); })}) {
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_EQ(error.exit(), Exit::needs_human) << error.what();
  }
  EXPECT_EQ(this->host().read_file(path)->content, "mine");
  this->other().write_file(path, {"theirs", 0644, ""});
}

TYPED_TEST_P(HostContract, drops_the_epoch_of_one_run_and_frees_its_own_hand) {
  std::string path = this->world.path("freed");
  this->host().drop_epoch("run-1");
  this->host().raise_epoch("run-1", 4);
  this->other().raise_epoch("run-2", 3);
  this->host().drop_epoch("run-1");
  this->host().drop_epoch("run-1");
  this->host().write_file(path, {"free", 0644, ""});
  this->other().write_file(path, {"held", 0644, ""});
  this->host().drop_epoch("run-2");
  EXPECT_EQ(error_of([&] {
              this->other().write_file(path, {"late", 0644, ""});
            }).exit(),
            Exit::needs_human);
  this->host().raise_epoch("run-1", 1);  // Nothing is known of the 4 any more.
}

REGISTER_TYPED_TEST_SUITE_P(
    HostContract, gives_status_and_both_outputs_of_a_command, calls_an_unknown_command_127,
    streams_output_instead_of_keeping_it, has_no_content_for_a_file_that_is_not_there,
    gives_back_every_byte_and_mode_that_it_wrote, writes_an_empty_file,
    keeps_the_owner_of_the_replaced_file, writes_through_a_link_to_its_target,
    removes_a_file_once_and_does_not_mind_twice, refuses_what_is_no_path_of_a_file,
    leaves_one_whole_content_when_many_write_at_once, opens_a_way_to_a_port,
    opens_a_way_to_a_unix_socket, lets_the_newest_epoch_win,
    keeps_the_epochs_of_different_runs_apart, refuses_the_hand_of_a_holder_that_was_overtaken,
    drops_the_epoch_of_one_run_and_frees_its_own_hand);

}  // namespace hikkoshi::hosts
