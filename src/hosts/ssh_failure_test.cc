#include "hosts/ssh_failure.h"

#include <gtest/gtest.h>

namespace hikkoshi::hosts {

const SshPlace place{"old.web1", {"10.0.1.11", 2222}, "ops"};

TEST(SshFailure, shows_the_words_of_ssh_on_one_line_and_without_terminal_codes) {
  EXPECT_EQ(quoted_words("@@@@@@\r\nfirst\r\n\n  second \x1b[31m\n"),
            "ssh: first / second \\x1b[31m");
  EXPECT_EQ(quoted_words(" \n"), "ssh said nothing");
}

TEST(SshFailure, names_the_host_its_address_and_the_account) {
  EXPECT_EQ(place.text(), "old.web1 (ops@10.0.1.11:2222)");
  EXPECT_EQ((SshPlace{"new.b", {"::1", 22}, ""}.text()), "new.b ([::1]:22)");
}

TEST(SshFailure, never_retries_a_host_key_that_is_unknown_or_changed) {
  Error changed = login_failure(place,
                                "@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\n"
                                "Host key verification failed.\n");
  EXPECT_EQ(changed.retry(), Retry::never);
  EXPECT_EQ(changed.exit(), Exit::authentication);
  EXPECT_NE(changed.remedy().find("ssh-keygen -R '[10.0.1.11]:2222'"), std::string::npos);
  Error unknown = login_failure(
      place,
      "No ED25519 host key is known for [10.0.1.11]:2222 and you have requested strict "
      "checking.\r\nHost key verification failed.\r\n");
  EXPECT_EQ(unknown.retry(), Retry::never);
  EXPECT_EQ(unknown.exit(), Exit::authentication);
  EXPECT_NE(unknown.remedy().find("ssh-keyscan -p 2222 10.0.1.11"), std::string::npos);
  Error usual = login_failure({"new.b", {"b.example", 22}, ""}, "IDENTIFICATION HAS CHANGED");
  EXPECT_NE(usual.remedy().find("ssh-keygen -R 'b.example'"), std::string::npos);
}

TEST(SshFailure, never_retries_a_refused_login) {
  for (const char* words : {"ops@10.0.1.11: Permission denied (publickey).",
                            "Received disconnect: Too many authentication failures"}) {
    Error error = login_failure(place, words);
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_EQ(error.exit(), Exit::authentication);
  }
}

TEST(SshFailure, never_retries_what_only_a_person_can_change) {
  Error bastion = login_failure(place,
                                "channel 0: open failed: administratively prohibited: open "
                                "failed\nstdio forwarding failed");
  EXPECT_EQ(bastion.retry(), Retry::never);
  EXPECT_NE(bastion.remedy().find("AllowTcpForwarding"), std::string::npos);
  EXPECT_EQ(login_failure(place, "c: line 1: Bad configuration option: x").retry(), Retry::never);
  Error config = login_failure(place, "Can't open user config file c: No such file");
  EXPECT_EQ(config.retry(), Retry::never);
  EXPECT_NE(config.remedy().find("ssh.config"), std::string::npos);
}

TEST(SshFailure, may_retry_what_happened_before_the_login) {
  for (const char* words :
       {"ssh: connect to host 10.0.1.11 port 2222: Connection refused",
        "ssh: connect to host 10.0.1.11 port 2222: Connection timed out",
        "Connection closed by remote host", "kex_exchange_identification: read: reset by peer",
        "ssh: Could not resolve hostname web1: Temporary failure in name resolution", ""}) {
    Error error = login_failure(place, words);
    EXPECT_EQ(error.retry(), Retry::safe) << words;
    EXPECT_NE(error.exit(), Exit::authentication) << words;
    EXPECT_NE(error.remedy().find("port 2222"), std::string::npos) << error.remedy();
  }
}

}  // namespace hikkoshi::hosts
