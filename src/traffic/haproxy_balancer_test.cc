#include "traffic/haproxy_balancer.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"
#include "traffic/testing/haproxy_world.h"

namespace hikkoshi::traffic {

namespace {

Page some_page() {
  Page page;
  page.body = "<h1>Back soon</h1>\n";
  page.retry_after = Millis(30'000);
  return page;
}

std::string who(HaproxyWorld& world, const std::string& path = "/",
                const std::string& host = "frames.test") {
  auto answer = SmallClient(world.front()).get(path, host);
  if (!answer) return "nobody";
  return answer->status == 503 ? "page" : split(answer->body, ' ')[0];
}

template <typename Action>
Error failure(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing failed";
  return Error(Retry::safe, "");
}

/// The configuration's folder as it is without us.
std::vector<std::string> files(const HaproxyWorld& world) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(world.folder()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// Loses the connection to the host at the n-th place, then never again.
struct Breaker {
  explicit Breaker(HaproxyWorld& world) : host(world.here), config(world.config_path()) {
    host.before = [this](const std::string& what) {
      pass("before " + what);
    };
    // Behind the configuration's replacement stands an effect that is not the host's: a reload.
    host.after = [this](const std::string& what) {
      if (what == "write " + config) pass("after " + what);
    };
  }
  void pass(const std::string& what) {
    if (what.starts_with("before run ") && what.find("mkdir") == what.npos) return;
    if (--left != 0) return;
    broken_at = what;
    throw Error(Retry::ask, "the connection broke");
  }

  WatchedHost host;
  const std::string config;
  int left = 0;
  std::string broken_at;
};

/// Runs the action on a fresh driver whose connection breaks at the n-th place; false when it ran
/// to its end because there are fewer places.
template <typename Action>
bool breaks(HaproxyWorld& world, int place, Action action, std::string& where) {
  Breaker breaker(world);
  breaker.left = place;
  HaproxyBalancer balancer(world.options(), breaker.host, world.clock);
  try {
    action(balancer);
    return false;
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::ask) << error.what();
    where = breaker.broken_at;
    return true;
  }
}

}  // namespace

TEST(HaproxyBalancer, ends_prepared_wherever_preparing_was_cut_off) {
  HaproxyWorld world;
  std::string original = world.config(), where;
  auto present = files(world);
  for (int place = 1;; ++place) {
    bool broke = breaks(
        world, place, [](auto& balancer) { balancer.prepare(); }, where);
    if (!broke) {
      EXPECT_GT(place, 10) << "fewer places than there are files";
      break;
    }
    SCOPED_TRACE(where);
    world.restart();
    EXPECT_EQ(who(world), "own") << "what is on disk must always be what HAProxy can load";
    HaproxyBalancer balancer(world.options(), world.here, world.clock);
    balancer.prepare();
    EXPECT_TRUE(balancer.state().prepared);
    EXPECT_EQ(balancer.state().difference, "");
    balancer.restore();
    EXPECT_EQ(world.config(), original);
    EXPECT_EQ(files(world), present);
  }
}

TEST(HaproxyBalancer, ends_restored_wherever_restoring_was_cut_off) {
  HaproxyWorld world;
  std::string original = world.config(), where;
  auto present = files(world);
  for (int place = 1;; ++place) {
    HaproxyBalancer balancer(world.options(), world.here, world.clock);
    balancer.prepare();
    balancer.set_page(some_page());
    bool broke = breaks(
        world, place, [](auto& it) { it.restore(); }, where);
    SCOPED_TRACE(where);
    if (place % 2) world.restart();
    balancer.restore();
    EXPECT_EQ(who(world), "own");
    EXPECT_EQ(world.config(), original);
    EXPECT_EQ(files(world), present);
    if (broke) continue;
    EXPECT_GT(place, 8);
    break;
  }
}

TEST(HaproxyBalancer, is_never_open_in_between_while_a_shown_page_changes) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  balancer.prepare();
  Page first = some_page(), second = some_page();
  first.paths = {"/a"};
  second.hosts = {"frames.test"};
  second.body = "<p>the second</p>";
  std::string where;
  for (int place = 1;; ++place) {
    balancer.set_page(first);
    bool broke = breaks(
        world, place, [&](auto& it) { it.set_page(second); }, where);
    SCOPED_TRACE(where);
    EXPECT_EQ(who(world, "/a"), "page");
    world.restart();
    EXPECT_EQ(who(world, "/a"), "page");
    balancer.set_page(second);
    EXPECT_EQ(who(world, "/b"), "page");
    EXPECT_EQ(who(world, "/b", "img.test"), "own");
    EXPECT_EQ(balancer.state().page, second);
    if (!broke) break;
  }
}

TEST(HaproxyBalancer, finishes_what_was_written_and_not_yet_told) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  balancer.prepare();
  WatchedHost host(world.here);
  host.after = [](const std::string& what) {
    if (what.ends_with("switch.map")) throw Error(Retry::ask, "the connection broke");
  };
  HaproxyBalancer broken(world.options(), host, world.clock);
  EXPECT_EQ(failure([&] { broken.forward_to(world.other.endpoint()); }).retry(), Retry::ask);
  EXPECT_EQ(who(world), "own");
  EXPECT_NE(balancer.state().difference, "") << "file and run time disagree";
  EXPECT_FALSE(balancer.state().forward) << "it is the running one that counts";
  balancer.forward_to(world.other.endpoint());
  EXPECT_EQ(who(world), "other");
  EXPECT_EQ(balancer.state().difference, "");
}

