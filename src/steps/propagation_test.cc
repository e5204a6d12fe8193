#include <atomic>

#include <gtest/gtest.h>

#include "dns/testing/fake_server.h"
#include "steps/testing/trial.h"
#include "steps/zone_steps.h"

namespace hikkoshi::steps {

namespace {

using dns::FakeServer;
using dns::Type;
using State = engine::Observation::State;
using Strings = std::vector<std::string>;

constexpr int from_cache = 0x8180;  // QR, RD, RA
const std::string www = "www.shop.test";

Strings silence(const std::string&) {
  return {};
}

/// A resolver that gives the n-th of these last bytes of 127.20.0.x, and the last one for ever.
class Resolver {
 public:
  explicit Resolver(std::vector<char> bytes)
      : server_(
            [this, bytes](const std::string& query) -> Strings {
              size_t n = std::min<size_t>(size_t(asked_++), bytes.size() - 1);
              std::string address = {'\x7f', '\x14', '\0', bytes[n]};
              return {dns::reply_to(query, from_cache, {dns::wire_record(1, 7, address)})};
            },
            silence) {}
  std::string text() const { return server_.endpoint().text(); }
  int asked() const { return asked_; }

 private:
  std::atomic<int> asked_ = 0;
  FakeServer server_;
};

class Propagation : public testing::Test {
 protected:
  Propagation() { world.drivers.shop.put({www, Type::a, 60, {"127.20.0.80"}}); }

  Trial watch(const Strings& resolvers, int for_ms = 60'000, const Strings& names = {www}) {
    return {world,
            make_watch_propagation,
            "watch",
            {{"zone", "public"}, {"names", names}, {"resolvers", resolvers}, {"for_ms", for_ms}}};
  }

  TrialWorld world;
};

TEST_F(Propagation, ends_at_once_when_every_resolver_leads_to_where_the_zone_does) {
  Resolver one({80}), two({80});
  auto step = watch({one.text(), two.text()});
  EXPECT_EQ(step.sees(), State::absent);
  Millis start = world.clock.steady();
  step.apply();
  EXPECT_EQ(world.clock.steady(), start);
  EXPECT_EQ(step.sees(), State::done);
  Json seen = *step.fact("propagation");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].at("resolver"), one.text());
  EXPECT_EQ(seen[0].at("values"), Json({"127.20.0.80"}));
  EXPECT_EQ(seen[0].at("ttl"), 7);
  EXPECT_EQ(seen[0].at("agrees"), true);
}

TEST_F(Propagation, waits_a_quarter_of_the_ttl_between_two_questions) {
  Resolver slow({81, 81, 80});
  Millis start = world.clock.steady();
  watch({slow.text()}).apply();
  EXPECT_EQ(slow.asked(), 3);
  EXPECT_EQ(world.clock.steady() - start, Millis(30'000));
  EXPECT_EQ(world.records.progress.at(0).at("doing"), "1 of 1 answers are still old");
}

TEST_F(Propagation, time_that_runs_out_is_no_failure_and_is_told_as_it_is) {
  Resolver stuck({81});
  auto step = watch({stuck.text()}, 20'000);
  Millis start = world.clock.steady();
  step.apply();
  EXPECT_EQ(world.clock.steady() - start, Millis(20'000));
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(step.fact("propagation")->at(0).at("agrees"), false);
  EXPECT_EQ(step.fact("propagation")->at(0).at("values"), Json({"127.20.0.81"}));
}

TEST_F(Propagation, a_resolver_that_fails_is_reported_and_not_waited_for) {
  FakeServer failing(
      [](const std::string& query) -> Strings { return {dns::reply_to(query, from_cache | 2)}; },
      silence);
  auto step = watch({failing.endpoint().text()});
  Millis start = world.clock.steady();
  step.apply();
  EXPECT_EQ(world.clock.steady(), start);
  EXPECT_EQ(step.fact("propagation")->at(0).at("fault"), "SERVFAIL");
}

TEST_F(Propagation, names_that_lead_out_of_the_zone_are_nobodys_to_compare) {
  world.drivers.shop.put({"cdn.shop.test", Type::cname, 60, {"edge.elsewhere.test"}});
  Resolver resolver({80});
  auto step = watch({resolver.text()}, 60'000, {"cdn.shop.test"});
  step.apply();
  EXPECT_EQ(resolver.asked(), 0);
  EXPECT_TRUE(step.fact("propagation")->empty());
}

TEST_F(Propagation, can_be_stopped_and_is_watched_again_after_a_crash) {
  Resolver stuck({81});
  auto step = watch({stuck.text()});
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
  EXPECT_EQ(step.sees(), State::absent);
  Resolver fine({80});
  auto again = watch({fine.text()});
  again.apply();
  again.crash();
  EXPECT_EQ(again.sees(), State::absent);
}

}  // namespace

}  // namespace hikkoshi::steps
