#include "dns/resolver_panel.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "dns/testing/fake_server.h"

namespace hikkoshi::dns {
namespace {

using Strings = std::vector<std::string>;
constexpr int from_cache = 0x8180;  // QR, RD, RA

const std::string address = std::string("\x7f\x14\0\x50", 4);
const Patience little{Millis(300), 1};

Strings silence(const std::string&) {
  return {};
}

/// The address under the alias's target, which stands where the CNAME's data begins.
std::string chained(const std::string& query) {
  const std::string alias = wire_record(5, 20, wire_name("lb.new.test"));
  const size_t target = 12 + question_of(query).size() + 12;
  std::string record = wire_record(1, 50, address);
  record[1] = static_cast<char>(target);
  return reply_to(query, from_cache, {alias, record});
}

TEST(ResolverPanel, follows_the_chain_in_the_answer_and_takes_its_smallest_ttl) {
  FakeServer resolver([](const std::string& query) -> Strings { return {chained(query)}; },
                      silence);
  auto answers = ask_resolvers({resolver.endpoint()}, "www.shop.test", Type::a, little);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(answers[0].reachable) << answers[0].fault;
  EXPECT_EQ(answers[0].records, (RecordSet{"www.shop.test", Type::a, 20, {"127.20.0.80"}}));
  EXPECT_EQ(answers[0].chain, Strings{"lb.new.test"});
}

TEST(ResolverPanel, keeps_the_order_and_the_faults_of_its_resolvers) {
  FakeServer failing(
      [](const std::string& query) -> Strings { return {reply_to(query, from_cache | 2)}; },
      silence);
  FakeServer nothing(
      [](const std::string& query) -> Strings { return {reply_to(query, from_cache | 3)}; },
      silence);
  FakeServer garbled(
      [](const std::string& query) -> Strings {
        return {query.substr(0, 2) + "\x80" + std::string(20, '\xff')};
      },
      silence);
  auto answers = ask_resolvers({failing.endpoint(), nothing.endpoint(), garbled.endpoint()},
                               "www.shop.test", Type::a, little);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].resolver, failing.endpoint());
  EXPECT_EQ(answers[0].fault, "SERVFAIL");
  EXPECT_FALSE(answers[0].reachable);
  EXPECT_TRUE(answers[1].reachable);
  EXPECT_FALSE(answers[1].records);
  EXPECT_FALSE(answers[2].reachable);
  EXPECT_FALSE(answers[2].fault.empty());
}

TEST(ResolverPanel, comes_out_of_a_chain_that_bites_its_tail) {
  FakeServer resolver(
      [](const std::string& query) -> Strings {
        return {reply_to(query, from_cache, {wire_record(5, 20, wire_name("www.shop.test"))})};
      },
      silence);
  auto answers = ask_resolvers({resolver.endpoint()}, "www.shop.test", Type::a, little);
  EXPECT_TRUE(answers[0].reachable);
  EXPECT_FALSE(answers[0].records);
}

TEST(ResolverPanel, does_not_ask_for_what_is_no_name) {
  EXPECT_THROW(ask_resolvers({}, "a b", Type::a), Error);
  EXPECT_THROW(ask_resolvers({}, "shop.test", Type::other), Error);
}

TEST(ResolvConf, names_the_resolvers) {
  auto found = parse_resolv_conf(
      "# nameserver 10.0.0.9\n; nameserver 10.0.0.8\nsearch shop.test\nnameserver 127.0.0.53\n"
      "nameserver\t2001:db8::53 # second\n nameserver 10.0.0.1;x\nnameserver host\n"
      "nameservers 10.0.0.2\nnameserver fe80::1%eth0\nnameserver 10.0.0.3\r\n");
  EXPECT_EQ(found, (std::vector<Endpoint>{{"127.0.0.53", 53},
                                          {"2001:db8::53", 53},
                                          {"10.0.0.1", 53},
                                          {"fe80::1%eth0", 53},
                                          {"10.0.0.3", 53}}));
}

TEST(ResolvConf, without_a_resolver_means_this_machine) {
  EXPECT_EQ(parse_resolv_conf("search shop.test\n"), (std::vector<Endpoint>{{"127.0.0.1", 53}}));
  EXPECT_TRUE(parse_resolv_conf("nameserver nonsense\n").empty());
}

TEST(ResolvConf, is_read_from_a_file) {
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/resolv.conf", "nameserver 127.20.0.53\n");
  EXPECT_EQ(system_resolvers(folder.path() + "/resolv.conf"),
            (std::vector<Endpoint>{{"127.20.0.53", 53}}));
  EXPECT_THROW(system_resolvers(folder.path() + "/nothing"), Error);
}

}  // namespace
}  // namespace hikkoshi::dns
