// Rfc2136Zone against a real Knot primary and secondary.
#include <string>

#include <gtest/gtest.h>

#include "dns/rfc2136_zone.h"
#include "dns/testing/knot_pair.h"
#include "dns/ttl_audit.h"
#include "dns/zone_contract.h"

namespace hikkoshi::dns {
namespace {

Rfc2136Options options_for(const KnotPair& knot, Secret key = KnotPair::key()) {
  return {.primary = {knot.primary(), KnotPair::port},
          .zone = "shop.test",
          .tsig = std::move(key),
          .timeout = Millis(2'000),
          .tries = 3,
          .port = KnotPair::port};
}

class KnotWorld : public ZoneWorld {
 public:
  Zone& zone() override { return zone_; }
  void edit(const RecordSet& set) override {
    std::string type(to_string(set.type));
    std::string lines = "del " + set.name + ". " + type + "\n";
    for (const std::string& value : set.values) {
      lines += "add " + set.name + ". " + std::to_string(set.ttl) + " " + type + " " + value + "\n";
    }
    knot_.update(lines);
  }
  void settle() override { knot_.wait_for(knot_.secondary(), knot_.serial_at(knot_.primary())); }

 private:
  KnotPair knot_;
  Rfc2136Zone zone_{options_for(knot_)};
};

INSTANTIATE_TEST_SUITE_P(Knot, ZoneContract,
                         testing::Values([] { return std::make_unique<KnotWorld>(); }));

class Rfc2136ZoneOnKnot : public testing::Test {
 protected:
  Error failure_of(Rfc2136Zone& zone, const Change& change) {
    try {
      zone.change(change);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "the change was made";
    return Error(Retry::safe, "");
  }

  const RecordSet www{"www.shop.test", Type::a, 60, {"127.10.5.1"}};
  const RecordSet www_new{"www.shop.test", Type::a, 60, {"127.20.0.80"}};
  KnotPair knot_;
  Rfc2136Zone zone_{options_for(knot_)};
};

TEST_F(Rfc2136ZoneOnKnot, changes_what_other_programs_see) {
  zone_.change({{www}, {www_new}});
  EXPECT_EQ(KnotPair::dig(knot_.primary(), "www.shop.test", "A"), "127.20.0.80\n");
}

TEST_F(Rfc2136ZoneOnKnot, lets_the_server_compare_too) {
  // The wildcard answers our reading just before; only the server can tell that there is no such
  // record, as it alone could tell of a change in between.
  RecordSet wild{"x.wild.shop.test", Type::a, 60, {"127.10.5.1"}};
  RecordSet wild_new{"x.wild.shop.test", Type::a, 60, {"127.20.0.80"}};
  Error error = failure_of(zone_, {{www, wild}, {www_new, wild_new}});
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::needs_human);
  EXPECT_NE(std::string(error.what()).find("NXRRSET"), std::string::npos) << error.what();
  EXPECT_EQ(zone_.read("www.shop.test", Type::a), www);
}

TEST_F(Rfc2136ZoneOnKnot, keeps_a_cname_away_from_types_that_it_does_not_know) {
  RecordSet address{"guarded.shop.test", Type::a, 60, {"127.10.5.1"}};
  RecordSet none{"guarded.shop.test", Type::a, 0, {}};
  RecordSet alias{"guarded.shop.test", Type::cname, 60, {"www.shop.test"}};
  EXPECT_EQ(failure_of(zone_, {{address}, {none, alias}}).exit(), Exit::needs_human);
  EXPECT_EQ(zone_.read("guarded.shop.test", Type::a), address);
}

TEST_F(Rfc2136ZoneOnKnot, reads_what_does_not_fit_a_datagram) {
  auto many = zone_.read("many.shop.test", Type::a);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->values.size(), 60u);
}

TEST_F(Rfc2136ZoneOnKnot, says_what_is_wrong_with_the_key) {
  const std::string other_data = "b3RoZXItc2VjcmV0LW9mLTMyLWJ5dGVzLWZvci10ZXN0";
  struct Case {
    Secret key;
    std::string word;
  };
  for (const auto& [key, word] :
       {Case{KnotPair::key("mover", other_data), "BADSIG"}, Case{KnotPair::key("nobody"), "BADKEY"},
        Case{KnotPair::key("stranger"), "BADKEY"}}) {
    Rfc2136Zone zone(options_for(knot_, key));
    Error error = failure_of(zone, {{www}, {www_new}});
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_EQ(error.exit(), Exit::authentication);
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    EXPECT_FALSE(error.remedy().empty());
    EXPECT_EQ(zone.read("www.shop.test", Type::a), www);
  }
}

TEST_F(Rfc2136ZoneOnKnot, needs_no_more_rights_than_the_manual_page_says) {
  Rfc2136Zone zone(options_for(knot_, KnotPair::key("limited")));
  zone.change({{www}, {www_new}});
  EXPECT_EQ(zone.read("www.shop.test", Type::a), www_new);
  const RecordSet six{"six.shop.test", Type::aaaa, 60, {"2001:db8::1"}};
  const RecordSet six_new{"six.shop.test", Type::aaaa, 60, {"2001:db8::2"}};
  Error error = failure_of(zone, {{six}, {six_new}});
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::authentication) << error.what();
  EXPECT_EQ(zone.read("six.shop.test", Type::aaaa), six);
}

TEST_F(Rfc2136ZoneOnKnot, changes_hundreds_of_sets_at_once_and_refuses_too_many) {
  auto numbered = [](int count) {
    Change change;
    for (int i = 0; i < count; ++i) {
      const std::string name = "host" + std::to_string(i) + ".shop.test";
      change.after.push_back({name, Type::a, 60, {"127.30.1.1"}});
    }
    return change;
  };
  zone_.change(numbered(400));
  EXPECT_TRUE(zone_.read("host399.shop.test", Type::a));
  Change too_many = numbered(3000);
  too_many.after.erase(too_many.after.begin(), too_many.after.begin() + 400);
  EXPECT_EQ(failure_of(zone_, too_many).retry(), Retry::never);
  EXPECT_FALSE(zone_.read("host2999.shop.test", Type::a));
}

TEST_F(Rfc2136ZoneOnKnot, does_not_take_a_delegated_name_for_its_own) {
  EXPECT_THROW(zone_.read("www.sub.shop.test", Type::a), Error);
  Answer answer = zone_.ask_all("www.sub.shop.test", Type::a)[0];
  EXPECT_FALSE(answer.authoritative);
  EXPECT_FALSE(answer.fault.empty());
}

TEST_F(Rfc2136ZoneOnKnot, answers_for_a_secondary_that_is_down) {
  knot_.stop_secondary();
  auto answers = zone_.ask_all("www.shop.test", Type::a);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].records, www);
  EXPECT_FALSE(answers[1].reachable || answers[1].records);
  EXPECT_FALSE(answers[1].fault.empty());
}

