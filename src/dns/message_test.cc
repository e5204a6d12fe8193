#include "dns/message.h"

#include <random>

#include <gtest/gtest.h>

#include "base/error.h"
#include "dns/testing/fake_server.h"

namespace hikkoshi::dns {
namespace {

const Question question{"www.shop.test", 1, false};
const std::string address = std::string("\x7f\x0a\x05\x01", 4);
const TsigKey key =
    parse_tsig_key(Secret("hmac-sha256:mover:aGlra29zaGktdGVzdC1rZXktb2YtMzItYnl0ZXMhISE="));

std::string good_reply() {
  return reply_to(encode_question(question, 7), authoritative,
                  {wire_record(1, 60, address), wire_record(1, 90, address),
                   wire_record(5, 30, wire_name("LB.New.test"))});
}

SignedMessage request() {
  Update update{"shop.test", {}, {}, {}, {}, {}};
  update.must_equal = {{"www.shop.test", Type::a, 60, {"127.10.5.1"}}};
  update.remove_sets = {{"www.shop.test", 1}};
  update.add = {{"www.shop.test", Type::a, 300, {"127.20.0.80"}}};
  return encode_update(update, key, 7);
}

std::string signed_reply(const SignedMessage& to, const Signature& with = {}) {
  return sign(reply_to(to.wire, update), to.wire, with);
}

TEST(Message, asks_as_rfc_1035_has_it) {
  EXPECT_EQ(encode_question(question, 0x1234), std::string("\x12\x34\0\0\0\1\0\0\0\0\0\0", 12) +
                                                   wire_name("www.shop.test") +
                                                   std::string("\0\1\0\1", 4));
  EXPECT_EQ(encode_question({"www.shop.test", 1, true}, 7)[2], 1) << "recursion desired";
}

TEST(Message, reads_records_in_canonical_form) {
  auto reply = decode_reply(good_reply(), question);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->authoritative);
  EXPECT_FALSE(reply->truncated);
  EXPECT_EQ(reply->set("www.shop.test", Type::a),
            (RecordSet{"www.shop.test", Type::a, 60, {"127.10.5.1"}}));
  EXPECT_EQ(reply->set("www.shop.test", Type::cname),
            (RecordSet{"www.shop.test", Type::cname, 30, {"lb.new.test"}}));
  EXPECT_FALSE(reply->set("www.shop.test", Type::aaaa));
}

TEST(Message, takes_a_ttl_with_the_highest_bit_for_zero) {
  auto reply = decode_reply(
      reply_to(encode_question(question, 7), authoritative, {wire_record(1, 0x80000000, address)}),
      question);
  EXPECT_EQ(reply->set("www.shop.test", Type::a)->ttl, 0u);
}

TEST(Message, is_no_reply_to_another_question) {
  EXPECT_FALSE(decode_reply(good_reply(), {"api.shop.test", 1, false}));
  EXPECT_FALSE(decode_reply(good_reply(), {"www.shop.test", 28, false}));
  EXPECT_FALSE(decode_reply(encode_question(question, 7), question)) << "QR is not set";
}

TEST(Message, that_is_cut_off_anywhere_is_no_reply) {
  const std::string whole = good_reply();
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode_reply(whole.substr(0, length), question)) << length;
  }
}

