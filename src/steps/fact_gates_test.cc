#include "steps/fact_gates.h"

#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "base/error.h"
#include "traffic/mem_balancer.h"

namespace hikkoshi::steps {

namespace {

using Facts = std::map<std::pair<std::string, std::string>, Json>;

/// What earlier steps told, as the journal would give it back.
class ToldNotebook : public engine::Notebook {
 public:
  explicit ToldNotebook(const Facts& facts) : facts_(facts) {}
  void progress(const Json&) override {}
  void fact(std::string_view, const Json&) override {}
  std::optional<Json> recall(std::string_view step, std::string_view key) const override {
    auto found = facts_.find({std::string(step), std::string(key)});
    if (found == facts_.end()) return {};
    return found->second;
  }
  std::optional<Json> before_of(std::string_view) const override { return {}; }

 private:
  const Facts& facts_;
};

/// OLD's balancers; whoever asks for anything else asks too much.
class BalancersOnly : public Drivers {
 public:
  [[noreturn]] static void refuse() { throw Error(Retry::never, "the gate asks for a stranger"); }
  hosts::Host& host(std::string_view, const std::string&) override { refuse(); }
  traffic::Balancer& balancer(std::string_view side, const std::string& name) override {
    if (side != "old") refuse();
    auto found = balancers.find(name);
    if (found == balancers.end()) refuse();
    return found->second;
  }
  database::Database& database(std::string_view, const std::string&) override { refuse(); }
  database::Fence& fence(std::string_view, const std::string&) override { refuse(); }
  database::Transfer& transfer(const std::string&) override { refuse(); }
  dns::Zone& zone(const std::string&) override { refuse(); }
  std::string address(std::string_view, const std::string&) override { refuse(); }
  std::string file(const std::string&) override { refuse(); }

  std::map<std::string, traffic::MemBalancer> balancers;
};

class FactGates : public testing::Test {
 protected:
  FactGates() {
    for (const char* name : {"edge", "inner"}) {
      auto& balancer =
          drivers.balancers.try_emplace(name, std::string("old.") + name).first->second;
      balancer.prepare();
    }
  }

  Context context() { return {drivers, notebook, clock, names}; }

  engine::Reading verified(std::vector<std::string> steps) {
    return make_verified(gate({{"steps", steps}}), context())->read();
  }

  engine::Reading forwarded(const Json& forwards) {
    return make_stragglers_forwarded(gate({{"forwards", forwards}}), context())->read();
  }

  static plan::Gate gate(Json arguments) {
    plan::Gate gate;
    gate.id = "dns/gate";
    gate.arguments = std::move(arguments);
    return gate;
  }

  void told(const std::string& step, int rows, int mismatches) {
    facts[{step, "verify"}] = {{"rows", rows}, {"mismatches", mismatches}};
  }

  traffic::MemBalancer& balancer(const std::string& name) { return drivers.balancers.at(name); }

  Facts facts;
  ToldNotebook notebook{facts};
  BalancersOnly drivers;
  FakeClock clock;
  Names names;
};

const Json edge_to_new{{"side", "old"}, {"balancer", "edge"}, {"target", "127.20.0.80:80"}};
const Json inner_to_new{{"side", "old"}, {"balancer", "inner"}, {"target", "127.20.0.81"}};

}  // namespace

TEST_F(FactGates, stay_shut_until_every_database_was_compared) {
  told("service/verify-database:main", 1200, 0);
  auto reading = verified({"service/verify-database:main", "service/verify-database:other"});
  EXPECT_FALSE(reading.open);
  EXPECT_EQ(reading.evidence, "service/verify-database:other has not compared yet");
}

TEST_F(FactGates, open_when_every_comparison_found_no_mismatch) {
  told("service/verify-database:main", 1200, 0);
  told("service/verify-database:other", 34, 0);
  auto reading = verified({"service/verify-database:main", "service/verify-database:other"});
  EXPECT_TRUE(reading.open);
  EXPECT_EQ(reading.evidence, "1,234 rows were compared and are equal");
}

TEST_F(FactGates, stay_shut_after_a_mismatch_in_any_database) {
  told("service/verify-database:main", 1200, 0);
  told("service/verify-database:other", 34, 2);
  auto reading = verified({"service/verify-database:main", "service/verify-database:other"});
  EXPECT_FALSE(reading.open);
  EXPECT_EQ(reading.evidence, "service/verify-database:other found 2 mismatches");
}

TEST_F(FactGates, follow_the_newest_comparison) {
  auto condition = make_verified(gate({{"steps", {"a"}}}), context());
  told("a", 10, 1);
  EXPECT_FALSE(condition->read().open);
  told("a", 10, 0);
  EXPECT_TRUE(condition->read().open);
}

TEST_F(FactGates, open_when_all_balancers_forward_to_where_the_plan_says) {
  balancer("edge").forward_to(Endpoint{"127.20.0.80", 80});
  auto reading = forwarded(Json::array({edge_to_new, inner_to_new}));
  EXPECT_FALSE(reading.open);
  EXPECT_EQ(reading.evidence, "old.inner serves by itself");
  balancer("inner").forward_to(Endpoint{"127.20.0.81", 80});
  reading = forwarded(Json::array({edge_to_new, inner_to_new}));
  EXPECT_TRUE(reading.open);
  EXPECT_EQ(reading.evidence,
            "old.edge forwards to 127.20.0.80:80, old.inner forwards to 127.20.0.81:80");
}

TEST_F(FactGates, stay_shut_when_a_balancer_forwards_to_somewhere_else) {
  balancer("edge").forward_to(Endpoint{"127.66.0.1", 80});
  auto reading = forwarded(Json::array({edge_to_new}));
  EXPECT_FALSE(reading.open);
  EXPECT_EQ(reading.evidence, "old.edge forwards to 127.66.0.1:80");
}

TEST_F(FactGates, shut_again_when_a_balancer_stops_forwarding) {
  auto condition =
      make_stragglers_forwarded(gate({{"forwards", Json::array({edge_to_new})}}), context());
  balancer("edge").forward_to(Endpoint{"127.20.0.80", 80});
  EXPECT_TRUE(condition->read().open);
  balancer("edge").forward_to({});
  EXPECT_FALSE(condition->read().open);
}

TEST_F(FactGates, with_nothing_to_look_at_are_never_taken_for_open) {
  for (const Json& arguments :
       {Json::object(), Json{{"steps", Json::array()}, {"forwards", Json::array()}},
        Json{{"steps", "service/verify-database:main"}, {"forwards", "old.edge"}}}) {
    for (auto make : {make_verified, make_stragglers_forwarded}) {
      try {
        make(gate(arguments), context());
        ADD_FAILURE() << arguments;
      } catch (const Error& error) {
        EXPECT_EQ(error.exit(), Exit::stale_plan) << arguments;
        EXPECT_NE(std::string(error.what()).find("dns/gate"), std::string::npos);
      }
    }
  }
}

TEST_F(FactGates, say_so_when_the_plan_names_no_address) {
  Json wrong = edge_to_new;
  wrong["target"] = "-oProxyCommand=x";
  try {
    forwarded(Json::array({wrong}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the plan's forwarding target is no address");
  }
}

}  // namespace hikkoshi::steps
