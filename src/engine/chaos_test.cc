// Random nights: faults of every kind, deaths at random points, then calm. Whatever happened, the
// invariants of the reliability notes (3.4) hold, and once faults stop it ends.
#include <random>

#include <gtest/gtest.h>

#include "base/file.h"
#include "engine/testing/toy_world.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::engine {

namespace {

using Things = std::multiset<std::string>;

/// Dice whose throws repeat with their seed, on every library.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int below(int limit) { return int(engine_() % unsigned(limit)); }
  bool one_in(int chances) { return below(chances) == 0; }

 private:
  std::mt19937 engine_;
};

plan::Plan night_plan() {
  return toy_plan(
      {toy_stage("prepare", false, {"a", "b+c", "=look"}),
       toy_stage("service", true,
                 {"~calm", "page", "fence", "copy+index", "!approve", "unpage", "forward"}),
       toy_stage("dns", false, {"?go", "switch"})});
}

Things all_things() {
  return {"a", "b", "c", "page", "fence", "copy", "index", "unpage", "forward", "switch"};
}

void break_the_world(Toy& toy, Dice& dice) {
  for (const plan::Stage& stage : night_plan().stages)
    for (const plan::Item& item : stage.items)
      while (item.step && dice.one_in(3))
        toy.world.faults[item.step->id].push_back({.retry = static_cast<Retry>(dice.below(3)),
                                                   .after_effect = dice.one_in(2),
                                                   .on_undo = dice.one_in(4),
                                                   .on_observe = dice.one_in(4)});
  // A certain failure after its effect would be a driver's lie.
  for (auto& [step, faults] : toy.world.faults)
    for (Fault& fault : faults)
      if (fault.after_effect) fault.retry = Retry::ask;
}

void maybe_die(Toy& toy, Dice& dice) {
  toy.how = static_cast<DyingJournal::How>(dice.below(3));
  toy.world.die_after_effect = dice.one_in(2);
  toy.writes.burn_at(dice.one_in(2) ? dice.below(60) : 0);
  toy.world.effects.burn_at(dice.one_in(3) ? dice.below(12) : 0);
}

/// Before the pivot a cutover is whole or not there, whenever the engine says that it stands.
void expect_no_half_cutover(const Toy& toy, const Result& result, const journal::State& state) {
  if (result.exit != Exit::rolled_back && result.exit != Exit::interrupted) return;
  if (state.run.pivot) return;
  for (const char* thing : {"page", "fence", "copy", "index", "unpage", "forward"})
    EXPECT_EQ(toy.world.things.count(thing), 0u) << thing << " stayed: " << result.text;
}

void expect_done_means_done(const Toy& toy, const journal::State& state) {
  for (const auto& [id, row] : state.steps) {
    if (row.state != journal::StepState::done || id.find('=') != std::string::npos) continue;
    std::string first = id.substr(id.find('/') + 1);
    first = first.substr(0, first.find('+'));
    EXPECT_EQ(toy.world.things.count(first), 1u) << id;
  }
}

}  // namespace

class Chaos : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Hundred, Chaos, testing::Range(0u, 10u));

TEST_P(Chaos, of_faults_and_deaths_breaks_no_promise_and_calm_ends_it) {
  for (unsigned round = 0; round < 10; ++round) {
    unsigned seed = GetParam() * 10 + round;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Dice dice(seed);
    Toy toy;
    plan::Plan plan = night_plan();
    break_the_world(toy, dice);
    for (int life = 0; life < 6; ++life) {
      maybe_die(toy, dice);
      try {
        Result result = toy.run(plan);
        expect_no_half_cutover(toy, result, toy.state());
        expect_done_means_done(toy, toy.state());
      } catch (const Crash&) {
      }
    }
    toy.world.faults.clear();
    toy.writes.burn_at(0);
    toy.world.effects.burn_at(0);
    bool back = dice.one_in(2);
    Result result = back ? toy.rollback(true) : toy.run(plan);
    // At most two lives: one may have to end a way back that had begun.
    if (!back && result.exit == Exit::rolled_back) result = toy.run(plan);
    EXPECT_EQ(result.exit, Exit::ok) << result.text;
    EXPECT_EQ(toy.world.things, back ? Things{} : all_things());
    EXPECT_EQ(toy.world.violations, std::vector<std::string>{});
    if (HasFailure()) return;
  }
}

namespace {

/// Leaves, at its n-th append, what a killed process leaves: the files as they are. The rest of
/// the append's own transaction may be cut off the log at any byte.
class CopiedAtDeath : public journal::Journal {
 public:
  CopiedAtDeath(std::string from, std::string to, int at, double kept)
      : from_(std::move(from)), to_(std::move(to)), at_(at), kept_(kept), journal_(from_) {}
  std::vector<journal::Event> append(std::vector<journal::Event> events) override {
    if (--at_ != 0) return journal_.append(std::move(events));
    size_t before = log_size();
    journal_.append(std::move(events));
    std::string log = read_file(from_ + "-wal");
    size_t cut = before + size_t(double(log.size() - before) * kept_);
    write_file_atomically(to_, read_file(from_));
    write_file_atomically(to_ + "-wal", log.substr(0, cut));
    throw Crash{};
  }
  const journal::State& state() const override { return journal_.state(); }
  void progress(const std::string&, const Json&, WallTime) override {}

 private:
  size_t log_size() const { return read_file(from_ + "-wal").size(); }

  std::string from_, to_;
  int at_;
  double kept_;
  journal::SqliteJournal journal_;
};

}  // namespace

TEST(SqliteCrash, with_a_torn_log_at_any_append_is_resumed_as_if_nothing_had_happened) {
  plan::Plan plan = night_plan();
  for (double kept : {0.0, 0.3, 0.99, 1.0}) {
    bool died = true;
    for (int at = 1; died; at += 4) {
      SCOPED_TRACE(testing::Message() << "append " << at << ", kept " << kept);
      Toy toy;
      TemporaryFolder folder;
      std::string first = folder.path() + "/1.db", second = folder.path() + "/2.db";
      toy.requests.plan_hash = plan::hash(plan);
      auto run = [&](journal::Journal& journal) {
        toy.world.journal = toy.requests.journal = &journal;
        Engine engine({journal, toy.world, toy.clock, toy.requests, toy.deaf}, toy.options);
        return engine.run(plan, {}).exit;
      };
      died = false;
      try {
        CopiedAtDeath journal(first, second, at, kept);
        EXPECT_EQ(run(journal), Exit::ok);
      } catch (const Crash&) {
        died = true;
      }
      if (!died) break;
      journal::SqliteJournal journal(second);
      EXPECT_EQ(run(journal), Exit::ok);
      EXPECT_EQ(toy.world.things, all_things());
      EXPECT_EQ(toy.world.violations, std::vector<std::string>{});
      EXPECT_NO_THROW(journal::Reader(second).verify_chain());
      if (HasFailure()) return;
    }
  }
}

}  // namespace hikkoshi::engine
