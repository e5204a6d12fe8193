// What every balancer must do, as one suite: the fake and the real ones pass the same.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "traffic/balancer.h"

namespace hikkoshi::traffic {

struct Asked {
  std::string path = "/";
  std::string host = "frames.test";
  std::string from = "127.0.0.1";
};

struct Answer {
  int status = 0;
  std::string body, retry_after, cache_control;
  std::string server;  ///< "own", "other", or empty when no server was asked.
};

/// A balancer between clients, its own server and one of the other side.
class BalancerWorld {
 public:
  virtual ~BalancerWorld() = default;
  virtual Balancer& balancer() = 0;
  virtual Answer ask(const Asked& asked) = 0;        ///< On a new connection.
  virtual Answer ask_again(const Asked& asked) = 0;  ///< On one and the same connection.
  virtual Endpoint other() const = 0;
  virtual void restart() = 0;  ///< The balancer's process, at once.
  virtual std::string configuration() const = 0;
  virtual void edit() = 0;  ///< Somebody changes the configuration.
};

struct BalancerKind {
  std::string name;
  std::function<std::unique_ptr<BalancerWorld>()> make;
};

class BalancerContract : public testing::TestWithParam<BalancerKind> {
 protected:
  Balancer& balancer() { return world->balancer(); }
  int status(const Asked& asked) { return world->ask(asked).status; }

  static Page page() {
    Page page;
    page.body = "<h1>メンテナンス</h1>\n<p>100% \"back\" soon; \\o/ %[x]</p>\r\n\t";
    page.retry_after = Millis(30'000);
    return page;
  }

  template <typename Action>
  static Exit refusal(Action action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.retry(), Retry::never) << error.what();
      return error.exit();
    }
    ADD_FAILURE() << "nothing was refused";
    return Exit::ok;
  }

  std::unique_ptr<BalancerWorld> world = GetParam().make();
};

TEST_P(BalancerContract, changes_nothing_by_being_prepared) {
  EXPECT_FALSE(balancer().state().prepared);
  balancer().prepare();
  State state = balancer().state();
  EXPECT_TRUE(state.prepared);
  EXPECT_FALSE(state.page);
  EXPECT_FALSE(state.forward);
  EXPECT_EQ(state.difference, "");
  Answer answer = world->ask({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.server, "own");
}

TEST_P(BalancerContract, shows_the_page_to_all) {
  balancer().prepare();
  balancer().set_page(page());
  for (const char* path : {"/", "/a/b?c", "/%2e%2e", "//"}) {
    Answer answer = world->ask({.path = path});
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.body, page().body) << path;
    EXPECT_EQ(answer.retry_after, "30");
    EXPECT_EQ(answer.cache_control, "no-store");
    EXPECT_EQ(answer.server, "");
  }
  EXPECT_EQ(balancer().state().page, page());
  balancer().set_page({});
  EXPECT_EQ(world->ask({}).server, "own");
  EXPECT_FALSE(balancer().state().page);
}

TEST_P(BalancerContract, shows_the_page_to_paths_only) {
  balancer().prepare();
  Page some = page();
  some.paths = {"/shop", "/api/v1/"};
  balancer().set_page(some);
  EXPECT_EQ(status({.path = "/shop"}), 503);
  EXPECT_EQ(status({.path = "/shop/1?x=/y"}), 503);
  EXPECT_EQ(status({.path = "/api/v1/z"}), 503);
  EXPECT_EQ(status({.path = "/"}), 200);
  EXPECT_EQ(status({.path = "/api/v2/"}), 200);
  EXPECT_EQ(status({.path = "/other?to=/shop"}), 200);
  EXPECT_EQ(balancer().state().page, some);
}

TEST_P(BalancerContract, shows_the_page_to_hosts_only) {
  balancer().prepare();
  Page some = page();
  some.hosts = {"frames.test", "Img.Shop.test"};
  balancer().set_page(some);
  EXPECT_EQ(status({.host = "frames.test"}), 503);
  EXPECT_EQ(status({.host = "FRAMES.test:8080"}), 503);
  EXPECT_EQ(status({.host = "img.shop.test"}), 503);
  EXPECT_EQ(status({.host = "shop.test"}), 200);
  EXPECT_EQ(status({.host = "www.frames.test"}), 200);
  some.paths = {"/a"};
  balancer().set_page(some);
  EXPECT_EQ(status({.path = "/a"}), 503) << "both must match";
  EXPECT_EQ(status({.path = "/b"}), 200);
  EXPECT_EQ(status({.path = "/a", .host = "shop.test"}), 200);
  EXPECT_EQ(balancer().state().page, some);
}

TEST_P(BalancerContract, lets_the_allowed_addresses_pass) {
  balancer().prepare();
  Page some = page();
  some.allow = {"127.0.0.7", "127.30.4.0/22", "2001:db8::/32"};
  balancer().set_page(some);
  for (const char* in : {"127.0.0.7", "127.30.4.0", "127.30.7.255"})
    EXPECT_EQ(world->ask({.from = in}).server, "own") << in;
  for (const char* out : {"127.0.0.1", "127.0.0.77", "127.30.3.255", "127.30.8.0"})
    EXPECT_EQ(status({.from = out}), 503) << out;
  EXPECT_EQ(balancer().state().page, some);
  some.allow = {"127.0.0.1"};
  balancer().set_page(some);
  EXPECT_EQ(status({.from = "127.0.0.7"}), 503);
  EXPECT_EQ(status({.from = "127.0.0.1"}), 200);
}

