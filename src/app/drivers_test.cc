#include "app/drivers.h"

#include <functional>

#include <gtest/gtest.h>

#include "app/cli/session.h"
#include "app/testing/workplace.h"
#include "database/database.h"
#include "dns/zone.h"
#include "hosts/host.h"
#include "traffic/balancer.h"

namespace hikkoshi::app {

namespace {

/// Drivers of the example; no server of it is running, so nothing may be asked of one here.
class DriversTest : public testing::Test {
 protected:
  DriversTest() { write_file_atomically(place.path("tsig.key"), "hmac-sha256:k:c2VjcmV0", 0600); }

  Error failure(const std::function<void(steps::Drivers&)>& work) {
    try {
      work(*drivers);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {Retry::safe, ""};
  }

  Workplace place;
  move::Move move = load_move(place.options);
  TemporaryFolder sockets;
  FakeClock clock;
  std::unique_ptr<steps::Drivers> drivers = make_drivers(move, sockets.path(), clock);
};

std::vector<std::string> texts(const std::vector<steps::Names::Sided>& names) {
  std::vector<std::string> result;
  for (const auto& name : names) result.push_back(name.side + "." + name.name);
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_F(DriversTest, call_a_plan_stale_that_names_what_the_move_file_has_not) {
  const std::pair<std::string, std::function<void(steps::Drivers&)>> strangers[] = {
      {"host 'web9'",
       [](auto& drivers) {
         drivers.host("old", "web9");
       }},
      {"host 'web1'",
       [](auto& drivers) {
         drivers.host("new", "web1");
       }},  // OLD has it.
      {"host 'app1'",
       [](auto& drivers) {
         drivers.address("old", "app1");
       }},
      {"balancer 'inner'",
       [](auto& drivers) {
         drivers.balancer("old", "inner");
       }},
      {"database 'other'",
       [](auto& drivers) {
         drivers.database("new", "other");
       }},
      {"database 'other'",
       [](auto& drivers) {
         drivers.fence("old", "other");
       }},
      {"database 'other'",
       [](auto& drivers) {
         drivers.transfer("other");
       }},
      {"zone 'private'",
       [](auto& drivers) {
         drivers.zone("private");
       }},
  };
  for (const auto& [name, ask] : strangers) {
    Error error = failure(ask);
    EXPECT_EQ(error.exit(), Exit::stale_plan) << name;
    EXPECT_EQ(error.retry(), Retry::never) << name;
    EXPECT_EQ(error.what(), "the move file has no " + name);
    EXPECT_EQ(error.remedy(), "plan again from this move file");
  }
}

TEST_F(DriversTest, remember_no_stranger) {
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(failure([](auto& it) { it.balancer("old", "inner"); }).exit(), Exit::stale_plan);
}

TEST_F(DriversTest, are_made_once_and_named_by_side) {
  EXPECT_EQ(&drivers->host("old", "edge"), &drivers->host("old", "edge"));
  EXPECT_NE(&drivers->host("old", "edge"), &drivers->host("new", "edge"));
  EXPECT_EQ(drivers->host("new", "edge").name(), "new.edge");
  EXPECT_EQ(&drivers->balancer("old", "edge"), &drivers->balancer("old", "edge"));
  EXPECT_EQ(drivers->balancer("new", "edge").name(), "new.edge");
  EXPECT_EQ(&drivers->zone("public"), &drivers->zone("public"));
  EXPECT_EQ(drivers->zone("public").name(), "shop.test");
}

TEST_F(DriversTest, know_where_the_services_of_a_host_listen) {
  EXPECT_EQ(drivers->address("old", "web1"), "127.10.1.11");
  EXPECT_EQ(drivers->address("new", "app2"), "127.20.1.12");
}

TEST_F(DriversTest, read_files_beside_the_move_file) {
  write_file_atomically(place.path("maintenance.html"), "<p>back soon</p>");
  EXPECT_EQ(drivers->file("maintenance.html"), "<p>back soon</p>");
  EXPECT_EQ(drivers->file(place.path("maintenance.html")), "<p>back soon</p>");
  EXPECT_NE(std::string(failure([](auto& it) { it.file("absent.html"); }).what())
                .find(place.path("absent.html")),
            std::string::npos);
}

TEST_F(DriversTest, fetch_a_secret_only_for_who_needs_it) {
  ASSERT_EQ(::unsetenv("OLD_DB_PASSWORD"), 0);
  EXPECT_NO_THROW(drivers->balancer("old", "edge"));
  Error error = failure([](auto& it) { it.database("old", "main"); });
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("env:OLD_DB_PASSWORD"), std::string::npos);
}

TEST_F(DriversTest, refuse_a_key_that_others_can_read) {
  write_file_atomically(place.path("tsig.key"), "hmac-sha256:k:c2VjcmV0", 0644);
  Error error = failure([](auto& it) { it.zone("public"); });
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_EQ(std::string(error.what()).find("c2VjcmV0"), std::string::npos);
}

TEST(NamesOf, are_all_things_that_the_example_names) {
  Workplace place;
  steps::Names names = names_of(load_move(place.options));
  EXPECT_EQ(texts(names.hosts), (Texts{"old.bastion", "old.edge", "old.web1", "new.app1",
                                       "new.app2", "new.bastion", "new.edge"}));
  EXPECT_EQ(texts(names.balancers), (Texts{"old.edge", "new.edge"}));
  EXPECT_EQ(texts(names.databases), (Texts{"old.main", "new.main"}));
  EXPECT_EQ(names.transfers, Texts{"main"});
  EXPECT_EQ(names.zones, Texts{"public"});
  EXPECT_EQ(names.files, Texts{"maintenance.html"});
}

TEST(NamesOf, copy_only_what_is_on_both_sides) {
  move::Move move;
  move.old_side.databases["both"] = move.new_side.databases["both"] = {};
  move.old_side.databases["left"] = {};
  move.new_side.databases["right"] = {};
  steps::Names names = names_of(move);
  EXPECT_EQ(names.transfers, Texts{"both"});
  EXPECT_EQ(texts(names.databases), (Texts{"old.both", "old.left", "new.both", "new.right"}));
  EXPECT_TRUE(names.files.empty());
}

}  // namespace hikkoshi::app
