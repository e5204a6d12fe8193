#include "dns/ttl_audit.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "dns/mem_zone.h"

namespace hikkoshi::dns {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> found(const TtlAudit& audit, FindingKind kind) {
  std::vector<std::string> names;
  for (const Finding& finding : audit.findings) {
    if (finding.kind == kind) names.push_back(finding.name);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(TtlAudit, finds_the_long_ttl_in_the_middle_of_a_chain) {
  MemZone zone("shop.test");
  zone.put({"www.shop.test", Type::cname, 300, {"web.shop.test"}});
  zone.put({"web.shop.test", Type::cname, 86400, {"lb.shop.test"}});
  zone.put({"lb.shop.test", Type::a, 60, {"127.10.5.1"}});
  TtlAudit result = audit(zone, {"WWW.shop.test."});
  ASSERT_EQ(result.sets.size(), 4u);
  EXPECT_EQ(result.sets[0].name, "www.shop.test");
  EXPECT_EQ(result.sets[1].name, "web.shop.test");
  EXPECT_EQ(result.sets[1].highest_ttl, 86400u);
  EXPECT_EQ(result.sets[2].name, "lb.shop.test");
  EXPECT_EQ(result.sets[2].type, Type::a);
  EXPECT_EQ(result.sets[3].type, Type::ns);
  EXPECT_TRUE(result.findings.empty());
}

TEST(TtlAudit, takes_the_highest_ttl_of_all_servers_and_says_that_they_disagree) {
  MemZone zone("shop.test");
  zone.put({"www.shop.test", Type::a, 604800, {"127.10.5.1"}});
  zone.set_lagging(1, true);
  zone.put({"www.shop.test", Type::a, 300, {"127.10.5.1"}});
  TtlAudit result = audit(zone, {"www.shop.test"});
  EXPECT_EQ(result.sets[0].highest_ttl, 604800u);
  EXPECT_EQ(result.sets[0].servers.size(), 2u);
  EXPECT_EQ(found(result, FindingKind::servers_disagree), Names{"www.shop.test"});
}

TEST(TtlAudit, says_when_a_record_exists_at_one_server_only) {
  MemZone zone("shop.test");
  zone.set_lagging(1, true);
  zone.put({"www.shop.test", Type::a, 300, {"127.10.5.1"}});
  EXPECT_EQ(found(audit(zone, {"www.shop.test"}), FindingKind::servers_disagree),
            Names{"www.shop.test"});
}

TEST(TtlAudit, names_an_unreachable_server_once) {
  MemZone zone("shop.test", 3);
  zone.put({"www.shop.test", Type::a, 300, {"127.10.5.1"}});
  zone.set_reachable(2, false);
  TtlAudit result = audit(zone, {"www.shop.test"});
  EXPECT_EQ(found(result, FindingKind::server_unreachable), Names{"ns3.shop.test (memory)"});
  EXPECT_TRUE(found(result, FindingKind::servers_disagree).empty());
}

TEST(TtlAudit, warns_of_what_a_move_of_the_a_record_would_forget) {
  MemZone zone("shop.test");
  zone.put({"shop.test", Type::a, 300, {"127.10.5.1"}});
  zone.put({"shop.test", Type::aaaa, 300, {"2001:db8::1"}});
  zone.put({"shop.test", Type::mx, 300, {"10 mail.shop.test"}});
  zone.put({"shop.test", Type::txt, 300, {"\"v=spf1 -all\""}});
  TtlAudit result = audit(zone, {"shop.test"});
  for (FindingKind kind : {FindingKind::at_apex, FindingKind::has_aaaa, FindingKind::other_data}) {
    EXPECT_EQ(found(result, kind), Names{"shop.test"}) << to_string(kind);
  }
}

TEST(TtlAudit, does_not_follow_a_chain_out_of_the_zone) {
  MemZone zone("shop.test");
  zone.put({"www.shop.test", Type::cname, 300, {"lb.cloud.example"}});
  EXPECT_EQ(found(audit(zone, {"www.shop.test", "www.other.test"}), FindingKind::outside_zone),
            (Names{"lb.cloud.example", "www.other.test"}));
}

TEST(TtlAudit, comes_out_of_a_chain_without_end) {
  MemZone zone("shop.test");
  zone.put({"a.shop.test", Type::cname, 300, {"b.shop.test"}});
  zone.put({"b.shop.test", Type::cname, 300, {"a.shop.test"}});
  EXPECT_EQ(found(audit(zone, {"a.shop.test"}), FindingKind::endless_chain), Names{"a.shop.test"});
}

TEST(TtlAudit, looks_at_a_name_that_two_chains_share_once) {
  MemZone zone("shop.test");
  zone.put({"a.shop.test", Type::cname, 300, {"lb.shop.test"}});
  zone.put({"b.shop.test", Type::cname, 300, {"lb.shop.test"}});
  zone.put({"lb.shop.test", Type::a, 60, {"127.10.5.1"}});
  TtlAudit result = audit(zone, {"a.shop.test", "b.shop.test"});
  EXPECT_EQ(std::count_if(result.sets.begin(), result.sets.end(),
                          [](const AuditedSet& set) { return set.name == "lb.shop.test"; }),
            1);
  EXPECT_TRUE(result.findings.empty());
}

TEST(TtlAudit, says_that_a_name_leads_nowhere) {
  MemZone zone("shop.test");
  EXPECT_EQ(found(audit(zone, {"www.shop.test"}), FindingKind::no_records), Names{"www.shop.test"});
}

TEST(AllServe, needs_every_server_to_say_exactly_this) {
  MemZone zone("shop.test");
  const RecordSet old_set{"www.shop.test", Type::a, 300, {"127.10.5.1"}};
  const RecordSet new_set{"www.shop.test", Type::a, 300, {"127.20.0.80"}};
  zone.put(old_set);
  zone.set_lagging(1, true);
  zone.put(new_set);
  EXPECT_FALSE(all_serve(zone.ask_all("www.shop.test", Type::a), new_set));
  zone.set_lagging(1, false);
  EXPECT_TRUE(all_serve(zone.ask_all("www.shop.test", Type::a), new_set));
  EXPECT_TRUE(
      all_serve(zone.ask_all("gone.shop.test", Type::a), {"gone.shop.test", Type::a, 0, {}}));
  zone.set_reachable(1, false);
  EXPECT_FALSE(all_serve(zone.ask_all("www.shop.test", Type::a), new_set));
  EXPECT_FALSE(all_serve({}, new_set));
}

TEST(SafeAfter, is_the_old_ttl_and_the_margin_later) {
  const WallTime seen{1'000'000ms};
  EXPECT_EQ(safe_after(seen, 604800, 5s), seen + 604805s);
}

class TtlWatchOfThree : public testing::Test {
 protected:
  TtlWatchOfThree() { zone_.put({"www.shop.test", Type::a, 3600, {"127.10.5.1"}}); }
  void lower() { zone_.put({"www.shop.test", Type::a, 60, {"127.10.5.1"}}); }
  void look(WallTime when) { watch_.saw(when, zone_.ask_all("www.shop.test", Type::a)); }

  MemZone zone_{"shop.test", 3};
  TtlWatch watch_{60};
  const WallTime start_{1'000'000ms};
};

TEST_F(TtlWatchOfThree, starts_with_the_last_server) {
  look(start_);
  EXPECT_FALSE(watch_.all_seen_new());
  zone_.set_lagging(2, true);
  lower();
  look(start_ + 1s);
  EXPECT_FALSE(watch_.all_seen_new()) << "one server still gives out the old TTL";
  zone_.set_lagging(2, false);
  look(start_ + 90s);
  look(start_ + 120s);
  EXPECT_EQ(watch_.all_seen_new(), start_ + 90s);
}

TEST_F(TtlWatchOfThree, does_not_start_before_an_unreachable_server_was_seen) {
  zone_.set_reachable(1, false);
  lower();
  look(start_);
  EXPECT_FALSE(watch_.all_seen_new());
  zone_.set_reachable(1, true);
  look(start_ + 10s);
  EXPECT_EQ(watch_.all_seen_new(), start_ + 10s);
  zone_.set_reachable(1, false);
  look(start_ + 20s);
  EXPECT_EQ(watch_.all_seen_new(), start_ + 10s) << "silence is not the old TTL";
}

TEST_F(TtlWatchOfThree, starts_again_when_a_server_falls_back_to_the_old_ttl) {
  lower();
  look(start_);
  EXPECT_EQ(watch_.all_seen_new(), start_);
  zone_.put({"www.shop.test", Type::a, 3600, {"127.10.5.1"}});
  look(start_ + 10s);
  EXPECT_FALSE(watch_.all_seen_new());
  lower();
  look(start_ + 20s);
  EXPECT_EQ(watch_.all_seen_new(), start_ + 20s);
}

TEST_F(TtlWatchOfThree, does_not_take_a_missing_record_for_a_low_ttl) {
  zone_.put({"www.shop.test", Type::a, 0, {}});
  look(start_);
  EXPECT_FALSE(watch_.all_seen_new());
}

}  // namespace
}  // namespace hikkoshi::dns
