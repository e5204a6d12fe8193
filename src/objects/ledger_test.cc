#include "objects/ledger.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi::objects {
namespace {

Record record_of(const std::string& key, const std::string& etag = "e") {
  return {
      {key, 5, etag, WallTime(Millis(1'700'000'000'123))}, "t-" + etag, std::string(16, '\0'), 8};
}

TEST(Ledger, gives_back_what_was_put_also_after_it_was_closed) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/ledger";
  const Record strange = record_of(std::string("a\0b\xff'\n", 6));
  {
    Ledger ledger(path);
    ledger.put(strange);
    EXPECT_EQ(ledger.find(strange.source.key), strange);
    ledger.flush();
  }
  Ledger ledger(path);
  EXPECT_EQ(ledger.find(strange.source.key), strange);
  EXPECT_EQ(ledger.count(), 1u);
  ledger.erase(strange.source.key);
  EXPECT_EQ(ledger.find(strange.source.key), std::nullopt);
  EXPECT_EQ(ledger.count(), 0u);
}

TEST(Ledger, orders_keys_by_their_bytes_between_bounds) {
  Ledger ledger("");
  for (const char* key : {"b", "\xf0\x9f\x9a\x9a", "a", "a/", "Z"}) ledger.put(record_of(key));
  std::vector<std::string> keys;
  for (const Record& record : ledger.page("", "", 10)) keys.push_back(record.source.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"Z", "a", "a/", "b", "\xf0\x9f\x9a\x9a"}));
  const auto part = ledger.page("a", "b", 10);
  ASSERT_EQ(part.size(), 1u);
  EXPECT_EQ(part[0].source.key, "a/");
  EXPECT_EQ(ledger.page("", "", 2).size(), 2u);
}

TEST(Ledger, keeps_the_newest_record_of_a_key) {
  Ledger ledger("");
  ledger.put(record_of("a", "1"));
  ledger.flush();
  ledger.put(record_of("a", "2"));
  EXPECT_EQ(ledger.find("a")->source.etag, "2");
  EXPECT_EQ(ledger.count(), 1u);
}

TEST(Ledger, divides_its_keys_evenly) {
  Ledger ledger("");
  for (int i = 0; i < 100; ++i) ledger.put(record_of(std::to_string(1000 + i)));
  EXPECT_EQ(ledger.dividers(4), (std::vector<std::string>{"1025", "1050", "1075"}));
  EXPECT_TRUE(Ledger("").dividers(4).empty());
}

TEST(Ledger, forgets_an_upload_once_its_object_is_recorded) {
  Ledger ledger("");
  ledger.begin("a", "token");
  EXPECT_EQ(ledger.begun("a"), "token");
  ledger.put(record_of("a"));
  ledger.flush();
  EXPECT_EQ(ledger.begun("a"), "");
}

TEST(Ledger, is_open_for_one_process_at_a_time) {
  TemporaryFolder folder;
  Ledger first(folder.path() + "/ledger");
  try {
    Ledger second(folder.path() + "/ledger");
    FAIL() << "opened twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::locked);
  }
}

TEST(Ledger, says_what_to_do_with_a_damaged_file) {
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/ledger", std::string(5000, 'x'));
  try {
    Ledger ledger(folder.path() + "/ledger");
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_NE(error.remedy(), "");
  }
}

TEST(Ledger, knows_a_changed_source_by_etag_size_or_time) {
  const Record record = record_of("a");
  ObjectInfo source = record.source;
  EXPECT_TRUE(same_source(record, source));
  source.modified += Millis(1);
  EXPECT_FALSE(same_source(record, source));
  Record timeless = record;
  timeless.source.modified = {};
  EXPECT_TRUE(same_source(timeless, source));
  source.etag = "f";
  EXPECT_FALSE(same_source(timeless, source));
}

TEST(Ledger, turns_round_for_the_way_back) {
  Ledger forward("");
  for (int i = 0; i < 2500; ++i) forward.put(record_of(std::to_string(i), "s"));
  Ledger back("");
  back.put(record_of("stale"));
  back.reverse(forward);
  EXPECT_EQ(back.count(), 2500u);
  const Record turned = back.find("7").value();
  EXPECT_EQ(turned.source.etag, "t-s");
  EXPECT_EQ(turned.target_etag, "s");
  EXPECT_EQ(turned.source.modified, WallTime{});
}

}  // namespace
}  // namespace hikkoshi::objects
