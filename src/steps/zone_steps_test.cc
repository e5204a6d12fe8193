#include "steps/zone_steps.h"

#include <gtest/gtest.h>

#include "steps/testing/trial.h"
#include "steps/values.h"

namespace hikkoshi::steps {

namespace {

using dns::RecordSet;
using dns::Type;
using std::chrono::seconds;
using State = engine::Observation::State;

const std::string www = "www.shop.test";
const std::string old_address = "127.10.0.80", new_address = "127.20.0.80";

class ZoneSteps : public testing::Test {
 protected:
  Trial lower(std::uint32_t ttl, std::vector<std::string> names = {www},
              const std::string& id = "lower") {
    return {world,
            make_lower_ttl,
            id,
            {{"zone", "public"}, {"names", names}, {"ttl", ttl}, {"margin_ms", 5'000}}};
  }
  Trial switch_to(const Json& records, const Json& after = nullptr) {
    return {world,
            make_switch_record,
            "switch",
            {{"zone", "public"}, {"records", records}, {"after", after}}};
  }
  Trial switch_www(const Json& after = nullptr) {
    return switch_to({{{"name", www}, {"to", {new_address}}}}, after);
  }
  Trial raise(std::vector<std::string> names = {www}) {
    return {
        world, make_raise_ttl, "raise", {{"zone", "public"}, {"names", names}, {"from", "lower"}}};
  }

  std::optional<RecordSet> now(const std::string& name, Type type) { return zone.read(name, type); }
  std::vector<std::string> values(const std::string& name, Type type) {
    auto set = now(name, type);
    return set ? set->values : std::vector<std::string>{};
  }
  std::uint32_t ttl(const std::string& name, Type type = Type::a) {
    auto set = now(name, type);
    return set ? set->ttl : 0;
  }
  engine::Reading ttl_gate() {
    return world.condition(make_ttl_expired, {{"step", "lower"}})->read();
  }

  TrialWorld world;
  dns::MemZone& zone = world.drivers.shop;
};

TEST_F(ZoneSteps, lowering_waits_for_every_server_and_tells_when_the_old_ttl_is_gone) {
  auto step = lower(60);
  EXPECT_EQ(step.sees(), State::absent);
  WallTime start = world.clock.now();
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 60, {old_address}}));
  Json told = *step.fact("ttl");
  EXPECT_EQ(told.at("old_ttl"), 3600);
  EXPECT_EQ(told.at("ttl"), 60);
  EXPECT_EQ(told.at("seen_at"), format_time(start));
  EXPECT_EQ(told.at("safe_after"), format_time(start + seconds(3600) + seconds(5)));
}

TEST_F(ZoneSteps, lowering_twice_changes_nothing_more_and_undoing_brings_back_each_ttl) {
  zone.put({www, Type::aaaa, 900, {"::1"}});
  auto step = lower(60);
  step.apply();
  int changes = zone.changes();
  step.apply();
  EXPECT_EQ(zone.changes(), changes);
  EXPECT_EQ(ttl(www, Type::aaaa), 60u);
  step.undo();
  EXPECT_EQ(ttl(www), 3600u);
  EXPECT_EQ(ttl(www, Type::aaaa), 900u);
  EXPECT_EQ(step.sees(), State::absent);
  changes = zone.changes();
  step.undo();
  EXPECT_EQ(zone.changes(), changes);
}

TEST_F(ZoneSteps, low_ttls_that_nobody_timed_are_only_partial) {
  auto step = lower(60);
  step.die_at_fact("ttl");
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_EQ(ttl(www), 60u);
  EXPECT_EQ(step.sees(), State::partial);
  world.clock.advance(seconds(100));
  WallTime seen = world.clock.now();
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(step.fact("ttl")->at("old_ttl"), 3600);
  EXPECT_EQ(step.fact("ttl")->at("seen_at"), format_time(seen));
}

TEST_F(ZoneSteps, an_unreachable_server_keeps_the_safe_instant_from_being_set) {
  zone.set_reachable(1, false);
  auto step = lower(60);
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::safe);
  EXPECT_NE(std::string(error->what()).find("ns2.shop.test"), std::string::npos);
  EXPECT_FALSE(step.fact("ttl"));
  EXPECT_EQ(step.sees(), State::partial);
  EXPECT_FALSE(ttl_gate().open);
  zone.set_reachable(1, true);
  step.apply();
  EXPECT_TRUE(step.fact("ttl"));
}

TEST_F(ZoneSteps, a_lagging_secondary_is_waited_for_and_named_while_we_wait) {
  zone.set_lagging(1, true);
  auto step = lower(60);
  EXPECT_TRUE(step.fails_to_apply());
  ASSERT_FALSE(world.records.progress.empty());
  std::string doing = world.records.progress[0].at("doing");
  EXPECT_NE(doing.find("ns2.shop.test"), std::string::npos);
  EXPECT_NE(doing.find("3600 s"), std::string::npos);
}

TEST_F(ZoneSteps, waiting_for_the_servers_can_be_stopped) {
  zone.set_lagging(1, true);
  auto step = lower(60);
  step.request_stop();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::interrupted);
}

