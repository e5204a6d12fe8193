#include "plan/compile.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

std::vector<std::string> ids(const std::vector<Item>& items) {
  std::vector<std::string> result;
  for (const Item& item : items) result.push_back(item.id());
  return result;
}

using Ids = std::vector<std::string>;

Plan compiled(const move::Move& move) {
  return compile(move, sample_observed(), "hash");
}

const Stage& stage(const Plan& plan, const std::string& name) {
  auto found = std::find_if(plan.stages.begin(), plan.stages.end(),
                            [&](const Stage& stage) { return stage.name == name; });
  HIKKOSHI_ASSERT(found != plan.stages.end());
  return *found;
}

const Item& item(const std::vector<Item>& items, const std::string& id) {
  auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id() == id; });
  HIKKOSHI_ASSERT(found != items.end());
  return *found;
}

bool has(const std::vector<Item>& items, const std::string& id) {
  Ids all = ids(items);
  return std::find(all.begin(), all.end(), id) != all.end();
}

bool warns(const Plan& plan, const std::string& words) {
  return std::any_of(plan.risks.begin(), plan.risks.end(),
                     [&](const Risk& risk) { return risk.text.find(words) != std::string::npos; });
}

// How compile refuses: its exit code and words.
std::pair<Exit, std::string> refusal(const move::Move& move,
                                     const Observed& observed = sample_observed()) {
  try {
    compile(move, observed, "hash");
  } catch (const Error& error) {
    return {error.exit(), error.what()};
  }
  return {Exit::ok, "compiled"};
}

void expect_refusal(const move::Move& move, Exit exit, const std::string& words) {
  auto [code, text] = refusal(move);
  EXPECT_EQ(code, exit) << text;
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

}  // namespace

TEST(Compile, prepares_balancers_ttls_reach_and_configuration_before_the_night) {
  Plan plan = compiled(sample_move());
  ASSERT_EQ(plan.stages.size(), 3u);
  EXPECT_FALSE(plan.stages[0].critical);
  EXPECT_EQ(ids(plan.stages[0].items),
            (Ids{"prepare/prepare-balancer:old.edge", "prepare/prepare-balancer:new.edge",
                 "prepare/lower-ttl:public#1", "prepare/ttl-expired:public#1",
                 "prepare/lower-ttl:public#2", "prepare/ttl-expired:public#2",
                 "prepare/lower-ttl:public#3", "prepare/check-reach:frames",
                 "prepare/push-config:frames@app1", "prepare/push-config:frames@app2",
                 "prepare/examine:all"}));
}

TEST(Compile, cuts_over_behind_the_page_with_the_approval_as_pivot) {
  Plan plan = compiled(sample_move());
  const Stage& service = stage(plan, "service");
  EXPECT_TRUE(service.critical);
  EXPECT_EQ(service.budget, Millis(300'000));
  EXPECT_EQ(ids(service.items),
            (Ids{"service/show-page:new.edge", "service/show-page:old.edge",
                 "service/drain-balancer:old.edge", "service/record-answers:frames",
                 "service/fence-database:main", "service/copy-database:main",
                 "service/verify-database:main", "service/open-database:main",
                 "service/check-service:frames", "service/await-health:new.edge",
                 "service/admit-team:new.edge", "service/approve", "service/hide-page:new.edge",
                 "service/forward-balancer:old.edge", "service/hide-page:old.edge"}));
  EXPECT_TRUE(item(service.items, "service/approve").gate->pivot);
}

TEST(Compile, switches_the_names_only_after_the_last_wait) {
  Plan plan = compiled(sample_move());
  const Stage& dns = stage(plan, "dns");
  EXPECT_FALSE(dns.critical);
  EXPECT_EQ(ids(dns.items), (Ids{"dns/ttl-expired:public#3", "dns/switch-record:public",
                                 "dns/watch-propagation:public", "dns/watch-stragglers:old.edge"}));
  EXPECT_EQ(dns.items[0].gate->arguments, Json({{"step", "prepare/lower-ttl:public#3"}}));
  EXPECT_EQ(dns.items[1].step->arguments,
            Json::parse(R"({"zone": "public", "after": "prepare/lower-ttl:public#3", "records": [
              {"name": "frames.shop.test", "to": ["127.20.0.80"]},
              {"name": "img.shop.test", "to": ["127.20.0.80"]}]})"));
}

TEST(Compile, raises_the_ttls_and_cleans_up_in_finish) {
  Plan plan = compiled(sample_move());
  EXPECT_EQ(
      ids(plan.finish),
      (Ids{"finish/since-step:public", "finish/raise-ttl:public", "finish/clean-balancer:new.edge",
           "finish/clean-config:frames@app1", "finish/clean-config:frames@app2",
           "finish/clean-database:old.main", "finish/clean-database:new.main"}));
  EXPECT_EQ(plan.finish[0].gate->arguments,
            Json({{"step", "dns/switch-record:public"}, {"wait_ms", 5000}}));
  EXPECT_EQ(plan.finish[1].step->arguments.at("from"), "prepare/lower-ttl:public#1");
}

TEST(Compile, shows_the_page_of_the_move_file) {
  move::Move move = sample_move();
  move.policy.page.hosts = {"frames.shop.test"};
  Plan plan = compiled(move);
  EXPECT_EQ(item(stage(plan, "service").items, "service/show-page:old.edge").step->arguments,
            Json::parse(R"({"side": "old", "balancer": "edge", "page": {"paths": [],
              "hosts": ["frames.shop.test"], "allow": [],
              "retry_after_ms": 30000, "file": "maintenance.html"}})"));
  EXPECT_EQ(item(stage(plan, "service").items, "service/admit-team:new.edge")
                .step->arguments.at("page")
                .at("allow"),
            Json({"127.30.0.0/24"}));
  EXPECT_FALSE(warns(plan, "the page covers everything"));
  EXPECT_TRUE(warns(compiled(sample_move()), "the page covers everything that balancer edge"));
}