TEST(Message, full_of_errors_is_read_or_refused_but_harms_nobody) {
  std::mt19937 random(1);
  const SignedMessage sent = request();
  const std::string reply = good_reply(), update_reply = signed_reply(sent);
  int refused = 0, not_genuine = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string query_bytes = reply, update_bytes = update_reply;
    for (int k = 0; k < 1 + i % 4; ++k) {
      query_bytes[random() % query_bytes.size()] = static_cast<char>(random());
      update_bytes[random() % update_bytes.size()] = static_cast<char>(random());
    }
    update_bytes.resize(update_bytes.size() - random() % 3);
    refused += decode_reply(query_bytes, question) ? 0 : 1;
    auto decoded = decode_update_reply(update_bytes, sent, key);
    bool is_genuine = decoded && decoded->genuine;
    not_genuine += is_genuine ? 0 : 1;
    // Class, TTL and letter case of the signature's own record are not covered; all that says
    // something is.
    if (is_genuine) {
      EXPECT_EQ(update_bytes.substr(2, 10), update_reply.substr(2, 10));
    }
  }
  EXPECT_GT(refused, 1'000);
  EXPECT_GT(not_genuine, 15'000);
}

TEST(Message, updates_as_rfc_2136_has_it) {
  const std::string wire = request().wire;
  EXPECT_EQ(wire.substr(2, 10), std::string("\x28\0\0\1\0\1\0\2\0\1", 10));
  const std::string owner = "\3www";
  EXPECT_NE(wire.find(owner), wire.npos);
  // Prerequisite "exists, with this value": class IN, TTL 0.
  EXPECT_NE(wire.find(std::string("\0\1\0\1\0\0\0\0\0\4", 10) + address), wire.npos);
  // Deletion of the set: class ANY, no data. Addition: class IN, its TTL.
  EXPECT_NE(wire.find(std::string("\0\1\0\xff\0\0\0\0\0\0", 10)), wire.npos);
  EXPECT_NE(wire.find(std::string("\0\1\0\1\0\0\1\x2c\0\4\x7f\x14\0\x50", 14)), wire.npos);
}

TEST(Message, is_refused_before_it_outgrows_what_the_library_can_hold) {
  Update update{"shop.test", {}, {}, {}, {}, {}};
  int fitting = 0;
  try {
    for (; fitting < 2'000; ++fitting) {
      const std::string name = "host" + std::to_string(fitting) + ".shop.test";
      update.remove_sets.emplace_back(name, 1);
      update.add.push_back({name, Type::a, 300, {"127.20.0.80"}});
      if (fitting % 50 != 0) continue;
      EXPECT_LE(encode_update(update, key, 7).wire.size(), 65'535u);
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::never);
  }
  EXPECT_GT(fitting, 800);
  EXPECT_LT(fitting, 2'000);
}

TEST(Message, believes_a_signature_of_our_key_over_our_request) {
  const SignedMessage sent = request();
  auto reply = decode_update_reply(signed_reply(sent), sent, key);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->genuine);
  EXPECT_EQ(reply->code, 0);
}

TEST(Message, that_is_as_large_as_can_be_is_refused_with_its_signature_unseen) {
  const SignedMessage sent = request();
  const std::vector<std::string> records(4'080, wire_record(1, 60, address));
  const std::string large = sign(reply_to(sent.wire, update, records), sent.wire);
  ASSERT_GT(large.size(), 65'300u);
  ASSERT_LT(large.size(), 65'536u);
  EXPECT_FALSE(decode_update_reply(large, sent, key));
}

TEST(Message, believes_no_other_signature) {
  const SignedMessage sent = request();
  auto is_genuine = [&](const std::string& reply) {
    return decode_update_reply(reply, sent, key)->genuine;
  };
  EXPECT_FALSE(is_genuine(reply_to(sent.wire, update))) << "none";
  EXPECT_FALSE(is_genuine(signed_reply(sent, {.key = "other"})));
  EXPECT_FALSE(is_genuine(signed_reply(sent, {.secret = "another-secret-of-32-bytes-here!"})));
  EXPECT_FALSE(is_genuine(signed_reply(sent, {.time = std::time(nullptr) - 3600}))) << "old";
  std::string changed = signed_reply(sent);
  changed[3] = static_cast<char>(changed[3] ^ 5);  // REFUSED
  EXPECT_FALSE(is_genuine(changed));
  SignedMessage later = sent;
  later.mac[5] = static_cast<char>(later.mac[5] ^ 1);
  EXPECT_FALSE(decode_update_reply(signed_reply(sent), later, key)->genuine) << "replayed";
}

TEST(Message, tells_the_servers_time_when_ours_is_wrong) {
  const SignedMessage sent = request();
  const std::int64_t theirs = std::time(nullptr) + 7200;
  Signature bad_time{.time = std::time(nullptr) - 7200, .error = 18};
  bad_time.other = big_endian(static_cast<std::uint64_t>(theirs), 6);
  auto reply =
      decode_update_reply(sign(reply_to(sent.wire, update | 9), sent.wire, bad_time), sent, key);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->genuine);
  EXPECT_EQ(reply->tsig_error, 18);
  EXPECT_EQ(reply->server_time, theirs);
}

TEST(Message, brings_values_into_one_form_or_refuses_them) {
  EXPECT_EQ(canonical_value(Type::aaaa, "2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(canonical_value(Type::cname, "LB.New.Test."), "lb.new.test");
  EXPECT_EQ(canonical_value(Type::mx, "10 Mail.Shop.Test."), "10 mail.shop.test");
  EXPECT_EQ(canonical_value(Type::txt, "\"a; b\""), "\"a; b\"");
  for (const char* bad :
       {"", "127.0.0.256", "127.0.0.1 x", "127.0.0.1 ; x", "::1", "x", "127.0.0.1\n"}) {
    EXPECT_FALSE(canonical_value(Type::a, bad)) << bad;
  }
}

TEST(TsigKey, is_read_without_a_word_of_it_in_errors) {
  EXPECT_EQ(key.name, "mover");
  EXPECT_EQ(parse_tsig_key(Secret("HMAC-SHA512:Mover.:aGlra29zaGk=")).name, "mover");
  for (const char* bad : {"", "mover:c2VjcmV0", "hmac-sha256:mover:", "hmac-sha256:mover:*secret*",
                          "hmac-md5:mover:c2VjcmV0", "hmac-sha256:a b:c2VjcmV0"}) {
    try {
      parse_tsig_key(Secret(bad));
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::authentication);
      EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
      EXPECT_EQ(std::string(error.what()).find("c2Vj"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace hikkoshi::dns