TEST_P(BalancerContract, changes_a_shown_page) {
  balancer().prepare();
  balancer().set_page(page());
  Page next;
  next.body = std::string(50'000, 'x') + std::string("\0\n終", 5);
  next.retry_after = Millis(1'500);
  balancer().set_page(next);
  Answer answer = world->ask({});
  EXPECT_EQ(answer.body, next.body);
  EXPECT_EQ(answer.retry_after, "2") << "whole seconds, never fewer than meant";
  EXPECT_EQ(balancer().state().page, next);
  next.body = "";
  balancer().set_page(next);
  EXPECT_EQ(world->ask({}).body, "");
}

TEST_P(BalancerContract, forwards_and_comes_back) {
  balancer().prepare();
  balancer().forward_to(world->other());
  EXPECT_EQ(world->ask({}).server, "other");
  EXPECT_EQ(balancer().state().forward, world->other());
  EXPECT_FALSE(balancer().state().page);
  balancer().forward_to({});
  EXPECT_EQ(world->ask({}).server, "own");
  EXPECT_FALSE(balancer().state().forward);
}

TEST_P(BalancerContract, shows_the_page_before_it_forwards) {
  balancer().prepare();
  balancer().set_page(page());
  balancer().forward_to(world->other());
  EXPECT_EQ(status({}), 503);
  balancer().set_page({});
  EXPECT_EQ(world->ask({}).server, "other") << "the page's end does not end the forwarding";
  balancer().set_page(page());
  balancer().forward_to({});
  EXPECT_EQ(status({}), 503) << "nor the other way round";
}

TEST_P(BalancerContract, keeps_connections_while_it_switches) {
  balancer().prepare();
  EXPECT_EQ(world->ask_again({}).server, "own");
  balancer().set_page(page());
  EXPECT_EQ(world->ask_again({}).status, 503);
  balancer().forward_to(world->other());
  EXPECT_EQ(world->ask_again({}).status, 503);
  balancer().set_page({});
  EXPECT_EQ(world->ask_again({}).server, "other");
  balancer().forward_to({});
  EXPECT_EQ(world->ask_again({}).server, "own");
}

TEST_P(BalancerContract, comes_up_as_it_was_last_told) {
  balancer().prepare();
  world->restart();
  EXPECT_EQ(world->ask({}).server, "own");
  balancer().set_page(page());
  world->restart();
  EXPECT_EQ(status({}), 503);
  EXPECT_EQ(balancer().state().page, page());
  balancer().forward_to(world->other());
  balancer().set_page({});
  world->restart();
  EXPECT_EQ(world->ask({}).server, "other");
  EXPECT_EQ(balancer().state().forward, world->other());
  EXPECT_EQ(balancer().state().difference, "");
  balancer().forward_to({});
  world->restart();
  EXPECT_EQ(world->ask({}).server, "own");
}

TEST_P(BalancerContract, counts_requests) {
  balancer().prepare();
  auto before = balancer().state().requests;
  for (int i = 0; i < 7; ++i) world->ask({});
  EXPECT_EQ(balancer().state().requests, before + 7);
}

TEST_P(BalancerContract, may_be_told_everything_twice) {
  balancer().prepare();
  balancer().set_page(page());
  balancer().set_page(page());
  balancer().prepare();
  EXPECT_EQ(balancer().state().page, page()) << "preparing again resets nothing";
  balancer().forward_to(world->other());
  balancer().forward_to(world->other());
  balancer().set_page({});
  balancer().set_page({});
  EXPECT_EQ(world->ask({}).server, "other");
}

TEST_P(BalancerContract, restores_the_exact_bytes) {
  std::string before = world->configuration();
  balancer().prepare();
  EXPECT_NE(world->configuration(), before);
  balancer().set_page(page());
  balancer().restore();
  EXPECT_EQ(world->configuration(), before);
  EXPECT_EQ(world->ask({}).server, "own") << "and with them the page goes";
  EXPECT_FALSE(balancer().state().prepared);
  balancer().restore();
  EXPECT_EQ(world->configuration(), before);
  balancer().prepare();
  EXPECT_FALSE(balancer().state().page) << "nothing is left of the last time";
}

TEST_P(BalancerContract, asks_a_human_when_somebody_has_changed_the_configuration) {
  balancer().prepare();
  world->edit();
  std::string edited = world->configuration();
  EXPECT_FALSE(balancer().state().prepared);
  EXPECT_NE(balancer().state().difference, "");
  EXPECT_EQ(refusal([&] { balancer().restore(); }), Exit::needs_human);
  EXPECT_EQ(refusal([&] { balancer().prepare(); }), Exit::needs_human);
  EXPECT_EQ(world->configuration(), edited);
}

TEST_P(BalancerContract, is_told_nothing_before_it_is_prepared) {
  EXPECT_EQ(refusal([&] { balancer().set_page(page()); }), Exit::needs_human);
  EXPECT_EQ(refusal([&] { balancer().forward_to(world->other()); }), Exit::needs_human);
  EXPECT_EQ(world->ask({}).server, "own");
}

TEST_P(BalancerContract, refuses_what_is_no_page_and_no_target) {
  balancer().prepare();
  for (const char* path : {"shop", "", "/a b", "/a;b", "/a\nb", "/%20", "/\"", "/#"}) {
    Page wrong = page();
    wrong.paths = {path};
    refusal([&] { balancer().set_page(wrong); });
  }
  Page wrong = page();
  wrong.hosts = {"a b"};
  refusal([&] { balancer().set_page(wrong); });
  wrong = page();
  wrong.allow = {"127.0.0.0/33"};
  refusal([&] { balancer().set_page(wrong); });
  refusal([&] { balancer().forward_to(Endpoint{"edge.new.test", 80}); });
  refusal([&] { balancer().forward_to(Endpoint{"127.0.0.1", 0}); });
  EXPECT_EQ(world->ask({}).server, "own");
}

}  // namespace hikkoshi::traffic
