// Rfc2136Zone against a server that misbehaves; how it does with a good one is in the contract.
#include "dns/rfc2136_zone.h"

#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>

#include "base/error.h"
#include "dns/exchange.h"
#include "dns/testing/fake_server.h"

namespace hikkoshi::dns {
namespace {

using Strings = std::vector<std::string>;

const std::string address = std::string("\x7f\x0a\x05\x01", 4);
const RecordSet www{"www.shop.test", Type::a, 60, {"127.10.5.1"}};
const RecordSet www_new{"www.shop.test", Type::a, 30, {"127.10.5.1"}};

int type_in(const std::string& query) {
  const std::string question = question_of(query);
  return question[question.size() - 3];
}

/// As though the zone were a single A record that never changes.
Strings as_before(const std::string& query) {
  if (type_in(query) != 1) return {reply_to(query, authoritative)};
  return {reply_to(query, authoritative, {wire_record(1, 60, address)})};
}

Strings silence(const std::string&) {
  return {};
}

Rfc2136Zone zone_at(const FakeServer& server) {
  return Rfc2136Zone(
      {.primary = server.endpoint(),
       .zone = "Shop.Test.",
       .tsig = Secret("hmac-sha256:mover:aGlra29zaGktdGVzdC1rZXktb2YtMzItYnl0ZXMhISE="),
       .timeout = Millis(300),
       .tries = 2,
       .port = server.endpoint().port});
}

Error failure_with(const FakeServer::Say& by_udp, const FakeServer::Say& by_tcp) {
  FakeServer server(by_udp, by_tcp);
  Rfc2136Zone zone = zone_at(server);
  try {
    zone.change({{www}, {www_new}});
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the change was made";
  return Error(Retry::safe, "");
}

Error failure_with(const FakeServer::Say& by_tcp) {
  return failure_with(as_before, by_tcp);
}

FakeServer::Say says(int code, const Signature& with = {}) {
  return [=](const std::string& query) -> Strings {
    return {framed(sign(reply_to(query, update | code), query, with))};
  };
}

TEST(Rfc2136Zone, finds_that_noerror_was_not_done) {
  Error error = failure_with(says(0));
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::needs_human);
  EXPECT_NE(std::string(error.what()).find("A 60"), std::string::npos) << error.what();
}

TEST(Rfc2136Zone, does_not_know_the_outcome_without_a_good_answer) {
  const FakeServer::Say unsigned_answer = [](const std::string& query) -> Strings {
    return {framed(reply_to(query, update))};
  };
  const FakeServer::Say garbage = [](const std::string& query) -> Strings {
    return {framed(reply_to(query, update).substr(0, 20))};
  };
  const FakeServer::Say query_answer = [](const std::string& query) -> Strings {
    return {framed(reply_to(query, authoritative))};
  };
  const FakeServer::Say unsigned_nxrrset = [](const std::string& query) -> Strings {
    return {framed(reply_to(query, update | 8))};
  };
  const FakeServer::Say old = says(0, {.time = std::time(nullptr) - 3600});
  const FakeServer::Say forged = says(0, {.secret = "another-secret-of-32-bytes-here!"});
  for (const auto& say : {FakeServer::Say(silence), unsigned_answer, garbage, query_answer,
                          unsigned_nxrrset, old, forged, says(2)}) {
    EXPECT_EQ(failure_with(say).retry(), Retry::ask);
  }
}

TEST(Rfc2136Zone, does_not_know_the_outcome_when_it_cannot_read_back) {
  std::atomic<bool> updated = false;
  Error error = failure_with(
      [&](const std::string& query) -> Strings { return updated ? Strings{} : as_before(query); },
      [&](const std::string& query) -> Strings {
        updated = true;
        return says(0)(query);
      });
  EXPECT_EQ(error.retry(), Retry::ask);
}

TEST(Rfc2136Zone, says_which_way_the_clock_is_wrong) {
  Signature behind{.error = 18};
  behind.other = big_endian(static_cast<std::uint64_t>(std::time(nullptr) - 7200), 6);
  Error error = failure_with(says(9, behind));
  EXPECT_EQ(error.exit(), Exit::authentication);
  EXPECT_NE(std::string(error.what()).find("behind ours"), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("NTP"), std::string::npos);
}

TEST(Rfc2136Zone, stops_at_what_will_be_refused_again) {
  struct Case {
    int code;
    Exit exit;
  };
  for (auto [code, exit] :
       {Case{1, Exit::failed}, Case{4, Exit::failed}, Case{5, Exit::authentication},
        Case{7, Exit::needs_human}, Case{8, Exit::needs_human}, Case{9, Exit::authentication},
        Case{10, Exit::failed}, Case{15, Exit::failed}}) {
    Error error = failure_with(says(code));
    EXPECT_EQ(error.retry(), Retry::never) << code;
    EXPECT_EQ(error.exit(), exit) << code;
  }
}

TEST(Rfc2136Zone, sends_no_update_when_it_cannot_read_first) {
  std::atomic<int> updates = 0;
  const FakeServer::Say count = [&](const std::string&) -> Strings {
    ++updates;
    return {};
  };
  const FakeServer::Say garbage = [](const std::string& query) -> Strings {
    return {reply_to(query, authoritative).substr(0, 15)};
  };
  EXPECT_EQ(failure_with(silence, count).retry(), Retry::safe);
  EXPECT_EQ(failure_with(garbage, count).retry(), Retry::safe);
  EXPECT_EQ(updates, 0);
}

TEST(Rfc2136Zone, asks_a_server_of_another_zone_at_the_systems_address) {
  FakeServer server(
      [](const std::string& query) -> Strings {
        if (type_in(query) != 2) return as_before(query);
        return {reply_to(query, authoritative,
                         {wire_record(2, 60, wire_name("localhost")),
                          wire_record(2, 60, wire_name("ns.shop.test"))})};
      },
      silence);
  auto answers = zone_at(server).ask_all("www.shop.test", Type::a);
  auto local = std::find_if(answers.begin(), answers.end(), [](const Answer& answer) {
    return answer.server == "localhost (127.0.0.1)";
  });
  ASSERT_NE(local, answers.end());
  EXPECT_EQ(local->records, www);
}

TEST(Rfc2136Zone, shows_servers_that_have_no_address_or_refuse) {
  FakeServer server(
      [](const std::string& query) -> Strings {
        if (type_in(query) == 1) return {reply_to(query, authoritative)};
        if (type_in(query) != 2) return {reply_to(query, authoritative | 5)};
        return {reply_to(query, authoritative,
                         {wire_record(2, 60, wire_name("localhost")),
                          wire_record(2, 60, wire_name("no.such.invalid"))})};
      },
      silence);
  auto answers = zone_at(server).ask_all("www.shop.test", Type::txt);
  ASSERT_GE(answers.size(), 2u);
  EXPECT_EQ(answers[0].fault, "REFUSED");
  EXPECT_EQ(answers.back().server, "no.such.invalid (?)");
  EXPECT_EQ(answers.back().fault, "it has no address");
  for (const Answer& answer : answers) EXPECT_FALSE(answer.reachable || answer.records);
}

TEST(Rfc2136Zone, leaves_out_an_address_that_this_machine_has_no_way_to) {
  const Endpoint far{"2001:db8::53", 53};
  if (!exchange_udp(far, encode_question({"x", 1, false}, 7), Millis(1)).no_route) {
    GTEST_SKIP() << "this machine has IPv6";
  }
  FakeServer server(
      [](const std::string& query) -> Strings {
        if (type_in(query) == 28) {
          const std::string data = big_endian(0x20010db800000000, 8) + big_endian(0x53, 8);
          return {reply_to(query, authoritative, {wire_record(28, 60, data)})};
        }
        if (type_in(query) == 1) {
          const std::string loopback = big_endian(0x7f000001, 4);
          return {reply_to(query, authoritative, {wire_record(1, 60, loopback)})};
        }
        return {reply_to(query, authoritative, {wire_record(2, 60, wire_name("ns.shop.test"))})};
      },
      silence);
  auto answers = zone_at(server).ask_all("www.shop.test", Type::a);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].server, "ns.shop.test (127.0.0.1)");
}

TEST(Rfc2136Zone, does_not_ask_for_what_is_no_name) {
  FakeServer server(as_before, silence);
  Rfc2136Zone zone = zone_at(server);
  EXPECT_THROW(zone.read("a b", Type::a), Error);
  EXPECT_THROW(zone.ask_all("a\nb", Type::a), Error);
  EXPECT_THROW(zone.read("www.shop.test", Type::other), Error);
  EXPECT_EQ(zone.name(), "shop.test");
}

}  // namespace
}  // namespace hikkoshi::dns
