#include "move/move.h"

#include <gtest/gtest.h>

#include "move/parse.h"

namespace hikkoshi::move {

namespace {

Move example() {
  return *load(EXAMPLES "/subservice/move.yaml").move;
}

}  // namespace

TEST(Move, names_its_sides) {
  Move move = example();
  EXPECT_EQ(to_string(Side::old_side), "old");
  EXPECT_EQ(to_string(Side::new_side), "new");
  EXPECT_EQ(&move.side(Side::old_side), &move.old_side);
  EXPECT_EQ(&move.side(Side::new_side), &move.new_side);
}

TEST(Move, becomes_json_with_references_instead_of_secrets) {
  Json json = to_json(example());
  EXPECT_EQ(json["move"], "subservice");
  EXPECT_EQ(json["old"]["databases"]["main"]["password"], "env:OLD_DB_PASSWORD");
  EXPECT_EQ(json["new"]["zones"]["public"], "same");
  EXPECT_EQ(json["services"]["frames"]["new"]["port"], 8080);
  EXPECT_EQ(json["policy"]["ttl"]["ladder_ms"], (Json{12000, 6000, 3000}));
  EXPECT_EQ(json["stages"][1]["move"], Json{"public"});
}

TEST(Move, has_a_hash_that_the_name_and_the_places_of_the_file_do_not_change) {
  Move move = example(), same = example();
  same.file = "elsewhere.yaml";
  same.stages[0].place = {"elsewhere.yaml", 1, 1};
  EXPECT_EQ(hash(move), hash(same));
  EXPECT_EQ(hash(move).size(), 64u);
}

TEST(Move, has_a_hash_that_every_meaning_changes) {
  const std::string before = hash(example());
  auto changed = [&](auto change) {
    Move move = example();
    change(move);
    return hash(move) != before;
  };
  EXPECT_TRUE(changed([](Move& m) { m.name = "other"; }));
  EXPECT_TRUE(changed([](Move& m) { m.ssh_config = ""; }));
  EXPECT_TRUE(changed([](Move& m) { m.old_side.hosts["web1"].ssh.port = 23; }));
  EXPECT_TRUE(changed([](Move& m) { m.new_side.hosts["app1"].via = ""; }));
  EXPECT_TRUE(changed([](Move& m) { m.new_side.balancers["edge"].listen.clear(); }));
  EXPECT_TRUE(changed([](Move& m) { m.old_side.databases["main"].password.text = "env:X"; }));
  EXPECT_TRUE(changed([](Move& m) { m.old_side.databases["main"].options = ServerOptions{}; }));
  EXPECT_TRUE(changed([](Move& m) { m.new_side.databases["main"].acknowledged = {"a@b"}; }));
  EXPECT_TRUE(changed([](Move& m) { m.new_side.buckets["b"] = {}; }));
  EXPECT_TRUE(changed([](Move& m) { m.new_side.zones["public"].same = false; }));
  EXPECT_TRUE(changed([](Move& m) { m.services["frames"].check.pop_back(); }));
  EXPECT_TRUE(changed([](Move& m) { m.services["frames"].config[0].reload = "x"; }));
  EXPECT_TRUE(changed([](Move& m) { std::swap(m.stages[0], m.stages[1]); }));
  EXPECT_TRUE(changed([](Move& m) { m.policy.ttl.margin += Millis(1); }));
  EXPECT_TRUE(changed([](Move& m) { m.policy.page.allow.clear(); }));
  EXPECT_TRUE(changed([](Move& m) { m.policy.window = Window{}; }));
  EXPECT_TRUE(changed([](Move& m) { m.policy.gates.push_back({"dns", {"approval"}, {}}); }));
  EXPECT_TRUE(changed([](Move& m) { m.policy.max_downtime = Millis(1); }));
}

}  // namespace hikkoshi::move
