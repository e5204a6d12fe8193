// The panel against a real unbound in front of the Knot pair.
#include <gtest/gtest.h>

#include "dns/resolver_panel.h"
#include "dns/rfc2136_zone.h"
#include "dns/testing/knot_pair.h"

namespace hikkoshi::dns {
namespace {

class Unbound {
 public:
  explicit Unbound(const KnotPair& knot) : address_(KnotPair::address(168)) {
    const std::string here = knot.folder();
    const std::string stub = "    stub-addr: ", at = "@" + std::to_string(KnotPair::port) + "\n";
    write_file_atomically(
        here + "/unbound.conf",
        "server:\n    directory: \"" + here + "\"\n    username: \"\"\n    chroot: \"\"\n" +
            "    pidfile: \"" + here + "/unbound.pid\"\n    logfile: \"" + here +
            "/unbound.log\"\n    use-syslog: no\n    interface: " + address_ + at +
            "    access-control: 127.0.0.0/8 allow\n    do-not-query-localhost: no\n" +
            "    do-ip6: no\n    num-threads: 1\n    module-config: \"iterator\"\n" +
            "    local-zone: \"test.\" nodefault\n    so-sndbuf: 0\n" +
            "stub-zone:\n    name: \"shop.test\"\n" + stub + knot.primary() + at + stub +
            knot.secondary() + at + "remote-control:\n    control-enable: no\n");
    process_ = std::make_unique<BackgroundProcess>(
        std::vector<std::string>{"/usr/sbin/unbound", "-d", "-c", here + "/unbound.conf"},
        here + "/unbound.out");
    for (int i = 0; i < 200 && KnotPair::dig(address_, "ns1.shop.test", "A").empty(); ++i) {
      usleep(25'000);
    }
  }

  Endpoint endpoint() const { return {address_, KnotPair::port}; }

 private:
  std::string address_;
  std::unique_ptr<BackgroundProcess> process_;
};

TEST(ResolverPanelOnUnbound, shows_the_old_address_while_its_ttl_lasts) {
  KnotPair knot;
  Unbound unbound(knot);
  auto ask = [&](const std::string& name) {
    return ask_resolvers({unbound.endpoint()}, name, Type::a).front();
  };
  ResolverAnswer first = ask("api.shop.test");
  ASSERT_TRUE(first.records) << first.fault;
  EXPECT_EQ(first.records->values, std::vector<std::string>{"127.10.5.1"});
  EXPECT_LE(first.records->ttl, 60u);
  EXPECT_EQ(first.chain, std::vector<std::string>{"www.shop.test"});

  Rfc2136Zone zone({.primary = {knot.primary(), KnotPair::port},
                    .zone = "shop.test",
                    .tsig = KnotPair::key(),
                    .port = KnotPair::port});
  zone.change({{{"www.shop.test", Type::a, 60, {"127.10.5.1"}}},
               {{"www.shop.test", Type::a, 60, {"127.20.0.80"}}}});
  EXPECT_EQ(ask("api.shop.test").records->values, std::vector<std::string>{"127.10.5.1"})
      << "the resolver's own copy";
  EXPECT_EQ(ask("many.shop.test").records->values.size(), 60u);
  EXPECT_TRUE(ask("nobody.shop.test").reachable);
  EXPECT_FALSE(ask("nobody.shop.test").records);
}

}  // namespace
}  // namespace hikkoshi::dns
