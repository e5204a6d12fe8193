#include "objects/object_copy.h"

#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "base/file.h"
#include "objects/mem_bucket.h"

namespace hikkoshi::objects {
namespace {

using Call = MemBucket::Call;

class ObjectCopyTest : public testing::Test {
 protected:
  PassResult pass(const PassOptions& options = {}) {
    return ObjectCopy(old_, new_, ledger_, clock_).pass(options);
  }
  VerifyResult verify(const VerifyOptions& options = {}) {
    return ObjectCopy(old_, new_, ledger_, clock_).verify(options);
  }

  template <typename Work>
  Error error_of(Work work) {
    try {
      work();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return Error(Retry::safe, "nothing was thrown");
  }

  void fill(int objects, const std::string& word = "content of ") {
    for (int i = 0; i < objects; ++i) old_.put(key_of(i), word + key_of(i));
  }
  static std::string key_of(int i) { return "images/" + std::to_string(100'000 + i) + ".jpg"; }

  FakeClock clock_;
  MemBucket old_{"old.images"};
  MemBucket new_{"new.images"};
  Ledger ledger_{""};
};

TEST_F(ObjectCopyTest, copies_all_and_then_finds_nothing_left_to_do) {
  fill(2500);
  const PassResult first = pass();
  EXPECT_EQ(first.listed, 2500u);
  EXPECT_EQ(first.copied, 2500u);
  EXPECT_FALSE(first.settled());
  EXPECT_EQ(new_.contents(), old_.contents());
  const int reads = old_.calls(Call::read);
  const PassResult second = pass();
  EXPECT_EQ(second.unchanged, 2500u);
  EXPECT_TRUE(second.settled());
  EXPECT_EQ(old_.calls(Call::read), reads) << "an unchanged object is not read again";
}

TEST_F(ObjectCopyTest, copies_what_was_added_and_changed_since) {
  fill(50);
  pass();
  old_.put("added", "1");
  old_.put(key_of(7), "changed");
  const PassResult second = pass();
  EXPECT_EQ(second.copied, 2u);
  EXPECT_EQ(second.unchanged, 49u);
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, copies_again_what_the_target_lost_or_has_otherwise) {
  fill(10);
  pass();
  new_.put(key_of(1), std::nullopt);
  new_.put(key_of(2), "somebody else's");
  EXPECT_EQ(pass().copied, 2u);
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, keeps_what_the_target_has_when_only_gaps_are_to_be_filled) {
  fill(3);
  new_.put(key_of(1), "newer, written on NEW");
  const PassResult result = pass({.existing = Existing::keep});
  EXPECT_EQ(result.kept, 1u);
  EXPECT_EQ(result.copied, 2u);
  EXPECT_EQ(new_.contents().at(key_of(1)), "newer, written on NEW");
}

TEST_F(ObjectCopyTest, carries_metadata_tags_and_group_access_but_no_accounts) {
  ObjectMeta meta;
  meta.content_type = "image/jpeg";
  meta.cache_control = "no-cache";
  meta.user = {{"camera", "X100"}};
  meta.tags = {{"kind", "frame"}};
  meta.access = {{"AllUsers", "READ"}, {"id=somebody", "READ"}};
  old_.put("dressed", "bytes", meta);
  pass();
  meta.access.pop_back();
  const auto copy = new_.head("dressed", {.tags = true, .access = true});
  EXPECT_EQ(differences(copy->meta, meta), std::vector<std::string>());
}

TEST_F(ObjectCopyTest, copies_large_objects_by_parts_side_by_side) {
  std::string bytes((9 << 20) + 17, 'x');
  for (size_t i = 0; i < bytes.size(); i += 1000) bytes[i] = char(i / 1000);
  old_.put("large", bytes);
  new_.set_part_size(1 << 20);
  const PassResult result = pass();
  EXPECT_EQ(result.copied, 1u);
  EXPECT_EQ(result.bytes, bytes.size());
  EXPECT_EQ(new_.calls(Call::part), 10);
  EXPECT_TRUE(new_.contents().at("large") == bytes);
  EXPECT_EQ(verify().equal, 1u);
}

TEST_F(ObjectCopyTest, lets_the_server_copy_where_it_can) {
  MemBucket neighbour("new.images", old_);
  fill(20);
  ObjectCopy copy(old_, neighbour, ledger_, clock_);
  EXPECT_EQ(copy.pass({}).by_server, 20u);
  EXPECT_EQ(old_.calls(Call::read), 0);
  EXPECT_EQ(neighbour.contents(), old_.contents());
  EXPECT_EQ(copy.verify({}).equal, 20u);
}

TEST_F(ObjectCopyTest, streams_where_the_server_refuses_to_copy) {
  MemBucket neighbour("new.images", old_);
  neighbour.allow_copies(false);
  fill(20);
  const PassResult result = ObjectCopy(old_, neighbour, ledger_, clock_).pass({});
  EXPECT_EQ(result.by_server, 0u);
  EXPECT_EQ(result.copied, 20u);
  EXPECT_EQ(neighbour.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, leaves_an_object_for_the_next_pass_that_changes_while_it_is_read) {
  fill(3);
  old_.on_call([&, done = false](Call call, const std::string& key) mutable {
    if (call != Call::read || key != key_of(1) || std::exchange(done, true)) return;
    old_.put(key, "changed between listing and reading");
  });
  const PassResult first = pass();
  EXPECT_EQ(first.missed, 1u);
  EXPECT_EQ(first.copied, 2u);
  EXPECT_FALSE(first.settled());
  EXPECT_EQ(pass().copied, 1u);
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, never_joins_parts_of_two_contents) {
  new_.set_part_size(1 << 20);
  old_.put("large", std::string(10 << 20, 'a'));
  std::atomic<int> reads = 0;
  old_.on_call([&](Call call, const std::string&) {
    if (call == Call::read && ++reads == 4) old_.put("large", std::string(10 << 20, 'b'));
  });
  const PassResult result = pass();
  EXPECT_EQ(result.missed, 1u);
  EXPECT_TRUE(new_.contents().empty());
  EXPECT_EQ(new_.unfinished(), 0u);
  old_.on_call({});
  pass();
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, tries_again_while_the_store_asks_for_patience) {
  fill(30);
  std::atomic<int> calls = 0;
  const auto storm = [&](Call call, const std::string&) {
    const bool request = call == Call::list || call == Call::read || call == Call::part;
    if (request && ++calls % 3 != 0) throw SlowDown("503 SlowDown");
  };
  old_.on_call(storm);
  new_.on_call(storm);
  EXPECT_EQ(pass().copied, 30u);
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, counts_an_object_that_cannot_be_copied_and_goes_on) {
  fill(30);
  new_.on_call([](Call call, const std::string& key) {
    if (call == Call::write && key == key_of(3)) throw Error(Retry::never, "cannot hold it");
  });
  const PassResult result = pass();
  EXPECT_EQ(result.failed, 1u);
  EXPECT_EQ(result.copied, 29u);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0], key_of(3) + ": cannot hold it");
}

TEST_F(ObjectCopyTest, ends_when_the_login_is_refused_or_an_outage_lasts) {
  fill(200);
  new_.on_call([](Call call, const std::string&) {
    if (call == Call::write) throw Error(Retry::never, "no such key", Exit::authentication);
  });
  EXPECT_EQ(error_of([&] { pass(); }).exit(), Exit::authentication);
  EXPECT_LT(new_.calls(Call::write), 100);
  new_.on_call([](Call call, const std::string&) {
    if (call == Call::write) throw Error(Retry::safe, "connection refused");
  });
  EXPECT_EQ(error_of([&] { pass(); }).retry(), Retry::safe);
}

TEST_F(ObjectCopyTest, removes_only_when_told_and_only_what_it_had_copied) {
  fill(20);
  new_.put("foreign", "not ours");
  pass();
  old_.put(key_of(1), std::nullopt);
  old_.put(key_of(2), std::nullopt);
  new_.put(key_of(2), "written on NEW since");
  PassResult result = pass();
  EXPECT_EQ(result.gone, 1u);
  EXPECT_EQ(result.removed, 0u);
  EXPECT_EQ(result.foreign, 2u);
  EXPECT_FALSE(result.settled());
  result = pass({.remove_at_most = 5});
  EXPECT_EQ(result.removed, 1u);
  EXPECT_TRUE(result.settled());
  EXPECT_EQ(new_.contents().count(key_of(1)), 0u);
  EXPECT_EQ(new_.contents().at(key_of(2)), "written on NEW since");
  EXPECT_EQ(new_.contents().at("foreign"), "not ours");
}

TEST_F(ObjectCopyTest, removes_nothing_when_more_are_gone_than_allowed) {
  fill(20);
  pass();
  for (int i = 0; i < 6; ++i) old_.put(key_of(i), std::nullopt);
  EXPECT_EQ(error_of([&] { pass({.remove_at_most = 5}); }).exit(), Exit::refused);
  EXPECT_EQ(new_.contents().size(), 20u);
  EXPECT_EQ(pass({.remove_at_most = 6}).removed, 6u);
}

TEST_F(ObjectCopyTest, believes_no_empty_listing) {
  fill(20);
  pass();
  old_.cut_listings_after(0);
  EXPECT_EQ(error_of([&] { pass({.remove_at_most = 1000}); }).exit(), Exit::refused);
  EXPECT_EQ(error_of([&] { verify(); }).exit(), Exit::refused);
  EXPECT_EQ(new_.contents().size(), 20u);
}

TEST_F(ObjectCopyTest, removes_nothing_for_a_listing_that_was_cut_in_silence) {
  fill(20);
  pass();
  old_.cut_listings_after(5);
  const PassResult result = pass({.remove_at_most = 1000});
  EXPECT_EQ(result.gone, 15u);
  EXPECT_EQ(result.removed, 0u) << "each one was asked for by its key";
  EXPECT_EQ(new_.contents().size(), 20u);
}

TEST_F(ObjectCopyTest, ends_with_a_failed_listing_and_removes_nothing) {
  fill(3000);
  pass();
  old_.put(key_of(1), std::nullopt);
  old_.on_call([](Call call, const std::string& after) {
    if (call == Call::list && !after.empty()) throw Error(Retry::never, "cut in the middle");
  });
  EXPECT_STREQ(error_of([&] { pass({.remove_at_most = 10}); }).what(), "cut in the middle");
  EXPECT_EQ(new_.contents().size(), 3000u);
}

TEST_F(ObjectCopyTest, goes_on_after_its_death_where_the_ledger_ends) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/images.ledger";
  fill(2000);
  std::stop_source stop;
  {
    Ledger ledger(path);
    std::atomic<int> writes = 0;
    new_.on_call([&](Call call, const std::string&) {
      if (call == Call::write && ++writes == 1200) stop.request_stop();
    });
    const Error error =
        error_of([&] { ObjectCopy(old_, new_, ledger, clock_).pass({}, {}, stop.get_token()); });
    EXPECT_EQ(error.exit(), Exit::interrupted);
  }
  new_.on_call({});
  Ledger ledger(path);
  EXPECT_GE(ledger.count(), 500u) << "what was put in whole batches is there";
  const PassResult second = ObjectCopy(old_, new_, ledger, clock_).pass({});
  EXPECT_LT(second.copied, 1500u);
  EXPECT_EQ(second.copied + second.unchanged, 2000u);
  EXPECT_EQ(new_.contents(), old_.contents());
}

TEST_F(ObjectCopyTest, removes_what_a_killed_upload_left_behind) {
  new_.set_part_size(1 << 20);
  old_.put("large", std::string(10 << 20, 'a'));
  auto killed = new_.write({.key = "large", .size = 10 << 20});
  ledger_.begin("large", killed->token());
  EXPECT_EQ(new_.unfinished(), 1u);
  pass();
  EXPECT_EQ(new_.unfinished(), 0u);
  EXPECT_EQ(ledger_.begun("large"), "");
}

TEST_F(ObjectCopyTest, finds_rotten_bytes_by_reading_back_and_mends_them) {
  fill(40);
  pass();
  EXPECT_EQ(verify().mismatches(), 0u);
  EXPECT_EQ(verify().equal, 40u);
  new_.flip_byte_of(key_of(5));
  EXPECT_TRUE(pass().settled()) << "no listing shows it";
  const VerifyResult found = verify();
  EXPECT_EQ(found.different, 1u);
  EXPECT_EQ(found.equal, 39u);
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0], key_of(5) + " has other bytes");
  EXPECT_EQ(pass().copied, 1u);
  EXPECT_EQ(verify().mismatches(), 0u);
}

TEST_F(ObjectCopyTest, finds_a_source_that_rotted_since_only_when_told_to_read_it) {
  fill(3);
  pass();
  old_.flip_byte_of(key_of(1));
  EXPECT_EQ(verify().different, 0u);
  EXPECT_EQ(verify({.read_source = true}).different, 1u);
}

TEST_F(ObjectCopyTest, finds_what_is_missing_extra_and_dressed_otherwise) {
  fill(10);
  pass();
  new_.put(key_of(1), std::nullopt);
  old_.put(key_of(2), std::nullopt);
  new_.put("foreign", "not ours");
  ObjectMeta meta;
  meta.tags = {{"kind", "frame"}};
  old_.put(key_of(3), "content of " + key_of(3), meta);
  const VerifyResult result = verify();
  EXPECT_EQ(result.missing, 1u);
  EXPECT_EQ(result.extra, 1u);
  EXPECT_EQ(result.foreign, 1u);
  EXPECT_EQ(result.different, 1u);
  EXPECT_EQ(result.mismatches(), 3u);
  EXPECT_EQ(verify({.meta = false}).different, 0u);
  pass({.remove_at_most = 5});
  EXPECT_EQ(verify().mismatches(), 0u);
}

TEST_F(ObjectCopyTest, goes_back_by_the_reversed_ledger_without_copying_all_again) {
  fill(30);
  pass();
  Ledger back("");
  back.reverse(ledger_);
  new_.put("written on NEW", "1");
  new_.put(key_of(4), "changed on NEW");
  ObjectCopy reverse(new_, old_, back, clock_);
  EXPECT_EQ(reverse.pass({}).copied, 2u);
  EXPECT_EQ(old_.contents(), new_.contents());
  EXPECT_TRUE(reverse.pass({}).settled());
}

TEST_F(ObjectCopyTest, tells_of_its_progress) {
  fill(10);
  PassResult last;
  int calls = 0;
  ObjectCopy(old_, new_, ledger_, clock_).pass({}, [&](const PassResult& now) {
    last = now;
    ++calls;
  });
  EXPECT_GE(calls, 1);
  EXPECT_EQ(last.copied, 10u);
}

TEST_F(ObjectCopyTest, lists_a_large_bucket_in_ranges_that_miss_nothing) {
  fill(6000, "");
  EXPECT_EQ(pass().listed, 6000u);
  EXPECT_EQ(pass().unchanged, 6000u);
}

}  // namespace
}  // namespace hikkoshi::objects
