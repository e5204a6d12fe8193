#include "traffic/haproxy_launch.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "traffic/testing/local_host.h"

namespace hikkoshi::traffic {

using namespace std::string_literals;

TEST(HaproxyLaunch, finds_files_among_the_other_words) {
  auto launch = parse_command_line(
      "/usr/sbin/haproxy\0-Ws\0-f\0/etc/haproxy/haproxy.cfg\0-p\0/run/haproxy.pid\0-S\0"
      "/run/haproxy-master.sock\0-f\0extra.cfg\0-C\0/etc\0-sf\0"
      "12\0-x\0sockpair@3\0--\0last.cfg\0"s);
  EXPECT_EQ(launch.program, "/usr/sbin/haproxy");
  EXPECT_EQ(launch.files,
            (std::vector<std::string>{"/etc/haproxy/haproxy.cfg", "extra.cfg", "last.cfg"}));
  EXPECT_EQ(launch.change_to, "/etc");
}

TEST(HaproxyLaunch, of_a_process_that_is_gone_cannot_be_read) {
  LocalHost here;
  EXPECT_THROW(find_launch(here, 0), Error);
}

constexpr const char* valid =
    "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n"
    "  timeout connect 1s\nbackend b\n";

TEST(HaproxyLaunch, lets_haproxy_judge_all_its_files_with_one_replaced) {
  LocalHost here;
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/a.cfg", valid);
  write_file_atomically(folder.path() + "/b.cfg", "listen x\n  use_backend b\n  bind :1\n");
  write_file_atomically(folder.path() + "/notes.txt", "no configuration\n");
  std::string candidate = folder.path() + "/candidate";
  for (const std::vector<std::string>& files :
       {std::vector<std::string>{"a.cfg", folder.path() + "/b.cfg"}, {folder.path()}}) {
    HaproxyLaunch launch{"haproxy", folder.path(), files, ""};
    std::string config = folder.path() + "/a.cfg";
    EXPECT_EQ(check_configuration(here, launch, config, config), "");
    write_file_atomically(candidate, valid + "nonsense\n"s);
    auto fault = check_configuration(here, launch, config, candidate);
    EXPECT_NE(fault.find("nonsense"), std::string::npos) << fault;
    write_file_atomically(candidate, "defaults\n  mode http\n");
    EXPECT_NE(check_configuration(here, launch, config, candidate), "") << "b.cfg needs backend b";
  }
}

TEST(HaproxyLaunch, refuses_a_file_that_the_running_one_does_not_read) {
  LocalHost here;
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/a.cfg", valid);
  write_file_atomically(folder.path() + "/b.cfg", valid);
  HaproxyLaunch launch{"haproxy", "/", {folder.path() + "/a.cfg"}, ""};
  std::string other = folder.path() + "/b.cfg";
  EXPECT_THROW(check_configuration(here, launch, other, other), Error);
}

}  // namespace hikkoshi::traffic
