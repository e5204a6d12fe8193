#include "steps/doctor.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"

namespace hikkoshi::steps {

namespace {

using Weight = Finding::Weight;

class Doctor : public testing::Test {
 protected:
  Doctor() { answer_date(world.drivers.web1, 0); }

  /// The host's clock is so many seconds ahead of ours.
  void answer_date(hosts::MemHost& host, int ahead) {
    auto now = std::chrono::floor<std::chrono::seconds>(world.clock.now()).time_since_epoch();
    host.answer({"date", "+%s"}, {0, std::to_string(now.count() + ahead) + "\n", ""});
  }

  std::vector<Finding> findings() { return examine(world.names, world.drivers, world.clock); }
  Finding only() {
    auto all = findings();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? Finding{Weight::error, "nothing was found", "", ""} : all[0];
  }

  TrialWorld world;
};

TEST_F(Doctor, says_good_of_each_thing_without_fault_in_a_stable_order) {
  world.names.hosts = {{"old", "web1"}};
  world.names.balancers = {{"new", "edge"}};
  world.names.databases = {{"old", "main"}, {"new", "main"}};
  world.names.transfers = {"main"};
  world.names.zones = {"public"};
  world.names.files = {"maintenance.html"};
  std::vector<std::string> things;
  for (const Finding& finding : findings()) {
    EXPECT_EQ(finding.weight, Weight::good) << finding.thing << ": " << finding.text;
    things.push_back(finding.thing);
  }
  EXPECT_EQ(things,
            (std::vector<std::string>{"old.host.web1", "new.balancer.edge", "old.database.main",
                                      "new.database.main", "transfer.main", "zone.public"}));
}

TEST_F(Doctor, tells_product_tables_and_size_of_a_database) {
  world.names.databases = {{"old", "main"}};
  EXPECT_EQ(only().text, "memory 1, 1 tables, 8 B");
}

TEST_F(Doctor, warns_of_a_clock_that_is_more_than_five_seconds_away) {
  world.names.hosts = {{"old", "web1"}};
  for (int ahead : {5, -5}) {
    answer_date(world.drivers.web1, ahead);
    EXPECT_EQ(only().weight, Weight::good) << ahead;
  }
  for (int ahead : {6, -6}) {
    answer_date(world.drivers.web1, ahead);
    EXPECT_EQ(only().weight, Weight::warning) << ahead;
    EXPECT_EQ(only().text, "its clock is 6 s away from ours");
  }
}

TEST_F(Doctor, a_host_that_cannot_be_reached_is_a_finding_and_the_rest_is_examined) {
  world.names.hosts = {{"old", "web1"}};
  world.names.zones = {"public"};
  world.drivers.web1.fail_at(
      1, Error(Retry::never, "permission denied", Exit::authentication).remedy("add the key"));
  auto all = findings();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].weight, Weight::error);
  EXPECT_EQ(all[0].text, "permission denied");
  EXPECT_EQ(all[0].remedy, "add the key");
  EXPECT_EQ(all[1].weight, Weight::good);
}

TEST_F(Doctor, a_host_without_date_is_an_error) {
  world.names.hosts = {{"new", "app2"}};
  EXPECT_EQ(only().weight, Weight::error);
  EXPECT_NE(only().text.find("not found"), std::string::npos);
}

TEST_F(Doctor, passes_on_what_the_drivers_find) {
  world.names.balancers = {{"old", "edge"}};
  world.drivers.old_edge.set_findings(
      {{true, "no master socket", "start it with -S"}, {false, "two processes", "one is enough"}});
  auto all = findings();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].weight, Weight::error);
  EXPECT_EQ(all[0].remedy, "start it with -S");
  EXPECT_EQ(all[1].weight, Weight::warning);
  world.names = {};
  world.names.transfers = {"main"};
  world.drivers.main_transfer.findings = {{true, "NEW is older than OLD", "upgrade NEW"}};
  EXPECT_EQ(only().text, "NEW is older than OLD");
}

TEST_F(Doctor, a_server_of_the_zone_that_does_not_answer_is_an_error_that_names_it) {
  world.names.zones = {"public"};
  world.drivers.shop.set_reachable(1, false);
  EXPECT_EQ(only().weight, Weight::error);
  EXPECT_NE(only().text.find("ns2.shop.test"), std::string::npos);
  world.drivers.shop.set_reachable(0, false);
  EXPECT_EQ(only().text, "the primary of shop.test does not answer");
}

TEST_F(Doctor, a_page_that_is_missing_and_a_name_that_is_unknown_are_errors) {
  world.names.files = {"lost.html"};
  EXPECT_EQ(only().thing, "file lost.html");
  EXPECT_EQ(only().weight, Weight::error);
  world.names = {};
  world.names.hosts = {{"new", "nobody"}};
  EXPECT_EQ(only().weight, Weight::error);
}

TEST_F(Doctor, a_finding_is_printed_with_its_weight_in_a_word) {
  EXPECT_EQ(
      to_json(Finding{Weight::good, "zone.public", "2 servers", ""}),
      (Json{{"weight", "ok"}, {"thing", "zone.public"}, {"text", "2 servers"}, {"remedy", ""}}));
  EXPECT_EQ(to_string(Weight::warning), "warning");
  EXPECT_EQ(to_string(Weight::error), "error");
}

}  // namespace

}  // namespace hikkoshi::steps
