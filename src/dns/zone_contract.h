// What every Zone must do: the fake and the real servers pass the same tests. Include it in one
// test program a time and instantiate ZoneContract with worlds.
#pragma once

#include <functional>
#include <future>
#include <memory>

#include <gtest/gtest.h>

#include "base/error.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

/// A zone "shop.test" with two servers and the records of `starting_records`, and its other users.
class ZoneWorld {
 public:
  virtual ~ZoneWorld() = default;
  virtual Zone& zone() = 0;
  virtual void edit(const RecordSet& set) = 0;  ///< By somebody else, at the primary.
  virtual void settle() = 0;                    ///< Until every server has what the primary has.
};

inline std::vector<RecordSet> starting_records() {
  return {{"shop.test", Type::a, 60, {"127.10.5.1"}},
          {"www.shop.test", Type::a, 60, {"127.10.5.1"}},
          {"two.shop.test", Type::a, 60, {"127.10.5.1", "127.10.5.2"}},
          {"six.shop.test", Type::aaaa, 60, {"2001:db8::1"}},
          {"api.shop.test", Type::cname, 60, {"www.shop.test"}},
          {"noted.shop.test", Type::a, 60, {"127.10.5.1"}},
          {"noted.shop.test", Type::txt, 60, {"\"v=spf1 -all\""}},
          {"post.shop.test", Type::mx, 60, {"10 mail.shop.test"}}};
}

