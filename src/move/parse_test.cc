#include "move/parse.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

const std::string example = EXAMPLES "/subservice/move.yaml";

}  // namespace

TEST(Parse, reads_the_example_of_the_subservice) {
  Parsed parsed = load(example);
  ASSERT_EQ(render(parsed.diagnostics), "");
  ASSERT_TRUE(parsed.move);
  const Move& move = *parsed.move;
  EXPECT_EQ(move.name, "subservice");
  EXPECT_EQ(move.file, example);
  EXPECT_EQ(move.ssh_config, "ssh_config");
  EXPECT_EQ(move.old_side.hosts.at("edge").ssh, (Endpoint{"127.10.0.20", 22}));
  EXPECT_EQ(move.old_side.hosts.at("edge").via, "bastion");
  EXPECT_EQ(move.new_side.balancers.at("edge").address, "127.20.0.80");
  EXPECT_EQ(move.new_side.balancers.at("edge").master, "/run/haproxy/master.sock");
  const Database& database = move.old_side.databases.at("main");
  EXPECT_EQ(database.server, (Endpoint{"127.10.2.5", 3306}));
  EXPECT_EQ(database.password.text, "env:OLD_DB_PASSWORD");
  EXPECT_EQ(database.schemas, std::vector<std::string>{"frames"});
  EXPECT_EQ(move.old_side.zones.at("public").server, (Endpoint{"127.10.5.53", 53}));
  EXPECT_TRUE(move.new_side.zones.at("public").same);
  const Service& frames = move.services.at("frames");
  EXPECT_EQ(frames.new_side.hosts, (std::vector<std::string>{"app1", "app2"}));
  EXPECT_EQ(frames.new_side.port, 8080);
  EXPECT_EQ(frames.config.at(0).set.at("DB_HOST"), "{{ databases.main.host }}");
  EXPECT_EQ(move.stages.at(1).move, std::vector<std::string>{"public"});
  EXPECT_EQ(move.stages.at(1).place, (Place{example, 69, 5}));
  EXPECT_EQ(move.policy.prefer, "page");
  EXPECT_EQ(move.policy.page.retry_after, Millis(30'000));
  EXPECT_EQ(move.policy.ttl.ladder,
            (std::vector<Millis>{Millis(12'000), Millis(6'000), Millis(3'000)}));
  EXPECT_EQ(move.policy.keep_for, Millis(48 * 3'600'000));
  EXPECT_DOUBLE_EQ(move.policy.dns_changes, 0.3);
  EXPECT_EQ(move.policy.max_downtime, Millis(300'000));
}

}  // namespace hikkoshi::move