TEST(Compile, marks_exactly_the_steps_that_change_old) {
  Plan plan = compiled(sample_move());
  Ids on_old;
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) {
      if (item.step && item.step->on_old) on_old.push_back(item.id());
    }
  }
  EXPECT_EQ(on_old, (Ids{"prepare/prepare-balancer:old.edge", "prepare/lower-ttl:public#1",
                         "prepare/lower-ttl:public#2", "prepare/lower-ttl:public#3",
                         "service/show-page:old.edge", "service/fence-database:main",
                         "service/forward-balancer:old.edge", "service/hide-page:old.edge",
                         "dns/switch-record:public"}));
}

TEST(Compile, points_new_hosts_to_the_database_where_it_will_be) {
  Plan plan = compiled(sample_move());
  const Json& push = item(plan.stages[0].items, "prepare/push-config:frames@app2").step->arguments;
  EXPECT_EQ(push.at("set"), Json({{"DB_HOST", "127.20.2.5"}, {"DB_PORT", "3306"}}));
  EXPECT_EQ(push.at("reload"), "touch /srv/frames/reloaded");
  EXPECT_EQ(item(plan.stages[0].items, "prepare/check-reach:frames").step->arguments,
            Json::parse(R"({"hosts": ["app1", "app2"], "endpoints": ["127.20.2.5:3306"]})"));
}