TEST(HaproxyBalancer, tells_all_workers_old_ones_too) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  balancer.prepare();
  SmallClient kept(world.front());
  ASSERT_EQ(kept.get("/", "frames.test")->status, 200);
  world.ask("reload");
  auto processes = [&] {
    return parse_processes(world.ask("show proc"));
  };
  while (!processes() || processes()->workers.size() < 2) std::this_thread::sleep_for(Millis(10));
  balancer.set_page(some_page());
  auto paged = kept.get("/", "frames.test");
  ASSERT_TRUE(paged) << "idle-close-on-response keeps it for one more answer";
  EXPECT_EQ(paged->status, 503) << "by the old worker";
  EXPECT_EQ(who(world), "page") << "by the new one";
}

TEST(HaproxyBalancer, does_not_show_a_page_past_which_an_old_worker_leads) {
  HaproxyWorld world;
  auto options = world.options();
  options.old_workers = Millis(200);
  HaproxyBalancer balancer(options, world.here, world.clock);
  SmallClient kept(world.front());
  ASSERT_EQ(kept.get("/", "frames.test")->status, 200);
  balancer.prepare();
  Error error = failure([&] { balancer.set_page(some_page()); });
  EXPECT_EQ(error.retry(), Retry::safe);
  EXPECT_NE(std::string(error.what()).find("still serves"), std::string::npos);
  EXPECT_EQ(who(world), "own") << "nothing was half told";
  ASSERT_TRUE(kept.get("/", "frames.test")) << "its last answer ends the connection";
  balancer.set_page(some_page());
  EXPECT_EQ(who(world), "page");
}

TEST(HaproxyBalancer, counts_what_is_in_flight_until_it_is_answered) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  balancer.prepare();
  SmallClient first(world.front()), second(world.front()), idle(world.front());
  first.send("/slow", "frames.test");
  second.send("/slow", "frames.test");
  ASSERT_TRUE(idle.get("/", "frames.test"));
  world.own.wait_for_slow(2);
  EXPECT_EQ(balancer.state().in_flight, 2u);
  balancer.set_page(some_page());
  EXPECT_EQ(balancer.state().in_flight, 2u) << "the page does not cut what is being answered";
  EXPECT_EQ(idle.get("/", "frames.test")->status, 503);
  world.own.release();
  EXPECT_EQ(first.receive()->status, 200);
  EXPECT_EQ(second.receive()->status, 200);
  EXPECT_EQ(balancer.state().in_flight, 0u);
}

