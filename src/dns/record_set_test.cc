#include "dns/record_set.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::dns {
namespace {

const RecordSet www{"www.shop.test", Type::a, 60, {"127.10.5.1"}};
const RecordSet ns{"shop.test", Type::ns, 3600, {"ns1.shop.test", "ns2.shop.test"}};

std::string refusal_of(const Change& change) {
  try {
    canonical_change(change, "shop.test");
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::never);
    return error.what();
  }
  return "";
}

TEST(RecordSet, is_the_same_however_it_was_written) {
  EXPECT_EQ(canonical_set({"WWW.Shop.Test.", Type::cname, 60, {"LB.New.Test."}}, "shop.test"),
            (RecordSet{"www.shop.test", Type::cname, 60, {"lb.new.test"}}));
  EXPECT_EQ(canonical_set({"www.shop.test", Type::a, 60, {"127.0.0.2", "127.0.0.1", "127.0.0.2"}},
                          "shop.test"),
            (RecordSet{"www.shop.test", Type::a, 60, {"127.0.0.1", "127.0.0.2"}}));
}

TEST(RecordSet, is_described_in_one_line) {
  EXPECT_EQ(describe(www), "www.shop.test A 60 127.10.5.1");
  EXPECT_EQ(describe({"www.shop.test", Type::aaaa, 0, {}}), "www.shop.test AAAA: none");
  EXPECT_EQ(describe({"a\x1b[2J", Type::a, 0, {}}).find('\x1b'), std::string::npos);
}

TEST(Change, expects_nothing_where_nothing_was_read) {
  Change change = canonical_change({{}, {www}}, "shop.test");
  ASSERT_EQ(change.before.size(), 1u);
  EXPECT_EQ(change.before[0], (RecordSet{"www.shop.test", Type::a, 0, {}}));
}

TEST(Change, names_a_set_once_however_it_is_written) {
  RecordSet same = www;
  same.name = "WWW.shop.test.";
  EXPECT_NE(refusal_of({{www}, {www, same}}).find("twice"), std::string::npos);
  EXPECT_NE(refusal_of({{www, same}, {www}}).find("twice"), std::string::npos);
}

TEST(Change, stays_inside_the_zone) {
  for (const char* name : {"www.workshop.test", "test", "shop.test.example"}) {
    EXPECT_NE(refusal_of({{}, {{name, Type::a, 60, {"127.0.0.1"}}}}).find("outside"),
              std::string::npos)
        << name;
  }
}

TEST(Change, leaves_soa_and_unknown_types_alone) {
  EXPECT_FALSE(refusal_of({{}, {{"shop.test", Type::soa, 60, {"a b 1 2 3 4 5"}}}}).empty());
  EXPECT_FALSE(refusal_of({{}, {{"shop.test", Type::other, 60, {"x"}}}}).empty());
}

TEST(Change, has_a_ttl_below_2_to_the_31) {
  RecordSet longest = www;
  longest.ttl = 0x7fffffff;
  EXPECT_EQ(refusal_of({{www}, {longest}}), "");
  longest.ttl += 1;
  EXPECT_FALSE(refusal_of({{www}, {longest}}).empty());
}

TEST(Change, lets_a_cname_stand_alone_with_one_target_below_the_apex) {
  const RecordSet alias{"www.shop.test", Type::cname, 60, {"lb.new.test"}};
  EXPECT_EQ(refusal_of({{www}, {{"www.shop.test", Type::a, 0, {}}, alias}}), "");
  EXPECT_FALSE(refusal_of({{www}, {www, alias}}).empty());
  EXPECT_FALSE(
      refusal_of({{}, {{"www.shop.test", Type::cname, 60, {"a.test", "b.test"}}}}).empty());
  EXPECT_FALSE(refusal_of({{}, {{"shop.test", Type::cname, 60, {"lb.new.test"}}}}).empty());
}

TEST(Change, gives_the_zones_own_servers_another_ttl_but_no_other_names) {
  RecordSet shorter = ns;
  shorter.ttl = 60;
  EXPECT_EQ(refusal_of({{ns}, {shorter}}), "");
  RecordSet fewer{"shop.test", Type::ns, 3600, {"ns1.shop.test"}};
  EXPECT_NE(refusal_of({{ns}, {fewer}}).find("delegation"), std::string::npos);
  EXPECT_FALSE(refusal_of({{}, {ns}}).empty());
  EXPECT_EQ(refusal_of({{}, {{"sub.shop.test", Type::ns, 60, {"ns.sub.test"}}}}), "");
}

}  // namespace
}  // namespace hikkoshi::dns