TEST(Compile, follows_a_database_that_moves_after_its_service) {
  move::Move move = sample_move();
  move.stages = {{"web", {"frames"}, {}}, {"dns", {"public"}, {}}, {"data", {"main"}, {}}};
  Plan plan = compiled(move);
  const Json& early = item(plan.stages[0].items, "prepare/push-config:frames@app1").step->arguments;
  EXPECT_EQ(early.at("set").at("DB_HOST"), "127.10.2.5");
  EXPECT_EQ(
      item(plan.stages[0].items, "prepare/check-reach:frames").step->arguments.at("endpoints"),
      Json({"127.10.2.5:3306", "127.20.2.5:3306"}));
  EXPECT_EQ(
      ids(stage(plan, "data").items),
      (Ids{"data/show-page:new.edge", "data/drain-balancer:new.edge", "data/fence-database:main",
           "data/copy-database:main", "data/verify-database:main", "data/open-database:main",
           "data/push-config:frames@app1", "data/push-config:frames@app2",
           "data/check-service:frames", "data/await-health:new.edge", "data/admit-team:new.edge",
           "data/approve", "data/hide-page:new.edge"}));
  EXPECT_EQ(item(stage(plan, "data").items, "data/push-config:frames@app1")
                .step->arguments.at("set")
                .at("DB_HOST"),
            "127.20.2.5");
  EXPECT_GT(plan.downtime.low.count(), 10'000);
}

TEST(Compile, leaves_database_steps_out_of_a_stage_without_stores) {
  move::Move move = sample_move();
  move.stages = {{"web", {"frames"}, {}}};
  Plan plan = compiled(move);
  EXPECT_EQ(
      ids(stage(plan, "web").items),
      (Ids{"web/show-page:new.edge", "web/show-page:old.edge", "web/drain-balancer:old.edge",
           "web/record-answers:frames", "web/check-service:frames", "web/await-health:new.edge",
           "web/admit-team:new.edge", "web/approve", "web/hide-page:new.edge",
           "web/forward-balancer:old.edge", "web/hide-page:old.edge"}));
  EXPECT_TRUE(plan.way_back);
  EXPECT_FALSE(compiled(sample_move()).way_back);
  EXPECT_TRUE(warns(plan, "frames.shop.test is in no zone that moves"));
  EXPECT_EQ(ids(plan.finish),
            (Ids{"finish/clean-balancer:new.edge", "finish/clean-config:frames@app1",
                 "finish/clean-config:frames@app2"}));
}

TEST(Compile, makes_a_stage_of_its_own_of_zones_that_move_with_services) {
  move::Move move = sample_move();
  move.stages = {{"all", {"public", "main", "frames"}, {}}};
  move.policy.gates = {{"all", {"approval"}, {}}};
  Plan plan = compiled(move);
  ASSERT_EQ(plan.stages.size(), 3u);
  EXPECT_EQ(plan.stages[1].name, "all");
  EXPECT_EQ(plan.stages[1].items[0].id(), "all/approval");
  EXPECT_EQ(plan.stages[2].name, "all-zones");
  EXPECT_EQ(plan.stages[2].items[1].id(), "all-zones/switch-record:public");
  EXPECT_EQ(plan.placement[0].sides, (Ids{"old", "new"}));
}

TEST(Compile, places_every_thing_before_the_move_and_after_each_stage) {
  Plan plan = compiled(sample_move());
  EXPECT_EQ(plan.placement, (std::vector<PlacementRow>{{"service frames", {"old", "new", "new"}},
                                                       {"database main", {"old", "new", "new"}},
                                                       {"zone public", {"old", "old", "new"}}}));
}

TEST(Compile, skips_rungs_that_are_not_below_the_present_ttl) {
  Observed observed = sample_observed();
  observed.names["frames.shop.test"].ttl = 6;
  observed.names["img.shop.test"].ttl = 5;
  Plan plan = compile(sample_move(), observed, "hash");
  EXPECT_FALSE(has(plan.stages[0].items, "prepare/lower-ttl:public#1"));
  EXPECT_FALSE(has(plan.stages[0].items, "prepare/lower-ttl:public#2"));
  EXPECT_TRUE(has(plan.stages[0].items, "prepare/lower-ttl:public#3"));
  EXPECT_EQ(item(plan.finish, "finish/raise-ttl:public").step->arguments.at("from"),
            "prepare/lower-ttl:public#3");
}

TEST(Compile, switches_without_a_wait_when_the_ttl_is_low_already) {
  move::Move move = sample_move();
  move.policy.ttl.ladder.clear();
  Plan plan = compiled(move);
  EXPECT_EQ(stage(plan, "dns").items[0].id(), "dns/switch-record:public");
  EXPECT_TRUE(stage(plan, "dns").items[0].step->arguments.at("after").is_null());
  EXPECT_FALSE(has(plan.finish, "finish/raise-ttl:public"));
}

TEST(Compile, puts_window_and_required_gates_before_their_stage) {
  move::Move move = sample_move();
  move.policy.window = move::Window{{"sat", "sun"}, 60, 300, "Asia/Tokyo"};
  move.policy.gates = {{"dns", {"approval", "verified", "stragglers_forwarded"}, {}},
                       {"service", {"verified"}, {}},
                       {"dns", {"approval"}, {}}};
  Plan plan = compiled(move);
  const std::vector<Item>& dns = stage(plan, "dns").items;
  EXPECT_EQ(Ids({dns[0].id(), dns[1].id(), dns[2].id(), dns[3].id(), dns[4].id()}),
            (Ids{"dns/window", "dns/approval", "dns/verified", "dns/stragglers_forwarded",
                 "dns/ttl-expired:public#3"}));
  EXPECT_EQ(dns[0].gate->arguments, Json::parse(R"({"days": ["sat", "sun"], "from": "01:00",
              "to": "05:00", "zone": "Asia/Tokyo"})"));
  EXPECT_EQ(dns[2].gate->condition, "verified");
  EXPECT_EQ(dns[2].gate->arguments.at("steps"), Json({"service/verify-database:main"}));
  EXPECT_EQ(dns[3].gate->arguments.at("steps"), Json({"service/forward-balancer:old.edge"}));
  EXPECT_EQ(dns[3].gate->arguments.at("forwards"), Json::parse(R"([{"side": "old",
              "balancer": "edge", "target": "127.20.0.80:80"}])"));
  EXPECT_FALSE(dns[1].gate->pivot);
  EXPECT_EQ(stage(plan, "service").items[0].id(), "service/window");
  EXPECT_EQ(stage(plan, "service").items[1].id(), "service/show-page:new.edge");
}

