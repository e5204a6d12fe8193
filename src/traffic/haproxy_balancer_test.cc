#include "traffic/haproxy_balancer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "traffic/testing/haproxy_world.h"

namespace hikkoshi::traffic {

Page some_page() {
  Page page;
  page.body = "<h1>メンテナンス</h1>\n<p>100% \"back\" soon</p>\n";
  page.retry_after = Millis(30'000);
  return page;
}

TEST(HaproxyBalancer, shows_and_hides_the_page_and_forwards) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  std::string before = world.config();
  balancer.prepare();
  EXPECT_TRUE(balancer.state().prepared);
  SmallClient client(world.front());
  EXPECT_EQ(client.get("/", "frames.test")->body, "own / 127.0.0.1");
  balancer.set_page(some_page());
  auto paged = client.get("/", "frames.test");
  ASSERT_TRUE(paged);
  EXPECT_EQ(paged->status, 503);
  EXPECT_EQ(paged->body, some_page().body);
  EXPECT_EQ(paged->headers["retry-after"], "30");
  EXPECT_EQ(balancer.state().page, some_page());
  balancer.forward_to(world.other.endpoint());
  balancer.set_page({});
  auto forwarded = client.get("/", "frames.test");
  ASSERT_TRUE(forwarded);
  EXPECT_EQ(forwarded->body, "other / 127.0.0.1");
  EXPECT_EQ(balancer.state().forward, world.other.endpoint());
  EXPECT_EQ(balancer.state().difference, "");
  balancer.restore();
  EXPECT_EQ(world.config(), before);
  EXPECT_FALSE(balancer.state().prepared);
}

}  // namespace hikkoshi::traffic