TEST_F(ZoneSteps, a_ttl_that_was_lowered_and_lost_on_one_server_is_not_done_any_more) {
  auto step = lower(60);
  step.apply();
  zone.set_lagging(1, true);
  zone.put({www, Type::a, 30, {old_address}});
  EXPECT_EQ(step.sees(), State::partial);
}

TEST_F(ZoneSteps, lowering_follows_aliases_down_to_the_top_of_the_zone) {
  zone.put({"shop.test", Type::a, 7200, {old_address}});
  zone.put({"m.shop.test", Type::cname, 1800, {"shop.test"}});
  auto step = lower(60, {"m.shop.test"});
  step.apply();
  EXPECT_EQ(ttl("m.shop.test", Type::cname), 60u);
  EXPECT_EQ(ttl("shop.test"), 60u);
  EXPECT_EQ(step.fact("ttl")->at("old_ttl"), 7200);
  step.undo();
  EXPECT_EQ(ttl("shop.test"), 7200u);
}

TEST_F(ZoneSteps, an_alias_that_leaves_the_zone_is_lowered_alone_and_one_in_a_circle_ends) {
  zone.put({"cdn.shop.test", Type::cname, 1800, {"edge.elsewhere.test"}});
  EXPECT_EQ(path_records(zone, "cdn.shop.test").size(), 1u);
  zone.put({"a.shop.test", Type::cname, 1800, {"b.shop.test"}});
  zone.put({"b.shop.test", Type::cname, 1800, {"a.shop.test"}});
  EXPECT_EQ(path_records(zone, "a.shop.test").size(), 8u);
  auto step = lower(60, {"a.shop.test"});
  step.apply();
  EXPECT_EQ(ttl("b.shop.test", Type::cname), 60u);
}

TEST_F(ZoneSteps, ttls_below_the_rung_are_left_alone) {
  zone.put({www, Type::aaaa, 20, {"::1"}});
  lower(60).apply();
  EXPECT_EQ(ttl(www, Type::aaaa), 20u);
}

TEST_F(ZoneSteps, undoing_a_rung_keeps_data_that_moved_meanwhile) {
  auto step = lower(60);
  step.apply();
  zone.put({www, Type::a, 60, {new_address}});
  step.undo();
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 3600, {new_address}}));
}

TEST_F(ZoneSteps, an_undone_rung_forgets_when_the_old_ttl_was_gone) {
  auto step = lower(60);
  step.apply();
  world.clock.advance(seconds(4'000));
  EXPECT_TRUE(ttl_gate().open);
  step.undo();
  EXPECT_FALSE(ttl_gate().open);
  // The next round dies after its change: what the first one saw must not count.
  world.records.befores.erase("lower");
  step.die_at_fact("ttl");
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);
  EXPECT_EQ(switch_www("lower").fails_to_apply()->exit(), Exit::refused);
}

/// Somebody raises the TTL right after each of our changes.
class StubbornZone : public dns::MemZone {
 public:
  StubbornZone() : MemZone("shop.test") { put({www, Type::a, 3600, {old_address}}); }
  void change(const dns::Change& change) override {
    MemZone::change(change);
    put({www, Type::a, 3600, {old_address}});
  }
};

TEST_F(ZoneSteps, a_ttl_that_somebody_raises_at_once_is_never_told_as_low) {
  StubbornZone stubborn;
  world.drivers.replace(stubborn);
  auto step = lower(60);
  EXPECT_TRUE(step.fails_to_apply());
  EXPECT_FALSE(step.fact("ttl"));
}

TEST_F(ZoneSteps, the_ttl_gate_opens_at_the_safe_instant_and_not_before) {
  EXPECT_FALSE(ttl_gate().open);
  EXPECT_FALSE(ttl_gate().opens_at);
  lower(60).apply();
  WallTime safe = world.clock.now() + seconds(3605);
  world.clock.advance(seconds(3605) - Millis(1));
  EXPECT_FALSE(ttl_gate().open);
  EXPECT_EQ(ttl_gate().opens_at, safe);
  EXPECT_NE(ttl_gate().evidence.find("TTL 60 s on every server"), std::string::npos);
  world.clock.advance(Millis(1));
  EXPECT_TRUE(ttl_gate().open);
}

TEST_F(ZoneSteps, a_switch_moves_the_name_and_undoing_moves_it_back) {
  auto step = switch_www();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 3600, {new_address}}));
  EXPECT_EQ(step.fact("at"), format_time(world.clock.now()));
  step.apply();
  EXPECT_EQ(zone.changes(), 1);
  step.undo();
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 3600, {old_address}}));
  EXPECT_EQ(step.sees(), State::absent);
  step.undo();
  EXPECT_EQ(zone.changes(), 2);
}

