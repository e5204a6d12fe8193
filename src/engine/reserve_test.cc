#include "engine/reserve.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "engine/attempt.h"
#include "engine/testing/toy_world.h"

namespace hikkoshi::engine {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

/// A journal whose disk gets full, and has room again once the reserve is given free.
class FillingJournal : public journal::Journal {
 public:
  FillingJournal(std::string& disk, const std::string& reserve)
      : journal_(disk), reserve_(reserve) {}
  std::vector<journal::Event> append(std::vector<journal::Event> events) override {
    refuse_when_full();
    for (const journal::Event& event : events)
      if (std::string(to_string(event.kind)) + " " + event.subject == full_after) full = true;
    return journal_.append(std::move(events));
  }
  const journal::State& state() const override { return journal_.state(); }
  void progress(const std::string& subject, const Json& value, WallTime now) override {
    refuse_when_full();
    journal_.progress(subject, value, now);
  }

  bool full = false;
  std::string full_after;  ///< "step-done s/a"

 private:
  void refuse_when_full() {
    bool there = std::filesystem::exists(reserve_);
    kept_ = kept_ || there;
    if (full && (there || !kept_)) throw Error(Retry::safe, "database or disk is full");
  }

  journal::MemJournal journal_;
  const std::string reserve_;
  bool kept_ = false;  ///< The reserve was there once.
};

/// Runs a plan over such a journal.
struct FullNight {
  explicit FullNight(const std::string& full_after) : full_after(full_after) {}

  Result run(const plan::Plan& plan) {
    FillingJournal journal(toy.disk, toy.options.reserve);
    journal.full_after = full_after;
    toy.world.journal = toy.requests.journal = &journal;
    toy.requests.plan_hash = plan::hash(plan);
    return Engine({journal, toy.world, toy.clock, toy.requests, toy.deaf}, toy.options)
        .run(plan, {});
  }

  const std::string full_after;
  TemporaryFolder folder;
  Toy toy;
};

plan::Plan a_night() {
  return toy_plan({toy_stage("p", false, {"a"}), toy_stage("s", true, {"b", "c", "!ok", "d"})});
}

using Things = std::multiset<std::string>;

}  // namespace

TEST(Reserve, takes_its_room_and_gives_it_back) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/reserve";
  Reserve reserve(path, 2 * mebibyte);
  EXPECT_FALSE(reserve.release());
  reserve.keep();
  reserve.keep();
  EXPECT_EQ(std::filesystem::file_size(path), 2 * mebibyte);
  EXPECT_TRUE(reserve.release());
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_GT(room_at(folder.path()), 0u);
  EXPECT_EQ(room_at(folder.path() + "/nowhere"), 0u);
}

TEST(Reserve, says_what_is_missing_and_leaves_nothing_behind) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/reserve";
  auto failure = attempt([&] { Reserve(path, std::uint64_t(1) << 55).keep(); });
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->retry(), Retry::safe);
  EXPECT_NE(failure->remedy().find("make room"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path));
  Reserve none("");
  none.keep();
  EXPECT_FALSE(none.release());
}

TEST(FullDisk, before_the_pivot_takes_the_cutover_back) {
  FullNight night("step-done s/b");
  night.toy.options.reserve = night.folder.path() + "/reserve";
  Result result = night.run(a_night());
  EXPECT_EQ(result.exit, Exit::rolled_back);
  EXPECT_NE(result.text.find("disk"), std::string::npos) << result.text;
  EXPECT_EQ(night.toy.world.things, Things{"a"});
  EXPECT_TRUE(night.toy.world.violations.empty());
}

TEST(FullDisk, past_the_pivot_goes_on_to_the_end) {
  FullNight night("gate-open s/ok");
  night.toy.options.reserve = night.folder.path() + "/reserve";
  EXPECT_EQ(night.run(a_night()).exit, Exit::ok);
  EXPECT_EQ(night.toy.world.things, (Things{"a", "b", "c", "d"}));
}

TEST(FullDisk, outside_of_a_cutover_ends_the_engine_with_nothing_under_way) {
  FullNight night("step-done p/a");
  night.toy.options.reserve = night.folder.path() + "/reserve";
  auto failure = attempt([&] { night.run(a_night()); });
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->retry(), Retry::safe);
  EXPECT_EQ(night.toy.world.things, Things{"a"});
}

TEST(FullDisk, lets_no_cutover_begin_without_room_for_the_way_back) {
  FullNight night("");
  night.toy.options.reserve = night.folder.path() + "/nowhere/reserve";
  Result result = night.run(a_night());
  EXPECT_EQ(result.exit, Exit::failed);
  EXPECT_NE(result.text.find("room for the journal"), std::string::npos) << result.text;
  EXPECT_EQ(night.toy.world.things, Things{"a"});
}

TEST(FullDisk, is_no_matter_when_the_cutover_is_over) {
  FullNight night("");
  night.toy.options.reserve = night.folder.path() + "/reserve";
  EXPECT_EQ(night.run(a_night()).exit, Exit::ok);
  EXPECT_FALSE(std::filesystem::exists(night.toy.options.reserve));
}

}  // namespace hikkoshi::engine