TEST(HaproxyBalancer, keeps_the_clients_address_and_the_request_when_it_forwards) {
  std::string ordinary = HaproxyWorld::ordinary;
  for (const std::string& config : {ordinary, replace_all(ordinary, "  option forwardfor\n", "")}) {
    HaproxyWorld world(config);
    HaproxyBalancer balancer(world.options(), world.here, world.clock);
    balancer.prepare();
    balancer.forward_to(world.other.endpoint());
    SmallClient client(world.front(), "127.9.8.7");
    client.send("/path?q=1", "frames.test", std::string(100'000, 'x'));
    auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "other /path?q=1 127.9.8.7") << "once, whoever adds it";
    EXPECT_EQ(balancer.state().in_flight, 0u) << "the other side's requests are not its own";
  }
}

TEST(HaproxyBalancer, answers_with_the_page_to_a_request_with_a_body) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  balancer.prepare();
  balancer.set_page(some_page());
  SmallClient client(world.front());
  for (int i = 0; i < 2; ++i) {
    client.send("/", "frames.test", std::string(300'000, 'x'));
    auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, some_page().body);
    EXPECT_EQ(answer->headers["content-type"], "text/html; charset=utf-8");
  }
}

TEST(HaproxyBalancer, names_the_sick_servers) {
  HaproxyWorld world(replace_all(HaproxyWorld::ordinary, "check inter 200ms",
                                 "check inter 50ms fall 1\n  server gone 127.0.0.1:1 check inter "
                                 "50ms fall 1"));
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  std::vector<std::string> sick;
  while (sick.empty()) sick = balancer.state().sick;
  EXPECT_EQ(sick, std::vector<std::string>{"frames/gone: DOWN (L4CON)"});
}

TEST(HaproxyBalancer, prepares_only_the_frontends_that_it_was_given) {
  std::string both = replace_all(HaproxyWorld::ordinary, "# The application.",
                                 "frontend second\n  bind SECOND\n  default_backend frames\n");
  HaproxyWorld world(both);
  auto options = world.options();
  options.frontends = {"second"};
  HaproxyBalancer one(options, world.here, world.clock);
  one.prepare();
  one.set_page(some_page());
  EXPECT_EQ(who(world), "own");
  EXPECT_EQ(SmallClient(world.second_front()).get("/", "x")->status, 503);
  one.restore();
  HaproxyBalancer all(world.options(), world.here, world.clock);
  all.prepare();
  all.set_page(some_page());
  EXPECT_EQ(who(world), "page");
  EXPECT_EQ(SmallClient(world.second_front()).get("/", "x")->status, 503);
}

TEST(HaproxyBalancer, works_with_configurations_as_people_write_them) {
  std::string ordinary = HaproxyWorld::ordinary;
  for (const std::string& odd : {
           replace_all(ordinary, "\n", "\r\n"),
           replace_all(ordinary, "nbthread 1", "nbthread 1\n  zero-warning"),
           replace_all(replace_all(ordinary, "frontend http", "frontend hikkoshi_forward"),
                       "backend frames", "backend hikkoshi_own") +
               "backend frames\n  server a OWN\n",
           replace_all(ordinary, "  http-request set-header X-Seen yes",
                       "  tcp-request connection accept\n  .if streq(a,a)\n  http-request "
                       "set-header X-Seen yes\n  .endif\n  acl a path /a\n  http-request deny if a"
                       "\n  use_backend frames if !a"),
           replace_all(ordinary, "  default_backend frames", "  use_backend %[str(frames)]"),
           "global\n  chroot FOLDER\n" + ordinary,
           std::string("defaults\n  mode http\n  timeout client 9s\n  timeout connect 9s\n"
                       "  timeout server 9s\nlisten all\n  bind FRONT\n  server a OWN\n"),
       }) {
    SCOPED_TRACE(odd);
    HaproxyWorld world(odd);
    std::string before = world.config();
    HaproxyBalancer balancer(world.options(), world.here, world.clock);
    balancer.prepare();
    EXPECT_EQ(who(world), "own");
    balancer.set_page(some_page());
    EXPECT_EQ(who(world), "page");
    balancer.set_page({});
    balancer.forward_to(world.other.endpoint());
    EXPECT_EQ(who(world), "other");
    balancer.restore();
    EXPECT_EQ(world.config(), before);
  }
}

TEST(HaproxyBalancer, keeps_the_mode_of_the_configuration) {
  HaproxyWorld world;
  HaproxyBalancer balancer(world.options(), world.here, world.clock);
  auto mode = [&](const std::string& path) {
    return world.here.read_file(path)->mode;
  };
  ASSERT_EQ(mode(world.config_path()), mode_t(0640));
  balancer.prepare();
  EXPECT_EQ(mode(world.config_path()), mode_t(0640));
  EXPECT_EQ(mode(world.config_path() + ".before-hikkoshi"), mode_t(0640));
  balancer.restore();
  EXPECT_EQ(mode(world.config_path()), mode_t(0640));
}

TEST(HaproxyBalancer, changes_nothing_when_haproxy_refuses_its_rules) {
  HaproxyWorld world;
  WatchedHost host(world.here);
  host.before = [&](const std::string& what) {
    if (what.starts_with("run ") && what.ends_with("haproxy"))
      std::filesystem::remove(world.folder() + "/hikkoshi/allow.lst");
  };
  HaproxyBalancer balancer(world.options(), host, world.clock);
  std::string before = world.config();
  auto present = files(world);
  Error error = failure([&] { balancer.prepare(); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_NE(std::string(error.what()).find("allow.lst"), std::string::npos) << error.what();
  EXPECT_EQ(world.config(), before);
  EXPECT_EQ(files(world), present);
  EXPECT_EQ(who(world), "own");
}

TEST(HaproxyBalancer, puts_the_old_file_back_when_the_reload_fails) {
  HaproxyWorld world;
  WatchedHost host(world.here);
  host.after = [&](const std::string& what) {
    // Valid when it was checked, not any more when it is loaded.
    if (what == "write " + world.config_path())
      std::filesystem::remove(world.folder() + "/hikkoshi/allow.lst");
  };
  HaproxyBalancer balancer(world.options(), host, world.clock);
  std::string before = world.config();
  auto present = files(world);
  EXPECT_EQ(failure([&] { balancer.prepare(); }).retry(), Retry::never);
  EXPECT_EQ(world.config(), before);
  EXPECT_EQ(files(world), present);
  EXPECT_EQ(who(world), "own");
  world.restart();
  EXPECT_EQ(who(world), "own");
}

TEST(HaproxyBalancer, refuses_a_configuration_that_would_not_load) {
  HaproxyWorld world;
  std::string ordinary = world.config();
  for (const std::string& wrong :
       {ordinary + "nonsense\n", ordinary.substr(0, ordinary.size() - 1)}) {
    world.write_config(wrong);
    HaproxyBalancer balancer(world.options(), world.here, world.clock);
    EXPECT_EQ(failure([&] { balancer.prepare(); }).retry(), Retry::never);
    EXPECT_EQ(world.config(), wrong);
  }
}

TEST(HaproxyBalancer, that_is_not_there_may_be_tried_again) {
  HaproxyWorld world;
  auto options = world.options();
  options.master = world.folder() + "/nobody.sock";
  options.patience = Millis(50);
  HaproxyBalancer balancer(options, world.here, world.clock);
  EXPECT_EQ(failure([&] { balancer.prepare(); }).retry(), Retry::safe);
  EXPECT_EQ(failure([&] { balancer.state(); }).retry(), Retry::safe);
  EXPECT_EQ(files(world).size(), 4u) << "configuration, log and two sockets";
}

TEST(HaproxyBalancer, tells_a_worker_that_came_while_it_was_telling) {
  HaproxyWorld world;
  WatchedHost host(world.here);
  HaproxyBalancer balancer(world.options(), host, world.clock);
  balancer.prepare();
  bool restarted = false;
  host.before = [&](const std::string& what) {
    if (!what.ends_with("switch.map") || std::exchange(restarted, true)) return;
    world.restart();
  };
  balancer.set_page(some_page());
  EXPECT_TRUE(restarted);
  EXPECT_EQ(who(world), "page");
  restarted = false;
  host.before = [](const std::string&) {
  };
  host.after = [&](const std::string& what) {
    if (!what.ends_with("switch.map") || std::exchange(restarted, true)) return;
    world.restart();
  };
  balancer.set_page({});
  EXPECT_TRUE(restarted);
  EXPECT_EQ(who(world), "own");
  EXPECT_EQ(balancer.state().difference, "");
}

TEST(HaproxyBalancer, refuses_paths_that_a_configuration_could_misread) {
  HaproxyWorld world;
  for (const char* config : {"haproxy.cfg", "/etc/ha proxy.cfg", "/etc/%[x].cfg", "/a\n.cfg"}) {
    auto options = world.options();
    options.config = config;
    EXPECT_THROW(HaproxyBalancer(options, world.here, world.clock), Error) << config;
  }
}

}  // namespace hikkoshi::traffic
