#include "move/parse.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"

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
  EXPECT_EQ(move.policy.keep_for, Millis(5'000));
  EXPECT_DOUBLE_EQ(move.policy.dns_changes, 0.3);
  EXPECT_EQ(move.policy.max_downtime, Millis(300'000));
}

TEST(Parse, gives_what_is_not_written_its_default) {
  Parsed parsed = parse({"tiny.yaml", R"(
move: tiny
old:
  hosts: {a: {ssh: 192.0.2.1}}
  balancers: {edge: {haproxy: {host: a}, address: 192.0.2.2, listen: [http]}}
new:
  hosts: {b: {ssh: 192.0.2.3}}
services:
  jobs:
    kind: cron
    old: {hosts: [a]}
    new: {hosts: [b]}
    config: [{file: /srv/.env, set: {A: 1}}]
stages: [{name: all, move: [jobs]}]
)"});
  ASSERT_EQ(render(parsed.diagnostics), "");
  const Move& move = *parsed.move;
  EXPECT_EQ(move.ssh_config, "");
  EXPECT_EQ(move.old_side.hosts.at("a").user, "");
  const Balancer& edge = move.old_side.balancers.at("edge");
  EXPECT_EQ(edge.config, Balancer{}.config);
  EXPECT_EQ(edge.socket, Balancer{}.socket);
  EXPECT_EQ(edge.master, Balancer{}.master);
  const Service& jobs = move.services.at("jobs");
  EXPECT_EQ(jobs.health, Service{}.health);
  EXPECT_EQ(jobs.old_side.port, 0);
  EXPECT_EQ(jobs.config[0].format, ConfigFile{}.format);
  const Policy& policy = move.policy;
  const Policy defaults;
  EXPECT_EQ(policy.prefer, defaults.prefer);
  EXPECT_EQ(policy.otherwise, defaults.otherwise);
  EXPECT_EQ(policy.hold, defaults.hold);
  EXPECT_EQ(policy.page.retry_after, defaults.page.retry_after);
  EXPECT_TRUE(policy.ttl.ladder.empty());
  EXPECT_EQ(policy.ttl.margin, defaults.ttl.margin);
  EXPECT_EQ(policy.ttl.restore_after, defaults.ttl.restore_after);
  EXPECT_FALSE(policy.window);
  EXPECT_EQ(policy.keep_for, defaults.keep_for);
  EXPECT_DOUBLE_EQ(policy.dns_changes, defaults.dns_changes);
  EXPECT_EQ(policy.max_downtime, defaults.max_downtime);
}

TEST(Parse, reads_every_field_of_policy) {
  Parsed parsed = load(MOVE_FILES "/good/everything.yaml");
  ASSERT_EQ(render(parsed.diagnostics), "");
  const Policy& policy = parsed.move->policy;
  EXPECT_EQ(policy.prefer, "page");
  EXPECT_EQ(policy.otherwise, "none");
  EXPECT_EQ(policy.page.file, "maintenance.html");
  EXPECT_EQ(policy.page.hosts, std::vector<std::string>{"www.example.jp"});
  ASSERT_TRUE(policy.window);
  EXPECT_EQ(policy.window->days, (std::vector<std::string>{"sat", "sun"}));
  EXPECT_EQ(policy.window->from_minute, 23 * 60 + 30);
  EXPECT_EQ(policy.window->to_minute, 5 * 60);
  EXPECT_EQ(policy.window->zone, "Asia/Tokyo");
  ASSERT_EQ(policy.gates.size(), 1u);
  EXPECT_EQ(policy.gates[0].before, "web");
  EXPECT_EQ(policy.gates[0].require.size(), 3u);
  EXPECT_GT(policy.gates[0].place.line, 0);
  EXPECT_EQ(policy.ttl.first_step_before, Millis(14 * 86'400'000LL));
  EXPECT_DOUBLE_EQ(policy.dns_changes, 0.125);
  const Database& database = parsed.move->old_side.databases.at("main");
  EXPECT_EQ(database.acknowledged, (std::vector<std::string>{"backup@localhost", "report@%"}));
  EXPECT_FALSE(database.options);
}

TEST(Parse, keeps_what_has_no_effect_and_warns_of_it) {
  Parsed parsed = load(MOVE_FILES "/bad/pointless.yaml");
  ASSERT_TRUE(parsed.move) << render(parsed.diagnostics);
  EXPECT_EQ(parsed.diagnostics.size(), 4u);
  for (const Diagnostic& diagnostic : parsed.diagnostics)
    EXPECT_EQ(diagnostic.code, Code::pointless);
  const Database& database = parsed.move->old_side.databases.at("main");
  ASSERT_TRUE(database.options);
  EXPECT_EQ(database.options->file, "/etc/mysql/mariadb.conf.d/zz-hikkoshi.cnf");
  EXPECT_EQ(parsed.move->policy.hold, Millis(5'000));
}

TEST(Parse, lays_overlays_in_their_order) {
  const std::string staging = MOVE_FILES "/good/overlaid.overlay.yaml";
  Parsed parsed = load(MOVE_FILES "/good/overlaid.yaml", {staging});
  ASSERT_EQ(render(parsed.diagnostics), "");
  EXPECT_EQ(parsed.move->old_side.databases.at("main").server.host, "10.9.2.5");
  EXPECT_EQ(parsed.move->old_side.databases.at("main").user, "mover");
  EXPECT_FALSE(parsed.move->policy.window);
  EXPECT_EQ(parsed.move->policy.ttl.ladder.front(), Millis(10'000));

  Parsed twice = parse({"a", read_file(MOVE_FILES "/good/overlaid.yaml")},
                       {{"b", "move: second\n"}, {"c", ""}, {"d", "move: fourth\n"}});
  ASSERT_TRUE(twice.move);
  EXPECT_EQ(twice.move->name, "fourth");
}

TEST(Parse, gives_a_move_with_warnings_but_not_with_errors) {
  Parsed warned = load(MOVE_FILES "/bad/moved_never.yaml");
  EXPECT_TRUE(warned.move);
  EXPECT_EQ(warned.diagnostics.size(), 2u);
  Parsed refused = load(MOVE_FILES "/bad/unknown_key.yaml");
  EXPECT_FALSE(refused.move);
}

TEST(Parse, means_the_same_with_other_line_ends_and_with_a_byte_order_mark) {
  std::string before = hash(*load(MOVE_FILES "/good/minimal.yaml").move);
  for (const char* name : {"crlf", "byte_order_mark", "no_final_newline"})
    EXPECT_EQ(hash(*load(std::string(MOVE_FILES "/good/") + name + ".yaml").move), before) << name;
}

TEST(Parse, never_shows_a_secret_that_stands_in_the_file) {
  const std::string good = read_file(MOVE_FILES "/good/minimal.yaml");
  const std::string reference = "!secret env:OLD_DB_PASSWORD";
  for (const char* written :
       {"hunter2", "'hunter2'", "\"hunter2\"", "!secret hunter2", "!other hunter2", "[hunter2]",
        "{a: hunter2}", "|\n        hunter2", "hunter2\n      password: hunter2", "hunter2: x",
        "hunter2\n      pasword: hunter2", "hunter2\n      DbPassword: [hunter2]", "'hunter2",
        "hunter2, {", "{{ hunter2 }}", "&a hunter2", "hunter2\n\ttab: 1"}) {
    Parsed parsed = parse({"m", replace_all(good, reference, written)});
    EXPECT_TRUE(has_errors(parsed.diagnostics)) << written;
    EXPECT_EQ(render(parsed.diagnostics).find("hunter2"), std::string::npos)
        << render(parsed.diagnostics);
  }
}

TEST(Parse, shows_at_most_a_hundred_findings) {
  std::string text = "move: photo\n";
  for (int i = 0; i < 150; ++i) text += "wrong" + std::to_string(i) + ": 1\n";
  Parsed parsed = parse({"m", text});
  ASSERT_EQ(parsed.diagnostics.size(), 101u);
  EXPECT_EQ(parsed.diagnostics.back().code, Code::too_many);
}

TEST(Parse, survives_files_cut_anywhere) {
  const std::string text = read_file(example);
  for (size_t size = 0; size < text.size(); size += 13) {
    Parsed parsed = parse({"m", text.substr(0, size)});
    EXPECT_EQ(parsed.move.has_value(), !has_errors(parsed.diagnostics)) << size;
  }
}

TEST(Parse, survives_any_byte_anywhere) {
  const std::string text = read_file(MOVE_FILES "/good/everything.yaml");
  std::uint32_t random = 20261121;
  for (int round = 0; round < 300; ++round) {
    std::string changed = text;
    for (int change = 0; change < 3; ++change) {
      random = random * 1664525 + 1013904223;
      size_t at = (random >> 8) % changed.size();
      constexpr std::string_view signs = "{}[]:,&*!|>'\"%@`#-? \n\t~a0\xff";
      random = random * 1664525 + 1013904223;
      changed[at] = signs[(random >> 8) % signs.size()];
    }
    Parsed parsed = parse({"m", changed});
    EXPECT_EQ(parsed.move.has_value(), !has_errors(parsed.diagnostics)) << changed;
  }
}

TEST(Parse, survives_large_files_that_are_wrong_everywhere) {
  auto large = [](std::string_view head, auto piece) {
    std::string text(head);
    for (int i = 0; text.size() < 200'000; ++i) text += piece(std::to_string(i));
    return text;
  };
  const std::string old_hosts = "move: m\nold:\n  hosts:\n";
  for (const std::string& text :
       {large(old_hosts, [](auto n) { return "    h" + n + ": {ssh: 1, via: h" + n + "}\n"; }),
        large(old_hosts, [](auto n) { return "    h" + n + ": {ssh: a, via: i" + n + "}\n"; }),
        large("move: m\nstages:\n", [](auto n) { return "  - {name: s, move: [x" + n + "]}\n"; }),
        large("move: m\nservices:\n",
              [](auto n) {
                return "  s" + n + ": {uses: [s" + n + ", t], names: [a.b" + n + "]}\n";
              }),
        large("move: m\nservices: {s: {names: [", [](auto n) { return "a." + n + ".b, "; }) +
            "]}}\n",
        large("move: m\nservices: {s: {config: [{file: /a, set: {A: \"",
              [](auto) { return "{{ databases.x.host }}"; }) +
            "\"}}]}}\n",
        large("", [](auto n) { return "k" + n + ": v\n"; }),
        large("move: ", [](auto) { return "\xe5\xbc\x95"; })}) {
    Parsed parsed = parse({"m", text});
    EXPECT_FALSE(parsed.move);
    EXPECT_FALSE(parsed.diagnostics.empty());
    EXPECT_FALSE(render(parsed.diagnostics).empty());
  }
}

}  // namespace hikkoshi::move