TEST_F(ZoneSteps, a_switch_is_refused_while_caches_may_hold_the_old_ttl) {
  auto refused = switch_www("lower").fails_to_apply();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exit(), Exit::refused);  // Never lowered.
  world.records.befores.clear();
  lower(60).apply();
  world.clock.advance(seconds(3605) - Millis(1));
  int changes = zone.changes();
  auto step = switch_www("lower");
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::refused);
  EXPECT_EQ(error->retry(), Retry::never);
  EXPECT_NE(error->remedy().find("run again after"), std::string::npos);
  EXPECT_EQ(zone.changes(), changes);
  EXPECT_EQ(values(www, Type::a), std::vector{old_address});
  world.clock.advance(Millis(1));
  step.apply();
  EXPECT_EQ(values(www, Type::a), std::vector{new_address});
}

TEST_F(ZoneSteps, a_switch_is_refused_when_somebody_raised_the_ttl_again) {
  lower(60).apply();
  world.clock.advance(seconds(4'000));
  zone.put({www, Type::a, 1800, {old_address}});
  auto error = switch_www("lower").fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::refused);
  EXPECT_EQ(values(www, Type::a), std::vector{old_address});
}

TEST_F(ZoneSteps, a_switch_of_a_record_that_somebody_else_changed_is_foreign) {
  auto step = switch_www();
  step.intend();
  zone.put({www, Type::a, 3600, {"127.99.0.1"}});
  EXPECT_EQ(step.sees(), State::foreign);
  EXPECT_NE(step.detail().find("127.99.0.1"), std::string::npos);
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->exit(), Exit::needs_human);
  EXPECT_EQ(values(www, Type::a), std::vector{std::string("127.99.0.1")});
}

TEST_F(ZoneSteps, a_switch_without_an_answer_is_found_where_it_went) {
  for (auto mishap : {dns::Mishap::request_lost, dns::Mishap::answer_lost}) {
    world.records = {};
    zone.put({www, Type::a, 60, {old_address}});
    auto step = switch_www();
    zone.befall_next_change(mishap);
    auto error = step.fails_to_apply();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->retry(), Retry::ask);
    step.crash();
    EXPECT_EQ(step.sees(), mishap == dns::Mishap::answer_lost ? State::partial : State::absent);
    step.apply();
    EXPECT_EQ(step.sees(), State::done);
    EXPECT_EQ(values(www, Type::a), std::vector{new_address});
  }
}

