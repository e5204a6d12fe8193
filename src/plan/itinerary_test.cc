#include "plan/itinerary.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

std::string fault(const move::Move& move) {
  try {
    Itinerary itinerary(move);
    return "accepted";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string fault_of_stages(const std::vector<move::Stage>& stages) {
  move::Move move = sample_move();
  move.stages = stages;
  return fault(move);
}

}  // namespace

TEST(Itinerary, sorts_what_a_stage_moves_by_kind) {
  move::Move move = sample_move();
  move.stages = {{"all", {"public", "main", "frames"}, {}}};
  Itinerary itinerary(move);
  ASSERT_EQ(itinerary.legs().size(), 1u);
  EXPECT_EQ(itinerary.legs()[0].services, std::vector<std::string>{"frames"});
  EXPECT_EQ(itinerary.legs()[0].databases, std::vector<std::string>{"main"});
  EXPECT_EQ(itinerary.legs()[0].zones, std::vector<std::string>{"public"});
}

TEST(Itinerary, leaves_what_no_stage_moves_on_old) {
  move::Move move = sample_move();
  move.stages = {{"web", {"frames"}, {}}};
  Itinerary itinerary(move);
  EXPECT_EQ(itinerary.side_after("frames", 0), move::Side::new_side);
  EXPECT_EQ(itinerary.side_after("main", 0), move::Side::old_side);
  EXPECT_EQ(itinerary.leg_of("main"), 1u);
}

TEST(Itinerary, gives_a_name_to_the_nearest_zone_above_it) {
  move::Move move = sample_move();
  move::Zone inner = move.old_side.zones["public"];
  inner.zone = "int.shop.test";
  move.old_side.zones["internal"] = inner;
  move.services["frames"].names = {"frames.shop.test", "api.int.shop.test", "other.example",
                                   "notshop.test", "shop.test"};
  Itinerary itinerary(move);
  EXPECT_EQ(itinerary.names_in("public"),
            (std::vector<std::string>{"frames.shop.test", "shop.test"}));
  EXPECT_EQ(itinerary.names_in("internal"), std::vector<std::string>{"api.int.shop.test"});
}

TEST(Itinerary, knows_every_user_of_a_database_also_those_that_stay) {
  move::Move move = sample_move();
  move.services["stays"].uses = {"main"};
  move.services["free"].uses = {"frames"};
  EXPECT_EQ(Itinerary(move).users_of({"main"}), (std::vector<std::string>{"frames", "stays"}));
}

TEST(Itinerary, rejects_stages_that_cannot_be) {
  EXPECT_NE(fault_of_stages({}).find("no stages"), std::string::npos);
  EXPECT_EQ(fault_of_stages({{"a", {}, {}}}), "stage a moves nothing");
  EXPECT_EQ(fault_of_stages({{"", {"frames"}, {}}}), "a stage has no name");
  EXPECT_EQ(fault_of_stages({{"a", {"frames"}, {}}, {"a", {"main"}, {}}}), "two stages are 'a'");
  EXPECT_EQ(fault_of_stages({{"a", {"frames"}, {}}, {"b", {"frames"}, {}}}),
            "frames is moved twice, the second time by stage b");
  EXPECT_EQ(fault_of_stages({{"a", {"frame"}, {}}}),
            "stage a moves 'frame', which is no service, store or zone of OLD");
  EXPECT_EQ(fault_of_stages({{"prepare", {"frames"}, {}}}),
            "a stage cannot be called 'prepare': Hikkoshi's own is");
}

TEST(Itinerary, rejects_a_zone_that_moves_before_its_service) {
  EXPECT_EQ(fault_of_stages({{"dns", {"public"}, {}}, {"web", {"frames"}, {}}}),
            "stage dns would send frames.shop.test to NEW before stage web brings service frames "
            "there");
  EXPECT_EQ(fault_of_stages({{"dns", {"public"}, {}}, {"data", {"main"}, {}}}),
            "zone public moves, but no moved service has a name in it");
}

TEST(Itinerary, rejects_what_leads_nowhere) {
  move::Move move = sample_move();
  move.services["frames"].new_side.hosts = {"app3"};
  EXPECT_EQ(fault(move), "service frames runs on host app3, which NEW does not have");
  move.services["frames"].new_side.hosts.clear();
  EXPECT_EQ(fault(move), "service frames has no host on NEW");
  move = sample_move();
  move.services["frames"].balancer = "egde";
  EXPECT_EQ(fault(move), "service frames is behind balancer egde, which neither side has");
  move = sample_move();
  move.services["frames"].uses = {"mian"};
  EXPECT_EQ(fault(move), "service frames uses 'mian', which is no service or store of OLD");
  move = sample_move();
  move.new_side.databases.clear();
  EXPECT_EQ(fault(move), "database main moves, but NEW has none of this name");
  move = sample_move();
  move.old_side.databases["main"].schemas.clear();
  EXPECT_EQ(fault(move), "database main moves, but names no schemas");
  move = sample_move();
  move.old_side.databases["frames"] = move.old_side.databases["main"];
  EXPECT_EQ(fault(move), "stage service moves 'frames', which names more than one thing");
}

}  // namespace hikkoshi::plan
