#include "objects/mem_bucket.h"

#include "objects/bucket_contract.h"

namespace hikkoshi::objects {
namespace {

class MemWorld : public BucketWorld {
 public:
  explicit MemWorld(Properties properties) : bucket_("new.images", std::move(properties)) {}
  Bucket& bucket() override { return bucket_; }
  Bucket* neighbour() override { return &neighbour_; }
  std::uint64_t several_parts() const override { return (1 << 20) + 1; }

 private:
  MemBucket bucket_;
  MemBucket neighbour_{"old.images", bucket_};
};

INSTANTIATE_TEST_SUITE_P(Mem, BucketContract,
                         testing::Values([] { return std::make_unique<MemWorld>(Properties{}); }));

INSTANTIATE_TEST_SUITE_P(MemOfPaths, BucketContract, testing::Values([] {
                           Properties paths;
                           paths.path_keys = true;
                           paths.headers = paths.tags = paths.access = false;
                           return std::make_unique<MemWorld>(paths);
                         }));

TEST(MemBucket, fails_when_it_is_told_to) {
  MemBucket bucket("old.images");
  bucket.put("a", "1");
  bucket.on_call([](MemBucket::Call call, const std::string& key) {
    if (call == MemBucket::Call::read && key == "a") throw SlowDown("503");
  });
  EXPECT_THROW(read_whole(bucket, "a"), SlowDown);
  EXPECT_TRUE(bucket.head("a"));
  EXPECT_EQ(bucket.calls(MemBucket::Call::read), 1);
}

TEST(MemBucket, can_cut_a_listing_without_saying_so) {
  MemBucket bucket("old.images");
  for (const char* key : {"a", "b", "c"}) bucket.put(key, "1");
  bucket.cut_listings_after(2);
  EXPECT_EQ(bucket.list({}).objects.size(), 2u);
  EXPECT_FALSE(bucket.list({}).more);
}

TEST(MemBucket, can_rot_without_a_sign) {
  MemBucket bucket("new.images");
  bucket.put("a", "1");
  const ObjectInfo before = bucket.head("a")->info;
  bucket.flip_byte_of("a");
  EXPECT_EQ(bucket.head("a")->info, before);
  EXPECT_EQ(read_whole(bucket, "a"), "0");
}

TEST(MemBucket, knows_uploads_that_were_never_finished_until_told_to_forget) {
  MemBucket bucket("new.images");
  bucket.set_part_size(4);
  auto upload = bucket.write({.key = "a", .size = 10});
  EXPECT_EQ(bucket.unfinished(), 1u);
  bucket.write({.key = "b", .size = 1, .abandoned = upload->token()});
  EXPECT_EQ(bucket.unfinished(), 0u);
}

}  // namespace
}  // namespace hikkoshi::objects
