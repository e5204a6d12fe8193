#include "traffic/mem_balancer.h"

#include <gtest/gtest.h>

#include "traffic/balancer_contract.h"

namespace hikkoshi::traffic {

class MemBalancerWorld : public BalancerWorld {
 public:
  Balancer& balancer() override { return balancer_; }
  Answer ask(const Asked& asked) override {
    MemAnswer answer = balancer_.answer({asked.path, asked.host, asked.from});
    if (answer.server == other().text()) answer.server = "other";
    return {answer.status, answer.body, answer.retry_after, answer.cache_control, answer.server};
  }
  Answer ask_again(const Asked& asked) override { return ask(asked); }
  Endpoint other() const override { return {"127.20.0.80", 80}; }
  void restart() override {}
  std::string configuration() const override { return balancer_.configuration(); }
  void edit() override { balancer_.set_configuration(configuration() + "# by somebody\n"); }

 private:
  MemBalancer balancer_{"old.edge"};
};

INSTANTIATE_TEST_SUITE_P(Mem, BalancerContract,
                         testing::Values(BalancerKind{"mem", [] {
                                                        return std::make_unique<MemBalancerWorld>();
                                                      }}));

TEST(MemBalancer, knows_networks_of_both_families) {
  MemBalancer balancer("old.edge");
  balancer.prepare();
  Page page;
  page.allow = {"10.1.128.0/17", "2001:db8:8000::/33", "0.0.0.0/32"};
  balancer.set_page(page);
  for (const char* in : {"10.1.128.0", "10.1.255.255", "2001:db8:8000::1", "2001:db8:ffff::"})
    EXPECT_EQ(balancer.answer({.from = in}).status, 200) << in;
  for (const char* out : {"10.1.127.255", "10.2.128.0", "2001:db8:7fff::", "::1", "nowhere"})
    EXPECT_EQ(balancer.answer({.from = out}).status, 503) << out;
}

TEST(MemBalancer, plays_the_troubles_that_a_test_needs) {
  MemBalancer balancer("old.edge");
  balancer.set_in_flight(3);
  balancer.set_sick({"frames/web1: DOWN (L4CON)"});
  balancer.set_findings({{true, "no master socket", "start it with -S"}});
  EXPECT_EQ(balancer.state().in_flight, 3u);
  EXPECT_EQ(balancer.state().sick.size(), 1u);
  EXPECT_TRUE(balancer.examine().at(0).error);
  EXPECT_EQ(balancer.name(), "old.edge");
}

}  // namespace hikkoshi::traffic