TEST_F(ZoneSteps, a_switch_that_died_before_it_was_timed_is_timed_afterwards) {
  auto step = switch_www();
  step.die_at_fact("at");
  EXPECT_TRUE(step.fails_to_apply());
  step.crash();
  EXPECT_EQ(step.sees(), State::partial);
  auto gate = world.condition(make_since_step, {{"step", "switch"}, {"wait_ms", 10'000}});
  EXPECT_FALSE(gate->read().open);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(gate->read().opens_at, world.clock.now() + seconds(10));
}

TEST_F(ZoneSteps, names_that_lead_to_new_already_are_timed_and_stay_when_undone) {
  zone.put({www, Type::a, 60, {new_address}});
  auto step = switch_www("lower");
  EXPECT_EQ(step.sees(), State::partial);
  step.apply();  // There is nothing to refuse.
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  EXPECT_EQ(step.sees(), State::partial);
  EXPECT_EQ(values(www, Type::a), std::vector{new_address});
}

TEST_F(ZoneSteps, the_wait_since_a_switch_ends_with_its_undoing) {
  auto gate = world.condition(make_since_step, {{"step", "switch"}, {"wait_ms", 10'000}});
  EXPECT_FALSE(gate->read().open);
  auto step = switch_www();
  step.apply();
  world.clock.advance(seconds(10) - Millis(1));
  EXPECT_FALSE(gate->read().open);
  world.clock.advance(Millis(1));
  EXPECT_TRUE(gate->read().open);
  step.undo();
  EXPECT_FALSE(gate->read().open);
}

TEST_F(ZoneSteps, a_switch_waits_until_every_server_has_it) {
  zone.set_lagging(1, true);
  auto step = switch_www();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::safe);
  EXPECT_EQ(step.sees(), State::partial);
  EXPECT_FALSE(step.fact("at"));
  zone.set_lagging(1, false);
  step.apply();
  EXPECT_EQ(zone.changes(), 1);
  EXPECT_EQ(step.sees(), State::done);
}

TEST_F(ZoneSteps, an_alias_of_a_name_that_moves_too_is_left_alone) {
  zone.put({"m.shop.test", Type::cname, 3600, {www}});
  auto step = switch_to(
      {{{"name", "m.shop.test"}, {"to", {new_address}}}, {{"name", www}, {"to", {new_address}}}});
  step.apply();
  EXPECT_EQ(values("m.shop.test", Type::cname), std::vector{www});
  EXPECT_FALSE(now("m.shop.test", Type::a));
  EXPECT_EQ(values(www, Type::a), std::vector{new_address});
}

TEST_F(ZoneSteps, an_alias_of_something_else_becomes_an_address_and_again_an_alias) {
  zone.put({"lb.shop.test", Type::a, 3600, {old_address}});
  zone.put({"m.shop.test", Type::cname, 600, {"lb.shop.test"}});
  auto step = switch_to({{{"name", "m.shop.test"}, {"to", {new_address}}}});
  step.apply();
  EXPECT_EQ(now("m.shop.test", Type::a), (RecordSet{"m.shop.test", Type::a, 600, {new_address}}));
  EXPECT_FALSE(now("m.shop.test", Type::cname));
  EXPECT_EQ(values("lb.shop.test", Type::a), std::vector{old_address});
  step.crash();
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  EXPECT_EQ(values("m.shop.test", Type::cname), std::vector{std::string("lb.shop.test")});
  EXPECT_FALSE(now("m.shop.test", Type::a));
}

TEST_F(ZoneSteps, the_ipv6_address_of_old_goes_when_new_has_none_and_comes_back_when_undone) {
  zone.put({www, Type::aaaa, 3600, {"2001:db8::1"}});
  auto step = switch_www();
  step.apply();
  EXPECT_FALSE(now(www, Type::aaaa));
  EXPECT_EQ(step.sees(), State::done);
  step.undo();
  EXPECT_EQ(values(www, Type::aaaa), std::vector{std::string("2001:db8::1")});
}

TEST_F(ZoneSteps, a_name_can_move_to_several_addresses_and_to_a_host_name) {
  auto both = switch_to({{{"name", www}, {"to", {"127.20.0.82", "::2", "127.20.0.81"}}}});
  both.apply();
  EXPECT_EQ(values(www, Type::a), (std::vector<std::string>{"127.20.0.81", "127.20.0.82"}));
  EXPECT_EQ(values(www, Type::aaaa), std::vector{std::string("::2")});
  both.undo();
  world.records = {};
  auto alias = switch_to({{{"name", www}, {"to", {"lb.new.test"}}}});
  alias.apply();
  EXPECT_EQ(values(www, Type::cname), std::vector{std::string("lb.new.test")});
  EXPECT_FALSE(now(www, Type::a));
}

TEST_F(ZoneSteps, raising_restores_the_ttls_from_before_the_first_rung_and_keeps_the_new_data) {
  lower(600).apply();
  lower(60, {www}, "lower-2").apply();
  switch_www().apply();
  auto step = raise();
  EXPECT_EQ(step.sees(), State::absent);
  step.apply();
  EXPECT_EQ(step.sees(), State::done);
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 3600, {new_address}}));
  int changes = zone.changes();
  step.apply();
  EXPECT_EQ(zone.changes(), changes);
  EXPECT_EQ(switch_www().sees(), State::done);
}

TEST_F(ZoneSteps, undoing_a_raise_lowers_again_and_keeps_data_that_moved_meanwhile) {
  lower(60).apply();
  auto step = raise();
  step.apply();
  zone.put({www, Type::a, 3600, {new_address}});
  step.crash();
  step.undo();
  step.undo();
  EXPECT_EQ(now(www, Type::a), (RecordSet{www, Type::a, 60, {new_address}}));
  EXPECT_EQ(step.sees(), State::absent);
}

TEST_F(ZoneSteps, each_type_gets_its_own_ttl_back) {
  zone.put({www, Type::a, 120, {old_address}});
  zone.put({www, Type::aaaa, 3600, {"::1"}});
  lower(60).apply();
  raise().apply();
  EXPECT_EQ(ttl(www), 120u);
  EXPECT_EQ(ttl(www, Type::aaaa), 3600u);
}

TEST_F(ZoneSteps, a_raise_waits_for_every_server_and_needs_what_the_first_rung_recorded) {
  EXPECT_THROW(raise().sees(), Error);
  lower(60).apply();
  zone.set_lagging(1, true);
  auto step = raise();
  auto error = step.fails_to_apply();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->retry(), Retry::safe);
  EXPECT_EQ(step.sees(), State::partial);
}

}  // namespace

}  // namespace hikkoshi::steps
