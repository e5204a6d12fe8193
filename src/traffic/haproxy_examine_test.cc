#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.h"
#include "traffic/testing/haproxy_world.h"

namespace hikkoshi::traffic {

namespace {

std::vector<Finding> examine(HaproxyWorld& world, const HaproxyBalancer::Options& options) {
  return HaproxyBalancer(options, world.here, world.clock).examine();
}

/// The findings as one text: "error: ..." and "warning: ...", a line each.
std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += (finding.error ? "error: " : "warning: ") + finding.text + "\n";
    EXPECT_NE(finding.remedy, "") << finding.text;
  }
  return text;
}

std::string without(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find(line), std::string::npos);
  return replace_all(text, line, "");
}

bool tells(const std::vector<Finding>& findings, const std::string& words) {
  return text_of(findings).find(words) != std::string::npos;
}

}  // namespace

TEST(HaproxyExamine, finds_nothing_about_a_good_one) {
  HaproxyWorld world;
  EXPECT_EQ(text_of(examine(world, world.options())), "");
}

TEST(HaproxyExamine, changes_nothing) {
  HaproxyWorld world;
  std::string before = world.config(), processes = world.ask("show proc");
  examine(world, world.options());
  EXPECT_EQ(world.config(), before);
  EXPECT_EQ(parse_processes(world.ask("show proc"))->workers, parse_processes(processes)->workers);
}

TEST(HaproxyExamine, warns_of_what_a_reload_breaks) {
  HaproxyWorld world(without(without(HaproxyWorld::ordinary, "  option idle-close-on-response\n"),
                             "  hard-stop-after 30s\n"));
  auto text = text_of(examine(world, world.options()));
  EXPECT_NE(text.find("warning: old.edge: frontend 'http' breaks idle"), std::string::npos) << text;
  EXPECT_NE(text.find("warning: old.edge: old workers live"), std::string::npos) << text;
}

TEST(HaproxyExamine, misses_the_sockets) {
  HaproxyWorld world;
  auto options = world.options();
  options.socket = world.folder() + "/none.sock";
  EXPECT_TRUE(tells(examine(world, options), "warning: old.edge: " + options.socket));
  options = world.options();
  options.master = world.folder() + "/none.sock";
  EXPECT_TRUE(tells(examine(world, options), "error: old.edge: nothing answers on the master"));
}

TEST(HaproxyExamine, takes_a_socket_of_a_lower_level_for_none) {
  HaproxyWorld world(replace_all(HaproxyWorld::ordinary, "level admin", "level user"));
  EXPECT_TRUE(tells(examine(world, world.options()), "is no runtime API of level admin"));
}

TEST(HaproxyExamine, misses_frontends) {
  HaproxyWorld world;
  auto options = world.options();
  options.frontends = {"http", "https"};
  EXPECT_EQ(text_of(examine(world, options)), "error: old.edge: there is no frontend 'https'\n");
}

TEST(HaproxyExamine, refuses_frontends_that_are_no_http) {
  HaproxyWorld world(replace_all(HaproxyWorld::ordinary, "# The application.",
                                 "frontend raw\n  mode tcp\n  bind SECOND\n"));
  auto options = world.options();
  options.frontends = {"raw"};
  EXPECT_TRUE(tells(examine(world, options), "error: old.edge: frontend 'raw' is not in mode"));
  options.config = world.folder() + "/none.cfg";
  EXPECT_TRUE(tells(examine(world, options), "error: old.edge: there is no " + options.config));
}

TEST(HaproxyExamine, sees_a_file_that_is_not_what_runs) {
  HaproxyWorld world;
  world.write_config(world.config() + "# later\n");
  EXPECT_FALSE(tells(examine(world, world.options()), "error"));
  std::filesystem::last_write_time(
      world.config_path(), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(tells(examine(world, world.options()), "was changed after HAProxy had loaded it"));
  world.write_config(world.config() + "nonsense\n");
  EXPECT_TRUE(tells(examine(world, world.options()), "error: old.edge: HAProxy would not load"));
}

TEST(HaproxyExamine, names_sick_servers) {
  HaproxyWorld world(replace_all(HaproxyWorld::ordinary, "check inter 200ms",
                                 "check inter 50ms fall 1\n  server gone 127.0.0.1:1 check inter "
                                 "50ms fall 1"));
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  while (balancer.state().sick.empty())
    ;
  EXPECT_TRUE(tells(balancer.examine(), "warning: old.edge: frames/gone: DOWN"));
}

}  // namespace hikkoshi::traffic
