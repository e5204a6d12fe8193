#include "steps/balancer_steps.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"

namespace hikkoshi::steps {

namespace {

using State = engine::Observation::State;

const Json old_edge{{"side", "old"}, {"balancer", "edge"}};
const std::string plain = "frontend http\n";

/// Dies inside `restore` when the file is the old one again, but what runs is not.
class DyingBalancer : public traffic::MemBalancer {
 public:
  DyingBalancer() : MemBalancer("old.edge", plain) {}
  void restore() override {
    if (dies) {
      set_configuration(plain);
      throw death();
    }
    MemBalancer::restore();
  }
  bool dies = false;
};

class BalancerSteps : public testing::Test {
 protected:
  Trial prepare() { return {world, make_prepare_balancer, "prepare", old_edge}; }
  Trial clean() { return {world, make_clean_balancer, "clean", old_edge}; }
  Trial show(const Json& page) { return trial(make_show_page, "show", {{"page", page}}); }
  Trial hide(const Json& page) { return trial(make_hide_page, "hide", {{"page", page}}); }
  Trial drain(int deadline) {
    return trial(make_drain_balancer, "drain", {{"deadline_ms", deadline}});
  }
  Trial forward(const std::string& target) {
    return trial(make_forward_balancer, "forward", {{"target", target}});
  }

  Trial trial(StepMaker make, const std::string& id, const Json& more) {
    Json arguments = old_edge;
    arguments.update(more);
    return {world, std::move(make), id, arguments};
  }

  int status(const std::string& path, const std::string& from = "127.66.0.1") {
    return edge.answer({.path = path, .from = from}).status;
  }

