#include "steps/check_steps.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"
#include "traffic/testing/small_web.h"

namespace hikkoshi::steps {

namespace {

using State = engine::Observation::State;
using traffic::SmallServer;

class CheckSteps : public testing::Test {
 protected:
  Trial reach(const std::vector<std::string>& hosts, const std::vector<std::string>& endpoints) {
    return {world, make_check_reach, "reach", {{"hosts", hosts}, {"endpoints", endpoints}}};
  }
  Trial examine() { return {world, make_examine, "examine", Json::object()}; }
  Trial record(const SmallServer& server, const std::vector<std::string>& paths) {
    return {world,
            make_record_answers,
            "answers",
            {{"host", "web1"},
             {"port", server.endpoint().port},
             {"name", "www.shop.test"},
             {"paths", paths}}};
  }
  Trial await_health(int deadline) {
    return {world,
            make_await_health,
            "await",
            {{"side", "new"}, {"balancer", "edge"}, {"deadline_ms", deadline}}};
  }
  Trial check(const SmallServer& server, const std::vector<std::string>& hosts,
              const Json& answers_from = nullptr, const std::string& health = "/healthz") {
    return {world,
            make_check_service,
            "check",
            {{"hosts", hosts},
             {"port", server.endpoint().port},
             {"name", "www.shop.test"},
             {"health", health},
             {"answers_from", answers_from}}};
  }

  /// From this host only this address can be opened.
  static void open_only(hosts::MemHost& host, const std::string& address, const std::string& port) {
    host.answer([=](const hosts::Command& command) -> std::optional<hosts::CommandResult> {
      const auto& words = command.arguments;
      bool opens = words.size() == 7 && words[5] == address && words[6] == port;
      return hosts::CommandResult{opens ? 0 : 1, "", ""};
    });
  }

  TrialWorld world;
};

TEST_F(CheckSteps, reach_opens_every_endpoint_from_every_host) {
  for (auto* host : {&world.drivers.app1, &world.drivers.app2})
    open_only(*host, "127.20.2.5", "3306");
  auto step = reach({"app1", "app2"}, {"127.20.2.5:3306"});
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  ASSERT_EQ(step.fact("reach")->size(), 2u);
  EXPECT_EQ(step.fact("reach")->at(1).at("host"), "app2");
  EXPECT_EQ(step.fact("reach")->at(1).at("endpoint"), "127.20.2.5:3306");
}

TEST_F(CheckSteps, reach_names_every_way_that_is_closed) {
  open_only(world.drivers.app1, "127.20.2.5", "3306");
  open_only(world.drivers.app2, "nowhere", "0");
  auto step = reach({"app1", "app2"}, {"127.20.2.5:3306", "[::1]:80"});
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::safe);
  EXPECT_EQ(std::string(error->what()),
            "no connection from app1 to [::1]:80, app2 to 127.20.2.5:3306, app2 to [::1]:80");
  EXPECT_EQ(step.fact("reach")->size(), 1u);
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(CheckSteps, reach_gives_the_host_words_and_never_text_for_a_shell) {
  open_only(world.drivers.app1, "127.20.2.5", "3306");
  reach({"app1"}, {"127.20.2.5:3306"}).apply();
  auto words = world.drivers.app1.commands().at(0).arguments;
  ASSERT_EQ(words.size(), 7u);
  EXPECT_EQ(words[4].find("127.20.2.5"), std::string::npos);
  auto error = reach({"app1"}, {"$(reboot):80"}).fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_EQ(world.drivers.app1.commands().size(), 1u);
}

TEST_F(CheckSteps, a_check_that_passed_is_made_again_after_a_crash_and_undoing_it_does_nothing) {
  open_only(world.drivers.app1, "127.20.2.5", "3306");
  auto step = reach({"app1"}, {"127.20.2.5:3306"});
  step.apply();
  step.undo();
  EXPECT_EQ(step.sees(), State::done);
  step.crash();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(world.drivers.app1.commands().size(), 2u);
}

TEST_F(CheckSteps, examine_stops_at_errors_and_lets_warnings_pass) {
  world.names.balancers = {{"old", "edge"}};
  world.drivers.old_edge.set_findings({{false, "two processes", "one is enough"}});
  auto step = examine();
  step.apply();
  EXPECT_EQ(step.fact("findings")->at(0).at("weight"), "warning");
  world.drivers.old_edge.set_findings({{true, "no master socket", "start it with -S"}});
  step.crash();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_EQ(std::string(error->what()), "old.balancer.edge: no master socket");
  EXPECT_EQ(step.fact("findings")->at(0).at("weight"), "error");
}

TEST_F(CheckSteps, answers_are_recorded_with_status_type_and_hash) {
  SmallServer server("frames");
  auto step = record(server, {"/", "/status/404"});
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  Json answers = *step.fact("answers");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers["/"].at("status"), 200);
  EXPECT_EQ(answers["/"].at("content_type"), "text/plain");
  EXPECT_EQ(answers["/"].at("sha256"), sha256("frames / "));
  EXPECT_EQ(answers["/"].at("bytes"), 9);
  EXPECT_EQ(answers["/status/404"].at("status"), 404);
}

TEST_F(CheckSteps, a_service_that_answers_like_old_passes) {
  SmallServer old_server("frames"), new_server("frames");
  record(old_server, {"/", "/status/404"}).apply();
  auto step = check(new_server, {"app1", "app2"}, "answers");
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(step.fact("check")->at("paths"), 2);
  EXPECT_EQ(step.fact("check")->at("hosts"), Json({"app1", "app2"}));
}

TEST_F(CheckSteps, a_service_that_answers_otherwise_is_named_with_its_host_and_path) {
  SmallServer old_server("frames"), new_server("other");
  record(old_server, {"/page"}).apply();
  auto step = check(new_server, {"app1"}, "answers");
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("app1/page: another body"), std::string::npos)
      << error->what();
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(CheckSteps, another_status_and_another_type_are_differences) {
  SmallServer server("frames");
  MemNotebook recorded(world.records, "answers");
  recorded.fact("answers",
                {{"/status/404",
                  {{"status", 200}, {"content_type", "text/plain"}, {"sha256", ""}, {"bytes", 1}}},
                 {"/typed",
                  {{"status", 200},
                   {"content_type", "text/html"},
                   {"sha256", sha256("frames /typed ")},
                   {"bytes", 14}}}});
  auto error = check(server, {"app1"}, "answers").fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("404 instead of 200"), std::string::npos);
  EXPECT_NE(std::string(error->what()).find("text/plain instead of text/html"), std::string::npos);
}