TEST(Compile, uses_the_page_instead_of_a_hold_and_says_so) {
  move::Move move = sample_move();
  move.policy.prefer = "hold";
  Plan plan = compiled(move);
  EXPECT_EQ(plan.stages, compiled(sample_move()).stages);
  EXPECT_TRUE(warns(plan, "hold needs following"));
  EXPECT_FALSE(warns(compiled(sample_move()), "hold"));
}

TEST(Compile, counts_from_the_fence_when_there_is_no_page) {
  move::Move move = sample_move();
  move.policy.prefer = "none";
  Plan plan = compiled(move);
  EXPECT_FALSE(has(stage(plan, "service").items, "service/show-page:old.edge"));
  EXPECT_TRUE(warns(plan, "no page is shown"));
  Millis low{0};
  for (const char* id : {"fence-database:main", "copy-database:main", "verify-database:main",
                         "open-database:main", "check-service:frames", "await-health:new.edge"}) {
    low += item(stage(plan, "service").items, std::string("service/") + id).step->forecast.low;
  }
  low += item(stage(plan, "service").items, "service/approve").gate->forecast.low;
  low += item(stage(plan, "service").items, "service/forward-balancer:old.edge").step->forecast.low;
  EXPECT_EQ(plan.downtime.low, low);
}

TEST(Compile, goes_to_the_hosts_themselves_when_new_has_no_balancer) {
  move::Move move = sample_move();
  move.new_side.balancers.clear();
  Plan plan = compiled(move);
  EXPECT_EQ(item(stage(plan, "service").items, "service/forward-balancer:old.edge")
                .step->arguments.at("target"),
            "127.20.1.11:8080");
  EXPECT_EQ(stage(plan, "dns").items[1].step->arguments.at("records")[0].at("to"),
            Json({"127.20.1.11", "127.20.1.12"}));
  EXPECT_FALSE(has(stage(plan, "service").items, "service/show-page:new.edge"));
}

