#include "objects/listing.h"

#include <set>

#include <gtest/gtest.h>

#include "objects/mem_bucket.h"

namespace hikkoshi::objects {
namespace {

class ListingTest : public testing::Test {
 protected:
  std::vector<KeyRange> ranges(int count) {
    return divide(bucket_, ledger_, count, {.clock = clock_}, {});
  }

  /// Every key of the bucket is found in exactly one range.
  void expect_whole(const std::vector<KeyRange>& ranges) {
    std::multiset<std::string> keys;
    for (const KeyRange& range : ranges) {
      Listing listing(bucket_, range, {.clock = clock_}, {});
      while (listing.peek()) keys.insert(listing.take().key);
    }
    std::multiset<std::string> expected;
    for (const auto& [key, bytes] : bucket_.contents()) expected.insert(key);
    EXPECT_EQ(keys, expected);
  }

  FakeClock clock_;
  MemBucket bucket_{"old.images"};
  Ledger ledger_{""};
};

TEST_F(ListingTest, divides_a_large_bucket_that_it_never_saw) {
  for (int i = 0; i < 5000; ++i) bucket_.put("images/2026/" + std::to_string(i), "");
  const auto found = ranges(8);
  EXPECT_GT(found.size(), 2u);
  EXPECT_LE(found.size(), 8u);
  expect_whole(found);
}

TEST_F(ListingTest, divides_by_the_ledger_without_asking_the_bucket) {
  for (int i = 0; i < 5000; ++i) {
    bucket_.put("images/" + std::to_string(i), "");
    ledger_.put({{"images/" + std::to_string(i), 0, "e", {}}, "", "", 0});
  }
  const auto found = ranges(8);
  EXPECT_EQ(found.size(), 8u);
  EXPECT_EQ(bucket_.calls(MemBucket::Call::list), 0);
  expect_whole(found);
}

TEST_F(ListingTest, leaves_a_small_bucket_whole) {
  for (int i = 0; i < 1000; ++i) bucket_.put(std::to_string(i), "");
  EXPECT_EQ(ranges(8), std::vector<KeyRange>(1));
}

TEST_F(ListingTest, divides_keys_of_any_bytes) {
  for (int i = 0; i < 3000; ++i) {
    bucket_.put(std::string(1, char(i % 7 * 40 + 1)) + "\xf0\x9f\x9a\x9a" + std::to_string(i), "");
  }
  expect_whole(ranges(16));
}

TEST(Between, lies_between_two_keys) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"", ""},     {"a", "c"},  {"images/0001", "images/0009"},
      {"a", "a/b"}, {"zzz", ""}, {"\xff", ""},
      {"a", "b"},   {"az", "b"}};
  for (const auto& [low, high] : pairs) {
    const std::string middle = between(low, high);
    if (middle.empty()) continue;
    EXPECT_GT(middle, low);
    EXPECT_TRUE(high.empty() || middle < high) << middle;
  }
  EXPECT_NE(between("a", "c"), "");
  EXPECT_NE(between("images/0001", "images/0009"), "");
  EXPECT_NE(between("az", "b"), "");
  EXPECT_EQ(between("a", "a"), "");
}

/// A store that breaks the rules.
class Unruly : public MemBucket {
 public:
  using MemBucket::MemBucket;
  Page list(const ListRequest&, std::stop_token) override { return page; }
  Page page;
};

TEST(Listing, believes_no_disorder_and_no_empty_page_with_more) {
  FakeClock clock;
  const auto fault = [&](Page page) {
    Unruly bucket("old.images");
    bucket.page = std::move(page);
    try {
      Listing(bucket, {"a", "m"}, {.clock = clock}, {}).peek();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(fault({{{"b", 0, "", {}}, {"c", 0, "", {}}}, false}), "");
  EXPECT_NE(fault({{{"c", 0, "", {}}, {"b", 0, "", {}}}, false}), "");
  EXPECT_NE(fault({{{"b", 0, "", {}}, {"b", 0, "", {}}}, false}), "");
  EXPECT_NE(fault({{{"a", 0, "", {}}}, false}), "") << "before the range";
  EXPECT_NE(fault({{{"m", 0, "", {}}}, false}), "") << "after it";
  EXPECT_NE(fault({{}, true}), "");
}

TEST(Join, brings_together_what_has_one_key) {
  FakeClock clock;
  MemBucket source("old.images"), target("new.images");
  Ledger ledger("");
  for (const char* key : {"a", "b", "d"}) source.put(key, "1");
  for (const char* key : {"b", "c"}) target.put(key, "2");
  for (const char* key : {"b", "e"}) ledger.put({{key, 1, "e", {}}, "", "", 0});
  Join join(Listing(source, {}, {.clock = clock}, {}), Listing(target, {}, {.clock = clock}, {}),
            RecordStream(ledger, {}));
  std::string seen;
  while (auto joined = join.next()) {
    seen += joined->key + (joined->source ? "s" : "") + (joined->target ? "t" : "") +
            (joined->record ? "r" : "") + " ";
  }
  EXPECT_EQ(seen, "as bstr ct ds er ");
}

}  // namespace
}  // namespace hikkoshi::objects