TEST_F(CheckSteps, the_same_wrong_answer_twice_is_a_verdict) {
  SmallServer server("frames");
  Millis start = world.clock.steady();
  auto error = check(server, {"app1", "app2"}, nullptr, "/status/503").fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_EQ(std::string(error->what()),
            "NEW is not healthy: app1/status/503 answers 503, app2/status/503 answers 503");
  EXPECT_EQ(world.clock.steady() - start, Millis(500));
  EXPECT_EQ(world.records.progress.size(), 1u);
}

TEST_F(CheckSteps, a_service_that_just_starts_may_answer_wrongly_once) {
  SmallServer server("frames");
  server.answer_first({502, 503});
  auto step = check(server, {"app1"});
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(world.records.progress.size(), 2u);
}

TEST_F(CheckSteps, answers_that_are_wrong_in_ever_new_ways_are_a_verdict_in_the_end) {
  SmallServer server("frames");
  server.answer_first({500, 502, 500, 502, 500, 502, 500, 502, 500, 502, 500, 502, 500, 502});
  auto error = check(server, {"app1"}).fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_EQ(world.records.progress.size(), 10u);
}

TEST_F(CheckSteps, one_host_that_never_answers_is_enough_to_fail) {
  SmallServer server("frames");
  world.drivers.addresses["app2"] = "127.0.0.2";  // Nobody listens there.
  check(server, {"app1"}).apply();
  Millis start = world.clock.steady();
  auto error = check(server, {"app1", "app2"}).fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("new.app2"), std::string::npos) << error->what();
  EXPECT_EQ(world.clock.steady() - start, Millis(5'000));
}

TEST_F(CheckSteps, a_check_that_waits_for_an_answer_can_be_stopped) {
  SmallServer server("frames");
  auto step = check(server, {"app1"}, nullptr, "/status/503");
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
}

TEST_F(CheckSteps, answers_that_were_never_recorded_are_not_taken_for_equal) {
  SmallServer server("frames");
  auto error = check(server, {"app1"}, "answers").fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
}

/// Its only server is sick at the first looks.
class RecoveringBalancer : public traffic::MemBalancer {
 public:
  explicit RecoveringBalancer(int sick_looks) : MemBalancer("new.edge"), left_(sick_looks) {}
  traffic::State state() override {
    traffic::State state = MemBalancer::state();
    if (left_ > 0) state.sick = {"frames/app1: DOWN (L4CON)"};
    --left_;
    return state;
  }

 private:
  int left_;
};

TEST_F(CheckSteps, waits_until_the_balancers_own_checks_find_every_server_up) {
  RecoveringBalancer balancer(3);
  world.drivers.replace("new", balancer);
  auto step = await_health(60'000);
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  ASSERT_EQ(world.records.progress.size(), 3u);
  EXPECT_EQ(world.records.progress[0].at("doing"), "waiting for frames/app1: DOWN (L4CON)");
}

TEST_F(CheckSteps, a_server_that_stays_sick_for_its_balancer_fails_at_the_deadline) {
  world.drivers.new_edge.set_sick({"frames/app1: DOWN (L4CON)"});
  auto step = await_health(2'000);
  Millis start = world.clock.steady();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(std::string(error->what()).find("frames/app1"), std::string::npos);
  EXPECT_GT(world.clock.steady() - start, Millis(2'000));
  EXPECT_EQ(step.sees(), State::absent);
  step.request_stop();
  EXPECT_EQ(step.fails_to_apply()->exit(), Exit::interrupted);
}

}  // namespace

}  // namespace hikkoshi::steps