TEST(Compile, refuses_a_downtime_that_is_over_the_limit_at_best) {
  move::Move move = sample_move();
  move.policy.max_downtime = Millis(5'000);
  Plan plan = compiled(sample_move());
  auto [exit, text] = refusal(move);
  EXPECT_EQ(exit, Exit::refused);
  EXPECT_NE(text.find("the limit is 5s"), std::string::npos) << text;
  EXPECT_NE(text.find("at least 1"), std::string::npos) << text;
  EXPECT_TRUE(warns(plan, "over the limit of 5m"));
  move.policy.max_downtime = Millis(0);
  EXPECT_FALSE(warns(compiled(move), "over the limit"));
  EXPECT_EQ(stage(compiled(move), "service").budget, Millis(3'600'000));
}

TEST(Compile, refuses_to_change_too_much_of_a_zone) {
  Observed observed = sample_observed();
  observed.zone_records["public"] = 3;
  auto [exit, text] = refusal(sample_move(), observed);
  EXPECT_EQ(exit, Exit::refused);
  EXPECT_NE(text.find("1 of zone public's 3 records would change: 33 %, and the limit is 30 %"),
            std::string::npos)
      << text;
  observed.names["img.shop.test"] = {"A", 30, {"127.10.0.80"}};
  observed.zone_records["public"] = 6;
  EXPECT_NE(refusal(sample_move(), observed).second.find("2 of zone public's 6"),
            std::string::npos);
}

TEST(Compile, refuses_what_this_version_cannot_do) {
  move::Move move = sample_move();
  move.old_side.buckets["images"] = {"https://s3.old.example/images", {}, {}};
  move.stages.push_back({"objects", {"images"}, {}});
  expect_refusal(move, Exit::refused, "stage objects moves bucket images");
  move = sample_move();
  move.policy.gates = {{"dns", {"lag < 1s for 5m"}, {}}};
  expect_refusal(move, Exit::refused, "needs following");
  move = sample_move();
  move.old_side.databases["main"].product = "postgres";
  expect_refusal(move, Exit::refused, "moves MariaDB only");
  move = sample_move();
  move.services["other"] = move.services["frames"];
  expect_refusal(move, Exit::refused, "would forward the requests of service other too");
}

TEST(Compile, names_the_word_that_it_does_not_know) {
  move::Move move = sample_move();
  move.policy.prefer = "hop";
  expect_refusal(move, Exit::bad_move_file, "unknown word 'hop'");
  move = sample_move();
  move.policy.gates = {{"dns", {"luck"}, {}}};
  expect_refusal(move, Exit::bad_move_file, "unknown gate 'luck' before stage dns");
  move.policy.gates = {{"dna", {"approval"}, {}}};
  expect_refusal(move, Exit::bad_move_file, "'dna'");
  move.policy.gates = {{"service", {"stragglers_forwarded"}, {}}};
  expect_refusal(move, Exit::bad_move_file, "could never open");
  move = sample_move();
  move.policy.ttl.ladder = {Millis(6'000), Millis(6'000)};
  expect_refusal(move, Exit::bad_move_file, "rung 2 of policy.ttl.ladder");
  move.policy.ttl.ladder = {Millis(6'500)};
  expect_refusal(move, Exit::bad_move_file, "whole seconds");
}

TEST(Compile, guesses_openly_when_nothing_was_observed) {
  Plan plan = compile(sample_move(), Observed{}, "hash");
  const Forecast& copy =
      item(stage(plan, "service").items, "service/copy-database:main").step->forecast;
  EXPECT_EQ(copy.origin, "default size");
  EXPECT_LT(copy.low, copy.high);
  EXPECT_EQ(item(plan.stages[0].items, "prepare/ttl-expired:public#1").gate->forecast.origin,
            "default TTL");
  EXPECT_TRUE(warns(plan, "database main was not read"));
  EXPECT_TRUE(warns(plan, "the TTL of img.shop.test was not read"));
}

TEST(Compile, carries_what_was_found_into_the_risks) {
  Observed observed = sample_observed();
  observed.balancer_findings = {{"old.edge", 1}, {"new.edge", 0}};
  observed.findings = {"web1's clock is 3 s behind"};
  Plan plan = compile(sample_move(), observed, "hash");
  EXPECT_TRUE(warns(plan, "balancer old.edge: 1 finding"));
  EXPECT_FALSE(warns(plan, "new.edge"));
  EXPECT_TRUE(warns(plan, "web1's clock is 3 s behind"));
}

TEST(Compile, waits_before_the_night_as_long_as_the_ends_of_the_ladder_ask_for) {
  move::Move move = sample_move();
  move.policy.ttl.first_step_before = std::chrono::hours(24 * 14);
  move.policy.ttl.last_step_before = std::chrono::hours(3);
  const Plan plan = compiled(move);
  const std::vector<Item>& items = plan.stages[0].items;
  EXPECT_EQ(item(items, "prepare/lower-ttl:public#1").step->title,
            "Lower the TTL of frames.shop.test, img.shop.test to 12s, at least 14d before the "
            "night");
  EXPECT_EQ(item(items, "prepare/lower-ttl:public#2").step->title,
            "Lower the TTL of frames.shop.test, img.shop.test to 6s");
  const Gate first = *item(plan.stages[1].items, "service/since-rung:public#1").gate;
  EXPECT_EQ(first.condition, "since-step");
  EXPECT_EQ(first.arguments.at("step"), "prepare/lower-ttl:public#1");
  EXPECT_EQ(first.arguments.at("wait_ms"), 14LL * 24 * 3'600'000);
  const Gate last = *item(plan.stages[1].items, "service/since-rung:public#3").gate;
  EXPECT_EQ(last.title, "3h since the TTLs of zone public fell to 3s");
  // The waits run beside each other: by the last one's turn the first one's is over.
  EXPECT_LE(first.forecast.high, Millis(14LL * 24 * 3'600'000));
  EXPECT_GT(first.forecast.low, Millis(14LL * 24 * 3'600'000 - 3'600'000));
  EXPECT_EQ(last.forecast.high, Millis(0));
  EXPECT_FALSE(has(plan.stages[2].items, "dns/since-rung:public#1"));
}

TEST(Compile, keeps_old_ready_before_it_finishes) {
  EXPECT_FALSE(has(compiled(sample_move()).finish, "finish/keep-old"));
  move::Move move = sample_move();
  move.policy.keep_for = std::chrono::hours(48);
  const Plan plan = compiled(move);
  ASSERT_TRUE(plan.finish[0].gate);
  EXPECT_EQ(plan.finish[0].gate->id, "finish/keep-old");
  EXPECT_EQ(plan.finish[0].gate->arguments.at("after_the_move_ms"), 48 * 3'600'000);
  EXPECT_EQ(plan.finish[0].gate->forecast.low, std::chrono::hours(48));
}

}  // namespace hikkoshi::plan