class ZoneContract : public testing::TestWithParam<std::function<std::unique_ptr<ZoneWorld>()>> {
 protected:
  /// What the error of this change says; fails the test when there is none.
  Error failure_of(const Change& change) {
    try {
      zone().change(change);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "the change was made";
    return Error(Retry::safe, "");
  }

  Zone& zone() { return world_->zone(); }
  RecordSet now(const std::string& name, Type type) {
    return zone().read(name, type).value_or(RecordSet{name, type, 0, {}});
  }

  const RecordSet www{"www.shop.test", Type::a, 60, {"127.10.5.1"}};
  const RecordSet www_new{"www.shop.test", Type::a, 60, {"127.20.0.80"}};
  std::unique_ptr<ZoneWorld> world_ = GetParam()();
};

TEST_P(ZoneContract, reads_every_type_in_canonical_form) {
  for (const RecordSet& set : starting_records()) EXPECT_EQ(now(set.name, set.type), set);
  EXPECT_EQ(now("WWW.Shop.Test.", Type::a), www);
}

TEST_P(ZoneContract, says_that_there_is_none_without_an_error) {
  EXPECT_FALSE(zone().read("nobody.shop.test", Type::a));
  EXPECT_FALSE(zone().read("www.shop.test", Type::aaaa));
  EXPECT_FALSE(zone().read("api.shop.test", Type::a)) << "that is its target's";
}

TEST_P(ZoneContract, asks_every_server_in_a_stable_order) {
  auto answers = zone().ask_all("www.shop.test", Type::a);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_TRUE(answers[0].server.starts_with("ns1.shop.test ("));
  EXPECT_TRUE(answers[1].server.starts_with("ns2.shop.test ("));
  for (const Answer& answer : answers) {
    EXPECT_TRUE(answer.reachable && answer.authoritative) << answer.fault;
    EXPECT_EQ(answer.records, www);
  }
  EXPECT_FALSE(zone().ask_all("nobody.shop.test", Type::a)[1].records);
}

TEST_P(ZoneContract, changes_values_and_every_server_follows_with_a_higher_serial) {
  std::uint32_t serial = zone().ask_all("www.shop.test", Type::a)[0].serial;
  zone().change({{www}, {www_new}});
  EXPECT_EQ(now("www.shop.test", Type::a), www_new);
  world_->settle();
  for (const Answer& answer : zone().ask_all("www.shop.test", Type::a)) {
    EXPECT_EQ(answer.records, www_new);
    EXPECT_GT(answer.serial, serial);
  }
}

TEST_P(ZoneContract, shows_the_serial_in_the_soa_too) {
  zone().change({{www}, {www_new}});
  RecordSet soa = now("shop.test", Type::soa);
  ASSERT_EQ(soa.values.size(), 1u);
  const std::uint32_t serial = zone().ask_all("www.shop.test", Type::a)[0].serial;
  EXPECT_NE(soa.values[0].find(" " + std::to_string(serial) + " "), std::string::npos)
      << soa.values[0];
}

TEST_P(ZoneContract, only_compares_a_set_that_is_not_to_change) {
  const RecordSet api{"api.shop.test", Type::cname, 60, {"www.shop.test"}};
  const RecordSet no_api{"api.shop.test", Type::cname, 0, {}};
  EXPECT_EQ(failure_of({{www, no_api}, {www_new}}).exit(), Exit::needs_human);
  zone().change({{www, api}, {www_new}});
  EXPECT_EQ(now("api.shop.test", Type::cname), api);
  EXPECT_EQ(now("www.shop.test", Type::a), www_new);
}

TEST_P(ZoneContract, changes_what_it_read_when_two_hands_try_at_once) {
  const RecordSet one{"www.shop.test", Type::a, 60, {"127.20.0.1"}};
  const RecordSet two{"www.shop.test", Type::a, 60, {"127.20.0.2"}};
  auto attempt = [&](const RecordSet& set) {
    try {
      zone().change({{www}, {set}});
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  auto other = std::async(std::launch::async, attempt, one);
  bool second = attempt(two);
  bool first = other.get();
  EXPECT_FALSE(first && second);
  const RecordSet result = now("www.shop.test", Type::a);
  EXPECT_TRUE(result == one || result == two);
}

TEST_P(ZoneContract, changes_a_ttl_alone) {
  RecordSet two{"two.shop.test", Type::a, 60, {"127.10.5.1", "127.10.5.2"}};
  RecordSet shorter = two;
  shorter.ttl = 5;
  zone().change({{two}, {shorter}});
  EXPECT_EQ(now(two.name, two.type), shorter);
}

TEST_P(ZoneContract, changes_the_ttl_of_the_zones_own_servers_but_not_the_servers) {
  RecordSet ns = now("shop.test", Type::ns);
  ASSERT_EQ(ns.values.size(), 2u);
  RecordSet shorter = ns;
  shorter.ttl = 30;
  zone().change({{ns}, {shorter}});
  EXPECT_EQ(now("shop.test", Type::ns), shorter);
  RecordSet fewer = shorter;
  fewer.values.pop_back();
  EXPECT_EQ(failure_of({{shorter}, {fewer}}).retry(), Retry::never);
  EXPECT_EQ(now("shop.test", Type::ns), shorter);
}

TEST_P(ZoneContract, turns_an_address_into_a_cname_and_back) {
  RecordSet alias{"www.shop.test", Type::cname, 30, {"lb.new.example"}};
  RecordSet none_a{"www.shop.test", Type::a, 0, {}};
  RecordSet none_alias{"www.shop.test", Type::cname, 0, {}};
  zone().change({{www, none_alias}, {none_a, alias}});
  EXPECT_EQ(now("www.shop.test", Type::cname), alias);
  EXPECT_FALSE(zone().read("www.shop.test", Type::a));
  zone().change({{alias, none_a}, {none_alias, www}});
  EXPECT_EQ(now("www.shop.test", Type::a), www);
  EXPECT_FALSE(zone().read("www.shop.test", Type::cname));
}

TEST_P(ZoneContract, creates_and_removes_a_set) {
  RecordSet none{"fresh.shop.test", Type::a, 0, {}};
  RecordSet fresh{"fresh.shop.test", Type::a, 60, {"127.20.0.1"}};
  zone().change({{none}, {fresh}});
  EXPECT_EQ(now(fresh.name, Type::a), fresh);
  zone().change({{fresh}, {none}});
  EXPECT_FALSE(zone().read(fresh.name, Type::a));
}

TEST_P(ZoneContract, changes_nothing_when_somebody_changed_the_values) {
  RecordSet theirs{"www.shop.test", Type::a, 60, {"127.99.0.1"}};
  world_->edit(theirs);
  Error error = failure_of({{www}, {www_new}});
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_EQ(error.exit(), Exit::needs_human);
  EXPECT_EQ(now("www.shop.test", Type::a), theirs);
}

TEST_P(ZoneContract, changes_nothing_when_somebody_changed_the_ttl) {
  RecordSet theirs = www;
  theirs.ttl = 7200;
  world_->edit(theirs);
  EXPECT_EQ(failure_of({{www}, {www_new}}).exit(), Exit::needs_human);
  EXPECT_EQ(now("www.shop.test", Type::a), theirs);
}

TEST_P(ZoneContract, does_not_overwrite_what_it_was_not_told_of) {
  EXPECT_EQ(failure_of({{}, {www_new}}).exit(), Exit::needs_human);
  EXPECT_EQ(now("www.shop.test", Type::a), www);
}

TEST_P(ZoneContract, changes_all_sets_or_none) {
  RecordSet two{"two.shop.test", Type::a, 60, {"127.10.5.1"}};  // one value short
  RecordSet two_new{"two.shop.test", Type::a, 60, {"127.20.0.80"}};
  EXPECT_EQ(failure_of({{www, two}, {www_new, two_new}}).exit(), Exit::needs_human);
  EXPECT_EQ(now("www.shop.test", Type::a), www);
}

TEST_P(ZoneContract, keeps_a_cname_away_from_other_data) {
  RecordSet noted{"noted.shop.test", Type::a, 60, {"127.10.5.1"}};
  RecordSet none{"noted.shop.test", Type::a, 0, {}};
  RecordSet alias{"noted.shop.test", Type::cname, 60, {"www.shop.test"}};
  EXPECT_EQ(failure_of({{noted}, {none, alias}}).retry(), Retry::never);
  EXPECT_EQ(now("noted.shop.test", Type::a), noted) << "the TXT is still there, so A must stay";
  RecordSet beside{"api.shop.test", Type::a, 60, {"127.20.0.80"}};
  EXPECT_EQ(failure_of({{}, {beside}}).retry(), Retry::never);
  EXPECT_FALSE(zone().read("api.shop.test", Type::a));
}

TEST_P(ZoneContract, refuses_what_no_zone_can_hold) {
  RecordSet apex{"shop.test", Type::cname, 60, {"www.shop.test"}};
  RecordSet outside{"www.other.test", Type::a, 60, {"127.20.0.80"}};
  RecordSet garbled{"fresh.shop.test", Type::a, 60, {"127.20.0.80 ; and more"}};
  RecordSet two_lines{"fresh.shop.test", Type::txt, 60, {"a\nwww A 127.0.0.1"}};
  RecordSet strange{"a b.shop.test", Type::a, 60, {"127.20.0.80"}};
  for (const RecordSet& set : {apex, outside, garbled, two_lines, strange}) {
    EXPECT_EQ(failure_of({{}, {set}}).retry(), Retry::never) << set.name;
  }
}

}  // namespace hikkoshi::dns
