#include "engine/requests.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/testing/workplace.h"

namespace hikkoshi::app {

namespace {

using engine::Request;
using journal::Kind;

class RequestsTest : public testing::Test {
 protected:
  RequestsTest() {
    place.plan_offline();
    place.begin_run({event(Kind::gate_waiting, "service/approve",
                           {{"stage", "service"},
                            {"title", "The team approves"},
                            {"evidence", "nobody\x1b[2J yet"}}),
                     event(Kind::gate_open, "prepare/ttl-expired:public#1",
                           {{"stage", "prepare"}, {"evidence", "gone"}})});
    place.options.who = "mika";
    place.options.wait = false;  // answer_test.cc has an engine that answers.
  }

  std::vector<Request> asked() {
    return engine::FolderRequests(state_paths(place.options).requests()).poll();
  }

  std::string approval_gate() {
    plan::Plan saved = saved_plan(place.options);
    for (const plan::Stage& stage : saved.stages)
      for (const plan::Item& item : stage.items)
        if (item.gate && item.gate->kind == plan::Gate::Kind::approval) return item.gate->id;
    return "";
  }

  Workplace place;
};

}  // namespace

TEST_F(RequestsTest, binds_an_approval_to_the_plan_that_runs) {
  place.options.gate = approval_gate();
  Said said = place.run(approve);
  EXPECT_EQ(said.exit, 0);
  EXPECT_NE(said.err.find("mika approves " + place.options.gate), std::string::npos);
  EXPECT_NE(said.err.find("nobody waited for the answer"), std::string::npos);
  ASSERT_EQ(asked().size(), 1u);
  EXPECT_EQ(asked()[0].what, Request::What::approve);
  EXPECT_EQ(asked()[0].gate, place.options.gate);
  EXPECT_EQ(asked()[0].who, "mika");
  EXPECT_EQ(asked()[0].plan, plan::hash(saved_plan(place.options)));
  EXPECT_EQ(asked()[0].problem, "");
}

TEST_F(RequestsTest, approves_the_plan_of_the_run_and_not_a_newer_one) {
  std::string running = plan::hash(saved_plan(place.options));
  place.edit_move("max_downtime: 5m", "max_downtime: 6m");
  place.plan_offline();
  ASSERT_NE(plan::hash(saved_plan(place.options)), running);
  place.options.gate = approval_gate();
  EXPECT_EQ(place.run(approve).exit, 0);
  EXPECT_EQ(asked().at(0).plan, running);
}

TEST_F(RequestsTest, approves_nothing_that_is_not_a_persons_to_approve) {
  for (const char* gate : {"service/nothing", "prepare/ttl-expired:public#1", ""}) {
    place.options.gate = gate;
    Said said = place.run(approve);
    EXPECT_EQ(said.exit, 64) << gate;
    EXPECT_NE(said.err.find("help: list them: hikkoshi gate list"), std::string::npos);
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(RequestsTest, asks_the_run_to_pause_go_on_and_go_back) {
  const std::pair<Exit (*)(const Options&), Request::What> commands[] = {
      {pause, Request::What::pause},
      {resume, Request::What::resume},
      {abort_run, Request::What::abort}};
  for (const auto& [command, what] : commands) {
    EXPECT_EQ(place.run(command).exit, 0);
    auto requests = asked();
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].what, what);
    EXPECT_EQ(requests[0].who, "mika");
    engine::FolderRequests(state_paths(place.options).requests()).settle(requests[0], true);
  }
}

TEST_F(RequestsTest, speak_for_who_is_logged_in_unless_told) {
  place.options.who = "";
  ASSERT_EQ(place.run(pause).exit, 0);
  const passwd* user = ::getpwuid(::geteuid());
  EXPECT_EQ(asked().at(0).who, user ? user->pw_name : "uid " + std::to_string(::geteuid()));
}

TEST_F(RequestsTest, are_for_their_owner_alone) {
  ASSERT_EQ(place.run(pause).exit, 0);
  auto folder = std::filesystem::status(state_paths(place.options).requests()).permissions();
  EXPECT_EQ(folder & std::filesystem::perms::all, std::filesystem::perms::owner_all);
}

TEST_F(RequestsTest, are_told_that_no_engine_is_there_to_stop) {
  place.options.wait = true;
  for (auto command : {pause, abort_run}) {
    Said said = place.run(command);
    EXPECT_EQ(said.exit, 1);
    EXPECT_NE(said.err.find("error: no engine is at work, so there is nothing to "),
              std::string::npos)
        << said.err;
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(RequestsTest, that_permit_something_are_kept_for_the_next_engine) {
  place.options.wait = true;
  place.options.gate = approval_gate();
  Said said = place.run(approve);
  EXPECT_EQ(said.exit, 0);
  EXPECT_NE(said.err.find("no engine is at work: the next `hikkoshi run` reads it"),
            std::string::npos);
  EXPECT_EQ(asked().size(), 1u);
}

TEST_F(RequestsTest, come_too_late_for_a_run_that_is_over) {
  place.options.wait = true;
  place.options.gate = approval_gate();
  place.append({event(Kind::rolled_back, "")});
  for (auto command : {approve, pause, resume, abort_run}) {
    Said said = place.run(command);
    EXPECT_EQ(said.exit, 14);
    EXPECT_NE(said.err.find("the run is rolled-back"), std::string::npos) << said.err;
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(RequestsTest, need_a_run) {
  Workplace fresh;
  for (auto command : {approve, pause, resume, abort_run, list_gates}) {
    Said said = fresh.run(command);
    EXPECT_EQ(said.exit, 64);
    EXPECT_NE(said.err.find("no run has begun in "), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(state_paths(fresh.options).folder));
  }
}

TEST_F(RequestsTest, lists_gates_that_were_reached_with_their_evidence) {
  Said said = place.run(list_gates);
  EXPECT_EQ(said.exit, 0);
  EXPECT_NE(said.out.find("shut  service/approve: The team approves (nobody\\x1b[2J yet)\n"),
            std::string::npos)
      << said.out;
  EXPECT_NE(said.out.find("open  prepare/ttl-expired:public#1: "), std::string::npos) << said.out;
}

TEST_F(RequestsTest, lists_gates_as_data) {
  place.options.json = true;
  place.append(
      {event(Kind::request_accepted, "service/approve",
             {{"id", "1.json"}, {"what", "approve"}, {"who", "mika"}, {"stage", "service"}})});
  Json gates = parse_json(place.run(list_gates).out, "gates")["gates"];
  ASSERT_EQ(gates.size(), 2u);
  EXPECT_EQ(gates[0]["open"], true);
  EXPECT_EQ(gates[1]["id"], "service/approve");
  EXPECT_EQ(gates[1]["open"], false);
  EXPECT_EQ(gates[1]["approved_by"], "mika");
}

TEST(Gates, are_none_before_one_was_reached) {
  Workplace place;
  place.plan_offline();
  place.begin_run();
  Said said = place.run(list_gates);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, "no gate was reached yet\n");
}

}  // namespace hikkoshi::app
