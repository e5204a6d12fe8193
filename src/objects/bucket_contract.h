// What every Bucket must do: the fake and the real ones pass the same tests. Include it in one
// test program a time and instantiate BucketContract with worlds.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "objects/bucket.h"

namespace hikkoshi::objects {

/// An empty bucket, and what a test needs around it.
class BucketWorld {
 public:
  virtual ~BucketWorld() = default;
  virtual Bucket& bucket() = 0;
  /// An empty bucket of another account on the same server, which may be read by the account of
  /// `bucket`; null where there is no such thing.
  virtual Bucket* neighbour() { return nullptr; }
  /// The first size in bytes that goes in several parts; 0 where none does.
  virtual std::uint64_t several_parts() const { return 0; }
};

/// Keys that tools stumble over. Those that are no paths are last, from `first_strange`.
inline std::vector<std::string> hard_keys() {
  std::string longest;
  for (char letter : {'k', 'l', 'm', 'n'}) longest += std::string(250, letter) + "/";
  return {"plain.jpg",
          "with space and  two.jpg",
          "plus+and%percent%20%2B.jpg",
          "quote'\"&<>;=?#@!$*().jpg",
          "back\\slash.jpg",
          "line\nfeed\rand\ttab.jpg",
          "emoji \xF0\x9F\x9A\x9A.jpg",
          "caf\xC3\xA9.jpg",   // precomposed (NFC)
          "cafe\xCC\x81.jpg",  // decomposed (NFD): another key
          "\xE5\xBC\x95\xE3\x81\xA3\xE8\xB6\x8A\xE3\x81\x97.jpg",
          "~tilde_and-dash.jpg",
          longest + std::string(1024 - longest.size() - 4, 'n') + ".jpg",
          "deep/er/and/deeper.jpg"};
}

inline std::vector<std::string> strange_keys() {
  return {"two//slashes.jpg", "../up.jpg", "a/../b.jpg", "./here.jpg", "/leading.jpg", "trailing/"};
}

class BucketContract
    : public testing::TestWithParam<std::function<std::unique_ptr<BucketWorld>()>> {
 protected:
  Bucket& bucket() { return world_->bucket(); }
  Properties properties() { return bucket().properties(); }

  std::vector<std::string> holdable_keys() {
    std::vector<std::string> keys = hard_keys();
    const auto strange = strange_keys();
    if (!properties().path_keys) keys.insert(keys.end(), strange.begin(), strange.end());
    return keys;
  }

  ObjectMeta full_meta() {
    ObjectMeta meta;
    meta.content_type = "image/jpeg";
    if (properties().headers) {
      meta.cache_control = "public, max-age=31536000";
      meta.content_disposition = "attachment; filename=\"a b.jpg\"";
      meta.content_encoding = "gzip";
      meta.content_language = "ja, en";
      meta.expires = "Wed, 21 Oct 2037 07:28:00 GMT";
      meta.user = {{"camera", "X100"}, {"x-y-z.1", "a  b; c=\"d\""}};
    }
    if (properties().tags) meta.tags = {{"kind", "frame & glass"}, {"k+ey", "v=1/2 @:."}};
    if (properties().access) meta.access = {{"AllUsers", "READ"}};
    return meta;
  }

  /// Keys of all pages of `limit`, in order.
  std::vector<std::string> keys_of(ListRequest request) {
    std::vector<std::string> keys;
    for (bool more = true; more;) {
      const Page page = bucket().list(request);
      for (const ObjectInfo& info : page.objects) keys.push_back(info.key);
      more = page.more;
      if (more && page.objects.empty()) {
        ADD_FAILURE() << "more, but nothing to go on from";
        return keys;
      }
      if (more) request.after = page.objects.back().key;
    }
    return keys;
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

  static std::string bytes_of(std::uint64_t size, unsigned seed = 1) {
    std::string bytes(size, '\0');
    std::uint64_t state = seed;
    for (char& byte : bytes) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<char>(state >> 56);
    }
    return bytes;
  }

  std::unique_ptr<BucketWorld> world_ = GetParam()();
};

TEST_P(BucketContract, holds_every_hard_key_as_its_own_bytes) {
  std::vector<std::string> keys = holdable_keys();
  for (const std::string& key : keys) write_whole(bucket(), key, "content of " + key);
  for (const std::string& key : keys) {
    EXPECT_EQ(read_whole(bucket(), key), "content of " + key) << key;
    const auto object = bucket().head(key);
    ASSERT_TRUE(object) << key;
    EXPECT_EQ(object->info.key, key);
    EXPECT_EQ(object->info.size, 11 + key.size()) << key;
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys_of({}), keys);
  EXPECT_EQ(keys_of({.limit = 3}), keys);
  bucket().remove(keys);
  EXPECT_EQ(keys_of({}), std::vector<std::string>());
}

TEST_P(BucketContract, refuses_a_key_that_it_cannot_hold) {
  std::vector<std::string> keys{"", std::string(1025, 'k')};
  const auto strange = strange_keys();
  if (properties().path_keys) keys.insert(keys.end(), strange.begin(), strange.end());
  for (const std::string& key : keys) {
    EXPECT_EQ(error_of([&] { write_whole(bucket(), key, "x"); }).retry(), Retry::never) << key;
  }
  EXPECT_EQ(keys_of({}), std::vector<std::string>());
}

TEST_P(BucketContract, says_that_there_is_none_without_an_error) {
  EXPECT_FALSE(bucket().head("absent"));
  EXPECT_EQ(bucket().read({.key = "absent"}, [](std::string_view) { FAIL(); }).found,
            Found::absent);
  bucket().remove({"absent", "neither"});
  EXPECT_TRUE(bucket().list({}).objects.empty());
}

TEST_P(BucketContract, gives_back_every_byte_of_every_size) {
  for (const std::uint64_t size : {0ull, 1ull, 4096ull, 1'000'003ull}) {
    const std::string bytes = bytes_of(size);
    const ObjectInfo written = write_whole(bucket(), "sized", bytes);
    EXPECT_EQ(written.size, size);
    EXPECT_TRUE(read_whole(bucket(), "sized") == bytes) << size;
    EXPECT_EQ(bucket().head("sized")->info.etag, written.etag);
    EXPECT_EQ(bucket().list({}).objects.at(0).etag, written.etag);
    EXPECT_EQ(bucket().list({}).objects.at(0).size, size);
  }
}

TEST_P(BucketContract, lists_between_two_keys_and_below_a_prefix) {
  for (const char* key : {"a/1", "a/2", "b", "b/1", "c"}) write_whole(bucket(), key, key);
  using Keys = std::vector<std::string>;
  EXPECT_EQ(keys_of({.after = "a/1"}), (Keys{"a/2", "b", "b/1", "c"}));
  EXPECT_EQ(keys_of({.after = "a/1", .before = "b/1"}), (Keys{"a/2", "b"}));
  EXPECT_EQ(keys_of({.after = "a/10", .before = "b/1", .limit = 1}), (Keys{"a/2", "b"}));
  EXPECT_EQ(keys_of({.before = "a/2"}), (Keys{"a/1"}));
  EXPECT_EQ(keys_of({.after = "c"}), Keys());
  EXPECT_EQ(keys_of({.prefix = "b/"}), (Keys{"b/1"}));
  EXPECT_EQ(keys_of({.limit = 1, .prefix = "a"}), (Keys{"a/1", "a/2"}));
}

TEST_P(BucketContract, keeps_all_that_belongs_to_an_object) {
  const ObjectMeta meta = full_meta();
  write_whole(bucket(), "dressed", "bytes", meta);
  const auto object = bucket().head("dressed", {.tags = true, .access = true});
  ASSERT_TRUE(object);
  EXPECT_EQ(differences(object->meta, meta), std::vector<std::string>());
  const auto read = bucket().read({.key = "dressed", .aspects = {.tags = true, .access = true}},
                                  [](std::string_view) {});
  EXPECT_EQ(differences(read.object.meta, meta), std::vector<std::string>());
  EXPECT_EQ(read.object.info, object->info);
  EXPECT_TRUE(read_whole(bucket(), "dressed") == "bytes") << "gzip or not, bytes are bytes";
}

TEST_P(BucketContract, replaces_all_that_was_there) {
  write_whole(bucket(), "dressed", "first", full_meta());
  ObjectMeta plain;
  plain.content_type = "text/plain";
  write_whole(bucket(), "dressed", "second", plain);
  const auto object = bucket().head("dressed", {.tags = true, .access = true});
  EXPECT_EQ(differences(object->meta, plain), std::vector<std::string>());
  EXPECT_EQ(read_whole(bucket(), "dressed"), "second");
}

TEST_P(BucketContract, reads_a_range) {
  const std::string bytes = bytes_of(100'000);
  write_whole(bucket(), "ranged", bytes);
  std::string seen;
  const auto take = [&](std::string_view piece) {
    seen += piece;
  };
  const auto result = bucket().read({.key = "ranged", .offset = 5, .length = 70'000}, take);
  EXPECT_EQ(result.found, Found::whole);
  EXPECT_EQ(result.object.info.size, 100'000u);
  EXPECT_TRUE(seen == bytes.substr(5, 70'000));
  seen.clear();
  bucket().read({.key = "ranged", .offset = 99'990}, take);
  EXPECT_TRUE(seen == bytes.substr(99'990));
}

TEST_P(BucketContract, does_not_mix_two_contents_of_one_key) {
  const ObjectInfo first = write_whole(bucket(), "rewritten", "first!");
  const ObjectInfo second = write_whole(bucket(), "rewritten", "second");
  EXPECT_NE(first.etag, second.etag);
  std::string seen;
  const auto take = [&](std::string_view piece) {
    seen += piece;
  };
  EXPECT_EQ(bucket().read({.key = "rewritten", .if_match = first.etag}, take).found,
            Found::changed);
  EXPECT_EQ(seen, "");
  EXPECT_EQ(bucket().read({.key = "rewritten", .if_match = second.etag}, take).found, Found::whole);
  EXPECT_EQ(seen, "second");
}

TEST_P(BucketContract, stops_reading_when_the_sink_throws) {
  write_whole(bucket(), "long", bytes_of(1'000'000));
  const Error error = error_of([&] {
    bucket().read({.key = "long"},
                  [](std::string_view) -> void { throw Error(Retry::never, "enough"); });
  });
  EXPECT_STREQ(error.what(), "enough");
  EXPECT_TRUE(bucket().head("long")) << "the bucket still works";
}

TEST_P(BucketContract, joins_parts_that_come_in_any_order_and_twice) {
  const std::uint64_t several = world_->several_parts();
  if (several == 0) GTEST_SKIP() << "objects go in one part here";
  write_whole(bucket(), "big", "what was there before");
  const std::string bytes = bytes_of(2 * several + 12'345, 7);
  {
    const auto upload = bucket().write({.key = "big", .size = bytes.size(), .meta = full_meta()});
    const std::uint64_t size = upload->part_size();
    ASSERT_GT(size, 0u);
    const std::uint64_t parts = (bytes.size() + size - 1) / size;
    ASSERT_GT(parts, 1u);
    std::vector<std::jthread> threads;
    for (std::uint64_t number = parts; number-- > 0;) {
      threads.emplace_back([&, number] {
        for (int i = 0; i < 2; ++i) upload->part(number, bytes.substr(number * size, size), {});
      });
    }
    threads.clear();
    EXPECT_EQ(read_whole(bucket(), "big"), "what was there before");
    const ObjectInfo written = upload->finish();
    EXPECT_EQ(upload->finish().etag, written.etag);
    EXPECT_EQ(bucket().head("big")->info.etag, written.etag);
    EXPECT_EQ(bucket().list({}).objects.at(0).etag, written.etag);
  }
  EXPECT_TRUE(read_whole(bucket(), "big") == bytes);
  const auto object = bucket().head("big", {.tags = true, .access = true});
  EXPECT_EQ(differences(object->meta, full_meta()), std::vector<std::string>());
}

TEST_P(BucketContract, keeps_what_was_there_when_an_upload_ends_early) {
  const std::uint64_t several = std::max<std::uint64_t>(world_->several_parts(), 10);
  write_whole(bucket(), "kept", "what was there before");
  const std::string bytes = bytes_of(several);
  {
    const auto upload = bucket().write({.key = "kept", .size = bytes.size()});
    if (upload->part_size() != 0) upload->part(0, bytes.substr(0, upload->part_size()), {});
  }
  EXPECT_EQ(read_whole(bucket(), "kept"), "what was there before");
  EXPECT_EQ(keys_of({}), std::vector<std::string>{"kept"});
}

TEST_P(BucketContract, lets_many_write_at_once) {
  {
    std::vector<std::jthread> writers;
    for (char letter = 'a'; letter < 'i'; ++letter) {
      writers.emplace_back([&, letter] {
        for (int i = 0; i < 5; ++i) {
          write_whole(bucket(), "one", std::string(10'000, letter));
          write_whole(bucket(), letter + std::to_string(i), "x");
        }
      });
    }
  }
  const std::string content = read_whole(bucket(), "one").value();
  EXPECT_EQ(content, std::string(10'000, content.at(0)));
  EXPECT_EQ(keys_of({.limit = 7}).size(), 41u);
}

TEST_P(BucketContract, copies_on_the_server_with_new_metadata) {
  Bucket* neighbour = world_->neighbour();
  if (!neighbour) GTEST_SKIP() << "no server that copies";
  for (const std::string& key : holdable_keys()) {
    const ObjectInfo source = write_whole(*neighbour, key, "content of " + key);
    const CopyResult result = bucket().copy(
        {.from = neighbour->properties().location, .source = source, .meta = full_meta()});
    ASSERT_EQ(result.copied, Copied::done) << key << ": " << result.why;
    EXPECT_EQ(read_whole(bucket(), key), "content of " + key);
    const auto object = bucket().head(key, {.tags = true, .access = true});
    EXPECT_EQ(object->info.etag, result.object.etag);
    EXPECT_EQ(differences(object->meta, full_meta()), std::vector<std::string>());
  }
}

TEST_P(BucketContract, copies_no_other_content_than_the_one_asked_for) {
  Bucket* neighbour = world_->neighbour();
  if (!neighbour) GTEST_SKIP() << "no server that copies";
  const ObjectInfo source = write_whole(*neighbour, "changing", "first");
  write_whole(*neighbour, "changing", "second");
  CopyRequest request{.from = neighbour->properties().location, .source = source, .meta = {}};
  EXPECT_EQ(bucket().copy(request).copied, Copied::changed);
  neighbour->remove({"changing"});
  EXPECT_EQ(bucket().copy(request).copied, Copied::absent);
  EXPECT_FALSE(bucket().head("changing"));
  request.from.server = "https://elsewhere.example";
  EXPECT_EQ(bucket().copy(request).copied, Copied::impossible);
}

}  // namespace hikkoshi::objects