  TrialWorld world;
  traffic::MemBalancer& edge = world.drivers.old_edge;
  const Json page{{"paths", {"/shop"}},
                  {"hosts", Json::array()},
                  {"allow", {"198.51.100.0/24"}},
                  {"retry_after_ms", 90'000},
                  {"file", "maintenance.html"}};
};

TEST_F(BalancerSteps, prepare_puts_our_rules_in_and_brings_the_same_bytes_back) {
  edge.restore();
  auto step = prepare();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_NE(edge.configuration(), plain);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(edge.configuration(), plain);
  step.undo();
  EXPECT_EQ(edge.configuration(), plain);
}

TEST_F(BalancerSteps, prepare_goes_on_after_a_crash_that_followed_its_intent) {
  edge.restore();
  auto step = prepare();
  step.intend();
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(BalancerSteps, an_undone_prepare_that_was_cut_off_is_not_taken_for_whole) {
  DyingBalancer dying;
  world.drivers.replace("old", dying);
  auto step = prepare();
  step.apply();
  dying.set_page(traffic::Page{});
  dying.dies = true;
  EXPECT_TRUE(step.fails_to_undo());
  step.crash();
  dying.dies = false;
  ASSERT_FALSE(dying.state().prepared);     // The file is plain again,
  ASSERT_EQ(dying.answer({}).status, 503);  // but our rules run on.
  EXPECT_EQ(step.sees(), State::partial);
  step.undo();
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(dying.answer({}).status, 200);
}

TEST_F(BalancerSteps, a_cleaning_that_was_cut_off_is_finished_and_not_believed) {
  DyingBalancer dying;
  dying.prepare();
  world.drivers.replace("old", dying);
  auto step = clean();
  EXPECT_EQ(step.sees(), State::absent);
  dying.set_page(traffic::Page{});
  dying.dies = true;
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  dying.dies = false;
  EXPECT_EQ(step.sees(), State::partial);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(dying.answer({}).status, 200);
  step.apply();
  EXPECT_EQ(dying.configuration(), plain);
}

TEST_F(BalancerSteps, nothing_is_restored_over_what_somebody_else_wrote) {
  auto step = prepare();
  step.apply();
  edge.set_configuration("frontend theirs\n");
  auto error = step.fails_to_undo();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::needs_human);
  EXPECT_EQ(edge.configuration(), "frontend theirs\n");
}

TEST_F(BalancerSteps, the_page_is_shown_as_the_arguments_say_with_the_body_of_the_file) {
  auto step = show(page);
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  auto answer = edge.answer({.path = "/shop/1", .from = "127.66.0.1"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "<h1>Back soon</h1>");
  EXPECT_EQ(answer.retry_after, "90");
  EXPECT_EQ(status("/other"), 200);
  EXPECT_EQ(status("/shop/1", "198.51.100.7"), 200);
}

TEST_F(BalancerSteps, showing_and_hiding_twice_changes_nothing_more) {
  auto step = show(page);
  step.apply();
  auto once = edge.state().page;
  step.apply();
  EXPECT_EQ(edge.state().page, once);
  step.undo();
  step.undo();
  EXPECT_FALSE(edge.state().page);
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(BalancerSteps, undoing_a_page_brings_back_the_one_that_was_shown_before) {
  traffic::Page earlier;
  earlier.body = "earlier";
  earlier.hosts = {"old.test"};
  edge.set_page(earlier);
  auto step = show(page);
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(step.detail(), "another page is shown");
  step.apply();
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  EXPECT_EQ(edge.state().page, earlier);
}

TEST_F(BalancerSteps, admitting_the_team_changes_the_page_and_undoing_closes_it_again) {
  auto first = show(page);
  first.apply();
  Json wider = page;
  wider["allow"].push_back("127.66.0.0/16");
  auto step = trial(make_show_page, "admit", {{"page", wider}});
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(status("/shop"), 200);
  step.undo();
  EXPECT_EQ(status("/shop"), 503);
  EXPECT_EQ(first.sees(), State::done);
}

TEST_F(BalancerSteps, a_page_without_its_file_stops_before_anything_is_shown) {
  Json lost = page;
  lost["file"] = "lost.html";
  auto step = show(lost);
  EXPECT_TRUE(step.fails_to_apply());
  EXPECT_FALSE(edge.state().page);
}

TEST_F(BalancerSteps, hiding_takes_the_page_away_and_undoing_shows_it_again) {
  show(page).apply();
  auto shown = edge.state().page;
  auto step = hide(page);
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(status("/shop"), 200);
  EXPECT_EQ(step.sees(), State::done);
  step.apply();
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  step.undo();
  EXPECT_EQ(edge.state().page, shown);
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(BalancerSteps, hiding_goes_on_after_a_crash_that_followed_its_intent) {
  show(page).apply();
  auto step = hide(page);
  step.intend();
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_FALSE(edge.state().page);
}

TEST_F(BalancerSteps, a_drain_ends_with_the_last_request) {
  auto step = drain(60'000);
  EXPECT_EQ(step.sees(), State::done);
  edge.set_in_flight(2);
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(step.detail(), "2 in flight");
  edge.set_in_flight(0);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(BalancerSteps, a_drain_fails_at_its_deadline_and_not_before) {
  edge.set_in_flight(3);
  auto step = drain(2'000);
  Millis start = world.clock.steady();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("3 requests"), std::string::npos);
  EXPECT_GT(world.clock.steady() - start, Millis(2'000));
  EXPECT_LE(world.clock.steady() - start, Millis(2'100));
  ASSERT_FALSE(world.records.progress.empty());
  EXPECT_EQ(world.records.progress[0].at("doing"), "3 requests in flight");
}

TEST_F(BalancerSteps, a_drain_can_be_stopped_and_has_nothing_to_undo) {
  edge.set_in_flight(1);
  auto step = drain(60'000);
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
  step.undo();
  EXPECT_EQ(edge.state().in_flight, 1u);
}

TEST_F(BalancerSteps, forwarding_goes_to_the_target_and_back_to_the_own_servers) {
  auto step = forward("127.20.0.80");
  EXPECT_EQ(step.sees(), State::absent);
  EXPECT_EQ(step.detail(), "to its own servers");
  step.apply();
  step.apply();
  EXPECT_EQ(edge.answer({}).server, "127.20.0.80:80");
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_TRUE(step.before().at("forward").is_null());
  step.undo();
  step.undo();
  EXPECT_EQ(edge.answer({}).server, "own");
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(BalancerSteps, a_forward_to_somewhere_else_is_foreign) {
  edge.forward_to(Endpoint{"127.20.9.9", 8080});
  auto step = forward("127.20.0.80:80");
  EXPECT_EQ(step.sees(), State::foreign);
  EXPECT_EQ(step.detail(), "forwards to 127.20.9.9:8080");
}

TEST_F(BalancerSteps, undoing_a_forward_restores_the_one_that_was_journaled) {
  edge.forward_to(Endpoint{"127.20.9.9", 8080});
  auto step = forward("127.20.0.80:80");
  step.apply();
  step.undo();
  EXPECT_EQ(edge.state().forward, (Endpoint{"127.20.9.9", 8080}));
}

TEST_F(BalancerSteps, a_target_that_is_no_address_never_reaches_the_balancer) {
  auto step = forward("-oProxyCommand=x");
  EXPECT_TRUE(step.fails_to_apply());
  EXPECT_FALSE(edge.state().forward);
}

/// Each look finds so many requests more than the one before.
class BusyBalancer : public traffic::MemBalancer {
 public:
  BusyBalancer() : MemBalancer("old.edge") { prepare(); }
  traffic::State state() override {
    traffic::State state = MemBalancer::state();
    state.requests = counts.empty() ? last : counts.front();
    if (!counts.empty()) {
      last = counts.front();
      counts.erase(counts.begin());
    }
    return state;
  }
  std::vector<std::uint64_t> counts;
  std::uint64_t last = 0;
};

TEST_F(BalancerSteps, stragglers_are_counted_over_a_restart_of_the_balancer) {
  BusyBalancer busy;
  busy.counts = {100, 105, 112, 3, 4};
  world.drivers.replace("old", busy);
  auto step = trial(make_watch_stragglers, "watch", {{"for_ms", 4'000}});
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  ASSERT_TRUE(step.fact("stragglers"));
  EXPECT_EQ(step.fact("stragglers")->at("requests"), 5 + 7 + 3 + 1);
  EXPECT_EQ(step.fact("stragglers")->at("seconds"), 4.0);
  EXPECT_EQ(step.fact("stragglers")->at("last_second"), 1);
}

TEST_F(BalancerSteps, a_watch_that_died_is_made_again_and_one_that_is_stopped_says_so) {
  auto step = trial(make_watch_stragglers, "watch", {{"for_ms", 2'000}});
  step.apply();
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
}

}  // namespace

}  // namespace hikkoshi::steps
