// Requests to an engine that is at work: what its answer makes of the command.
#include <thread>

#include <gtest/gtest.h>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/testing/workplace.h"
#include "engine/attempt.h"
#include "engine/engine.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::app {

namespace {

using journal::Kind;

/// Has nothing in it; the plan below asks for nothing.
class EmptyWorld : public engine::World {
 public:
  std::unique_ptr<engine::Step> make_step(const plan::Step&, engine::Notebook&) override {
    return nullptr;
  }
  std::unique_ptr<engine::Condition> make_condition(const plan::Gate&, engine::Notebook&) override {
    return nullptr;
  }
  void raise_epoch(const std::string&, std::uint64_t) override {}
  void drop_epoch(const std::string&) override {}
};

/// Two approvals, and nothing else.
plan::Plan two_approvals() {
  plan::Plan plan;
  plan.move = "small";
  plan::Stage stage;
  stage.name = "s";
  for (const char* id : {"s/first", "s/second"}) {
    plan::Gate gate;
    gate.id = id;
    gate.kind = plan::Gate::Kind::approval;
    gate.title = "The team approves";
    stage.items.push_back({{}, gate, false});
  }
  plan.stages = {stage};
  return plan;
}

/// The program's own engine in a thread, on a state folder with its lock held, waiting at a gate.
class AnswerTest : public testing::Test {
 protected:
  AnswerTest() {
    make_state_folder(paths());
    place.options.who = "mika";
    place.options.gate = "s/first";
    lock = std::make_unique<FileLock>(paths().lock());
    at_work = std::jthread([this](std::stop_token stop) { work(stop); });
    while (!reached("s/first")) std::this_thread::yield();
  }

  void work(std::stop_token stop) {
    journal::SqliteJournal journal(paths().journal());
    engine::FolderRequests requests(paths().requests());
    engine::Engine engine({journal, world, clock, requests, deaf}, {.holder = "test",
                                                                    .boot = engine::boot_id(),
                                                                    .random = [] { return 0.5; },
                                                                    .poll = Millis(10)});
    result = engine.run(two_approvals(), stop);
  }

  bool reached(const std::string& gate) {
    bool waits = false;
    // While the journal is being made there is nothing to read yet.
    (void)engine::attempt(
        [&] { waits = journal::Reader(paths().journal()).state().gate(gate).waiting.has_value(); });
    return waits;
  }

  StatePaths paths() const { return state_paths(place.options); }

  Workplace place;
  EmptyWorld world;
  SystemClock clock;
  engine::DeafListener deaf;
  engine::Result result;
  std::unique_ptr<FileLock> lock;
  std::jthread at_work;
};

}  // namespace

TEST_F(AnswerTest, accepted_is_success_in_the_engines_words) {
  Said said = place.run(approve);
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_TRUE(said.err.starts_with("mika approves s/first of plan ")) << said.err;
  EXPECT_TRUE(said.err.ends_with(": accepted\n")) << said.err;
  place.options.gate = "s/second";
  place.options.json = true;
  said = place.run(approve);
  EXPECT_EQ(parse_json(said.out, "output")["state"], "accepted");
  at_work.join();
  EXPECT_EQ(result.exit, Exit::ok) << result.text;
}

TEST_F(AnswerTest, refused_is_a_failure_with_the_engines_reason) {
  Said said = place.run(resume);
  EXPECT_EQ(said.exit, 14);
  EXPECT_EQ(said.err,
            "error: mika asks the run to resume: the run refuses: the run is not paused\n");
  EXPECT_EQ(place.run(pause).exit, 0);
  said = place.run(pause);
  EXPECT_EQ(said.exit, 14);
  EXPECT_NE(said.err.find("the run is paused already"), std::string::npos) << said.err;
}

TEST_F(AnswerTest, is_not_waited_for_when_nobody_wants_it) {
  place.options.wait = false;
  Said said = place.run(resume);  // Will be refused, which the caller did not want to know.
  EXPECT_EQ(said.exit, 0);
  EXPECT_NE(said.err.find("nobody waited for the answer"), std::string::npos);
}

TEST_F(AnswerTest, shows_in_the_status_that_an_engine_is_at_work) {
  place.options.json = true;
  EXPECT_EQ(parse_json(place.run(status).out, "status")["engine"], true);
  place.options.json = false;
  EXPECT_EQ(place.run(status).out.find("no engine"), std::string::npos);
  at_work.request_stop();
  at_work.join();
  EXPECT_EQ(result.exit, Exit::interrupted);
}

}  // namespace hikkoshi::app
