#include "dns/mem_zone.h"

#include "dns/zone_contract.h"

namespace hikkoshi::dns {
namespace {

class MemWorld : public ZoneWorld {
 public:
  MemWorld() {
    for (const RecordSet& set : starting_records()) zone_.put(set);
  }
  Zone& zone() override { return zone_; }
  void edit(const RecordSet& set) override { zone_.put(set); }
  void settle() override {}

 private:
  MemZone zone_{"shop.test"};
};

INSTANTIATE_TEST_SUITE_P(MemZone, ZoneContract,
                         testing::Values([] { return std::make_unique<MemWorld>(); }));

const RecordSet www{"www.shop.test", Type::a, 300, {"127.10.5.1"}};
const RecordSet www_new{"www.shop.test", Type::a, 60, {"127.20.0.80"}};

Retry verdict_of(MemZone& zone, const Change& change) {
  try {
    zone.change(change);
  } catch (const Error& error) {
    return error.retry();
  }
  ADD_FAILURE() << "the change was made";
  return Retry::safe;
}

TEST(MemZone, shows_a_lagging_server_until_it_catches_up) {
  MemZone zone("shop.test", 3);
  zone.put(www);
  zone.set_lagging(2, true);
  zone.change({{www}, {www_new}});
  auto answers = zone.ask_all("www.shop.test", Type::a);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[1].records, www_new);
  EXPECT_EQ(answers[2].records, www);
  EXPECT_LT(answers[2].serial, answers[1].serial);
  zone.set_lagging(2, false);
  EXPECT_EQ(zone.ask_all("www.shop.test", Type::a)[2].records, www_new);
}

TEST(MemZone, answers_for_an_unreachable_server_with_a_fault) {
  MemZone zone("shop.test");
  zone.put(www);
  zone.set_reachable(1, false);
  Answer answer = zone.ask_all("www.shop.test", Type::a)[1];
  EXPECT_FALSE(answer.reachable || answer.records);
  EXPECT_FALSE(answer.fault.empty());
  zone.set_reachable(0, false);
  EXPECT_THROW(zone.ask_all("www.shop.test", Type::a), Error);
  EXPECT_EQ(verdict_of(zone, {{www}, {www_new}}), Retry::safe);
}

TEST(MemZone, raises_a_ttl_below_the_servers_lowest_and_tells) {
  MemZone zone("shop.test");
  zone.put(www);
  zone.set_lowest_ttl(120);
  EXPECT_EQ(verdict_of(zone, {{www}, {www_new}}), Retry::never);
  EXPECT_EQ(zone.read("www.shop.test", Type::a)->ttl, 120u);
  EXPECT_EQ(zone.properties().lowest_ttl, 120u);
}

TEST(MemZone, loses_requests_and_answers_once_when_told) {
  MemZone zone("shop.test");
  zone.put(www);
  zone.befall_next_change(Mishap::request_lost);
  EXPECT_EQ(verdict_of(zone, {{www}, {www_new}}), Retry::ask);
  EXPECT_EQ(zone.read("www.shop.test", Type::a), www);
  zone.befall_next_change(Mishap::answer_lost);
  EXPECT_EQ(verdict_of(zone, {{www}, {www_new}}), Retry::ask);
  EXPECT_EQ(zone.read("www.shop.test", Type::a), www_new);
  zone.change({{www_new}, {www}});
  EXPECT_EQ(zone.changes(), 2);
}

TEST(MemZone, ignores_and_refuses_changes_when_told) {
  for (Mishap mishap : {Mishap::ignored, Mishap::refused}) {
    MemZone zone("shop.test");
    zone.put(www);
    zone.befall_next_change(mishap);
    EXPECT_EQ(verdict_of(zone, {{www}, {www_new}}), Retry::never);
    EXPECT_EQ(zone.read("www.shop.test", Type::a), www);
    EXPECT_EQ(zone.changes(), 0);
  }
}

}  // namespace
}  // namespace hikkoshi::dns
