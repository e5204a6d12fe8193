#include "report/page_watch.h"

#include <gtest/gtest.h>

namespace hikkoshi::report {

namespace {

using journal::Kind;

plan::Item page_step(const std::string& id, const std::string& kind, const std::string& balancer,
                     bool on_old = true) {
  plan::Step step;
  step.id = id;
  step.kind = kind;
  step.on_old = on_old;
  step.arguments = {{"balancer", balancer}};
  return {step, {}, false};
}

plan::Plan two_balancers() {
  plan::Plan plan;
  plan::Stage stage;
  stage.name = "service";
  stage.items = {
      page_step("show-new", "show-page", "edge", false),
      page_step("show-edge", "show-page", "edge"), page_step("show-inner", "show-page", "inner"),
      page_step("hide-edge", "hide-page", "edge"), page_step("hide-inner", "hide-page", "inner")};
  plan.stages = {stage};
  return plan;
}

WallTime second(int number) {
  return WallTime(Millis(number * 1000));
}

class PageWatchTest : public testing::Test {
 protected:
  void at(int number, Kind kind, const std::string& subject, Json body = Json::object()) {
    journal::Event event;
    event.kind = kind;
    event.subject = subject;
    event.body = std::move(body);
    event.wall = second(number);
    watch.event(event);
  }

  PageWatch watch{two_balancers()};
};

}  // namespace

TEST_F(PageWatchTest, counts_from_the_first_balancer_to_the_last) {
  at(1, Kind::step_done, "show-new");
  EXPECT_FALSE(watch.up());
  at(2, Kind::step_done, "show-edge");
  at(3, Kind::step_done, "show-inner");
  at(9, Kind::step_done, "hide-edge");
  EXPECT_TRUE(watch.up());
  at(10, Kind::step_done, "hide-inner");
  EXPECT_FALSE(watch.up());
  EXPECT_EQ(watch.times(), (std::vector<PageTime>{{second(2), second(10), false}}));
}

TEST_F(PageWatchTest, counts_every_attempt_of_the_cutover) {
  at(1, Kind::step_done, "show-edge");
  at(4, Kind::step_undone, "show-edge");
  at(20, Kind::step_done, "show-edge");
  at(25, Kind::step_done, "hide-edge");
  at(90, Kind::step_undone, "hide-edge");
  EXPECT_EQ(watch.times(), (std::vector<PageTime>{{second(1), second(4), true},
                                                  {second(20), second(25), false},
                                                  {second(90), {}, false}}));
}

TEST_F(PageWatchTest, takes_a_page_whose_answer_was_lost_for_shown_from_the_intent_on) {
  at(1, Kind::step_intended, "show-edge");
  at(5, Kind::step_unknown, "show-edge");
  EXPECT_TRUE(watch.up());
  at(6, Kind::step_intended, "show-edge");
  at(7, Kind::step_done, "show-edge");
  at(8, Kind::step_intended, "show-inner");
  at(9, Kind::step_done, "show-inner", {{"adopted", true}});
  EXPECT_EQ(watch.times(), (std::vector<PageTime>{{second(1), {}, false}}));
}

TEST_F(PageWatchTest, believes_an_adopted_page_from_its_intent_on) {
  at(1, Kind::step_intended, "show-edge");
  at(5, Kind::step_done, "show-edge", {{"adopted", true}});
  EXPECT_EQ(watch.times().at(0).from, second(1));
}

TEST_F(PageWatchTest, knows_nothing_of_a_page_that_failed_for_certain) {
  at(1, Kind::step_intended, "show-edge");
  at(2, Kind::step_failed, "show-edge");
  at(3, Kind::step_undone, "show-edge");
  EXPECT_TRUE(watch.times().empty());
}

TEST_F(PageWatchTest, forgets_an_earlier_run) {
  at(1, Kind::step_done, "show-edge");
  at(2, Kind::run_begun, "");
  EXPECT_FALSE(watch.up());
  EXPECT_TRUE(watch.times().empty());
}

}  // namespace hikkoshi::report
