#include "dns/lookup.h"

#include <atomic>

#include <gtest/gtest.h>

#include "dns/exchange.h"
#include "dns/testing/fake_server.h"

namespace hikkoshi::dns {
namespace {

using Strings = std::vector<std::string>;

const Question question{"www.shop.test", 1, false};
const std::string old_address = std::string("\x7f\x0a\x05\x01", 4);
const std::string new_address = std::string("\x7f\x14\0\x50", 4);
const Patience little{Millis(200), 2};

Strings silence(const std::string&) {
  return {};
}

std::string good(const std::string& query, const std::string& address = new_address) {
  return reply_to(query, authoritative, {wire_record(1, 60, address)});
}

std::string fault_of(const FakeServer& server) {
  Lookup lookup = look_up(server.endpoint(), question, little);
  EXPECT_FALSE(lookup.reply);
  return lookup.fault;
}

TEST(Lookup, passes_over_datagrams_that_answer_something_else) {
  FakeServer server(
      [](const std::string& query) -> Strings {
        std::string forged = good(query, old_address);
        forged[0] = static_cast<char>(forged[0] ^ 1);
        return {"", "x", query, forged, good(query)};
      },
      silence);
  Lookup lookup = look_up(server.endpoint(), question, little);
  ASSERT_TRUE(lookup.reply) << lookup.fault;
  EXPECT_EQ(lookup.reply->set("www.shop.test", Type::a)->values, Strings{"127.20.0.80"});
}

TEST(Lookup, asks_again_when_a_datagram_is_lost) {
  std::atomic<int> asked = 0;
  FakeServer server(
      [&](const std::string& query) -> Strings {
        return ++asked == 1 ? Strings{} : Strings{good(query)};
      },
      silence);
  EXPECT_TRUE(look_up(server.endpoint(), question, little).reply);
  EXPECT_EQ(asked, 2);
}

TEST(Lookup, asks_by_tcp_when_the_answer_is_cut_off) {
  FakeServer server(
      [](const std::string& query) -> Strings { return {reply_to(query, truncated)}; },
      [](const std::string& query) -> Strings {
        const std::string reply = framed(good(query));
        return {reply.substr(0, 1), reply.substr(1, 20), reply.substr(21)};
      });
  EXPECT_TRUE(look_up(server.endpoint(), question, little).reply);
}

TEST(Lookup, has_a_fault_when_nobody_answers) {
  FakeServer server(silence, silence);
  EXPECT_EQ(fault_of(server), "no answer in time");
  Lookup refused = look_up({"127.0.0.1", 1}, question, little);
  EXPECT_FALSE(refused.reply);
  EXPECT_FALSE(refused.fault.empty());
  EXPECT_NE(look_up({"no address", 53}, question, little).fault.find("no address"),
            std::string::npos);
}

TEST(Lookup, has_a_fault_when_the_reply_is_garbled) {
  for (size_t length = 12; length < 47; length += 5) {
    FakeServer server(
        [&](const std::string& query) -> Strings { return {good(query).substr(0, length)}; },
        silence);
    EXPECT_EQ(fault_of(server), "its reply is garbled") << length;
  }
}

TEST(Lookup, has_a_fault_when_tcp_lies_about_its_length) {
  for (const std::string& bytes : {std::string(), std::string("\0", 1), std::string("\0\0", 2),
                                   std::string("\xff\xff", 2) + "short", framed("short")}) {
    FakeServer server(
        [](const std::string& query) -> Strings { return {reply_to(query, truncated)}; },
        [&](const std::string&) -> Strings { return {bytes}; });
    EXPECT_TRUE(fault_of(server).starts_with("by TCP: "));
  }
}

TEST(Lookup, is_not_held_by_a_flood) {
  FakeServer server([](const std::string&) { return Strings(2'000, "flood"); }, silence);
  EXPECT_EQ(fault_of(server), "no answer in time");
}

TEST(Exchange, tells_whether_the_server_can_have_seen_the_message) {
  const std::string message = encode_question(question, 7);
  FakeServer server(silence, silence);
  EXPECT_TRUE(exchange_tcp(server.endpoint(), message, Millis(200)).sent);
  EXPECT_FALSE(exchange_tcp({"127.0.0.1", 1}, message, Millis(200)).sent);
}

TEST(Exchange, finds_the_addresses_of_a_host_or_none) {
  EXPECT_EQ(addresses_of("127.0.0.1"), Strings{"127.0.0.1"});
  EXPECT_EQ(addresses_of("::1"), Strings{"::1"});
  EXPECT_TRUE(addresses_of("no host").empty());
}

}  // namespace
}  // namespace hikkoshi::dns
