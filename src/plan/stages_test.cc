#include "plan/stages.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

using Texts = std::vector<std::string>;

Texts balancers(const move::Move& move, std::size_t leg) {
  Observed observed;
  Itinerary itinerary(move);
  Texts texts;
  for (const SidedName& balancer : page_balancers({move, observed, itinerary}, leg)) {
    texts.push_back(balancer.text());
  }
  return texts;
}

std::string forwarding(const move::Move& move, std::size_t leg) {
  Observed observed;
  Itinerary itinerary(move);
  try {
    std::string text;
    for (const Forwarding& one : forwardings({move, observed, itinerary}, leg)) {
      text += one.balancer + ">" + one.target + " ";
    }
    return text;
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::int64_t> seconds(const move::Move& move, const Observed& observed) {
  Itinerary itinerary(move);
  std::vector<std::int64_t> result;
  for (const Rung& rung : rungs({move, observed, itinerary}, "public")) {
    result.push_back(rung.seconds);
  }
  return result;
}

// A second service behind a balancer of its own, moved beside the first.
move::Move with_second_service() {
  move::Move move = sample_move();
  move.old_side.balancers["back"] = move.old_side.balancers["edge"];
  move.new_side.balancers["back"] = move.new_side.balancers["edge"];
  move.new_side.balancers["back"].address = "127.20.0.81";
  move.services["second"] = move.services["frames"];
  move.services["second"].balancer = "back";
  move.services["second"].names.clear();
  move.stages[0].move.push_back("second");
  return move;
}

}  // namespace

TEST(Stages, show_the_page_on_new_before_old) {
  EXPECT_EQ(balancers(with_second_service(), 0),
            (Texts{"new.back", "new.edge", "old.back", "old.edge"}));
}

TEST(Stages, show_the_page_where_the_users_of_a_database_are) {
  move::Move move = with_second_service();
  move.stages = {{"web", {"frames"}, {}}, {"data", {"main"}, {}}};
  EXPECT_EQ(balancers(move, 1), (Texts{"new.edge", "old.back"}));
}

TEST(Stages, forward_each_balancer_to_its_twin) {
  EXPECT_EQ(forwarding(with_second_service(), 0), "back>127.20.0.81:80 edge>127.20.0.80:80 ");
}

TEST(Stages, refuse_a_balancer_that_would_forward_to_two_places) {
  move::Move move = with_second_service();
  move.new_side.balancers.clear();
  move.services["second"].balancer = "edge";
  move.services["second"].new_side.hosts = {"app2"};
  EXPECT_EQ(forwarding(move, 0),
            "OLD's balancer edge would have to forward to 127.20.1.11:8080 and to "
            "127.20.1.12:8080");
}

TEST(Stages, refuse_to_forward_the_requests_of_a_service_that_stays) {
  move::Move move = with_second_service();
  move.services["second"].balancer = "edge";
  move.stages = {{"one", {"frames"}, {}}, {"two", {"second"}, {}}};
  EXPECT_NE(forwarding(move, 0).find("of service second too, which stage one leaves on OLD"),
            std::string::npos);
  EXPECT_EQ(forwarding(move, 1), "edge>127.20.0.80:80 ");
}

TEST(Stages, want_an_address_of_new_balancers) {
  move::Move move = sample_move();
  move.new_side.balancers["edge"].address.clear();
  EXPECT_THROW(new_addresses(move, "frames"), Error);
  move.new_side.balancers.clear();
  EXPECT_EQ(new_addresses(move, "frames"), (Texts{"127.20.1.11", "127.20.1.12"}));
}

TEST(Stages, keep_the_rungs_below_the_highest_ttl_that_was_seen) {
  Observed observed = sample_observed();
  EXPECT_EQ(seconds(sample_move(), observed), (std::vector<std::int64_t>{12, 6, 3}));
  observed.names["frames.shop.test"].ttl = 4;
  observed.names["img.shop.test"].ttl = 12;
  EXPECT_EQ(seconds(sample_move(), observed), (std::vector<std::int64_t>{6, 3}));
  observed.names["img.shop.test"].ttl = 3;
  EXPECT_EQ(seconds(sample_move(), observed), (std::vector<std::int64_t>{3}));
  observed.names.erase("img.shop.test");
  EXPECT_EQ(seconds(sample_move(), observed), (std::vector<std::int64_t>{12, 6, 3}));
}

TEST(Stages, have_names_that_no_stage_of_the_move_file_has) {
  move::Move move = sample_move();
  move.stages = {{"all", {"frames", "public"}, {}}, {"all-zones", {"main"}, {}}};
  EXPECT_EQ(zone_stage_name(Itinerary(move), 0), "all-zones-too");
  EXPECT_EQ(zone_stage_name(Itinerary(sample_move()), 1), "dns");
}

TEST(Stages, list_three_names_and_count_the_rest) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(listed({"a", "b", "c", "d", "e"}), "a, b, c and 2 more");
}

TEST(Stages, hold_falls_back_to_the_page_unless_told_otherwise) {
  move::Policy policy;
  policy.prefer = "hold";
  EXPECT_TRUE(shows_page(policy));
  policy.otherwise = "none";
  EXPECT_FALSE(shows_page(policy));
  policy.prefer = "page";
  EXPECT_TRUE(shows_page(policy));
}

}  // namespace hikkoshi::plan