TEST_F(Rfc2136ZoneOnKnot, shows_a_secondary_that_lags) {
  knot_.stop_secondary();
  zone_.change({{www}, {www_new}});
  knot_.stop_primary();
  knot_.start_secondary();
  knot_.wait_for(knot_.secondary(), 1);
  Rfc2136Options options = options_for(knot_);
  options.primary.host = knot_.secondary();
  auto answers = Rfc2136Zone(options).ask_all("www.shop.test", Type::a);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_FALSE(answers[0].reachable);
  EXPECT_EQ(answers[1].records, www) << "it has not heard of the change";
}

TEST_F(Rfc2136ZoneOnKnot, is_audited_with_its_real_servers) {
  knot_.update("del www.shop.test. A\nadd www.shop.test. 7200 A 127.10.5.1\n");
  knot_.wait_for(knot_.secondary(), 2);
  TtlAudit result = audit(zone_, {"api.shop.test"});
  ASSERT_EQ(result.sets.size(), 3u);
  EXPECT_EQ(result.sets[0].name, "api.shop.test");
  EXPECT_EQ(result.sets[1].name, "www.shop.test");
  EXPECT_EQ(result.sets[1].highest_ttl, 7200u);
  EXPECT_EQ(result.sets[2].type, Type::ns);
  EXPECT_TRUE(result.findings.empty()) << result.findings[0].text;
}

TEST_F(Rfc2136ZoneOnKnot, is_safe_to_try_again_while_the_primary_is_down) {
  knot_.stop_primary();
  EXPECT_EQ(failure_of(zone_, {{www}, {www_new}}).retry(), Retry::safe);
  EXPECT_THROW(zone_.ask_all("www.shop.test", Type::a), Error);
}

TEST_F(Rfc2136ZoneOnKnot, keeps_a_change_over_a_restart_of_the_primary) {
  zone_.change({{www}, {www_new}});
  knot_.stop_primary();
  knot_.start_primary();
  knot_.wait_for(knot_.primary(), 2);
  EXPECT_EQ(zone_.read("www.shop.test", Type::a), www_new);
}

}  // namespace
}  // namespace hikkoshi::dns
