// S3Bucket on a real server.
#include "objects/bucket_contract.h"
#include "objects/object_copy.h"
#include "objects/s3_bucket.h"
#include "objects/testing/local_gateway.h"

namespace hikkoshi::objects {
namespace {

LocalGateway& gateway() {
  static LocalGateway gateway;
  return gateway;
}

class GatewayWorld : public BucketWorld {
 public:
  GatewayWorld() {
    empty(*new_);
    empty(*old_);
  }
  Bucket& bucket() override { return *new_; }
  Bucket* neighbour() override { return old_.get(); }
  std::uint64_t several_parts() const override { return (5 << 20) + 1; }

 private:
  std::unique_ptr<S3Bucket> new_ = gateway().bucket("new", "new");
  std::unique_ptr<S3Bucket> old_ = gateway().bucket("old", "old");
};

INSTANTIATE_TEST_SUITE_P(Gateway, BucketContract,
                         testing::Values([] { return std::make_unique<GatewayWorld>(); }));

class S3BucketTest : public testing::Test {
 protected:
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

  GatewayWorld world_;
  Bucket& new_ = world_.bucket();
  Bucket& old_ = *world_.neighbour();
  SystemClock clock_;
};

TEST_F(S3BucketTest, may_not_touch_the_bucket_of_another_account) {
  const auto stranger = gateway().bucket("new", "old");
  write_whole(new_, "mine", "1");
  EXPECT_EQ(error_of([&] { stranger->list({}); }).retry(), Retry::never);
  EXPECT_EQ(error_of([&] { read_whole(*stranger, "mine"); }).retry(), Retry::never);
  EXPECT_EQ(error_of([&] { write_whole(*stranger, "theirs", "1"); }).retry(), Retry::never);
  EXPECT_EQ(error_of([&] { stranger->remove({"mine", "other"}); }).retry(), Retry::never);
  EXPECT_EQ(read_whole(new_, "mine"), "1");
}

TEST_F(S3BucketTest, says_that_the_login_is_wrong_and_the_bucket_not_there) {
  S3Options options = gateway().options("new", "new");
  options.credentials = [](bool) {
    return aws::Credentials{"NEWKEY", Secret("wrong"), {}};
  };
  S3Bucket wrong("new.images", options, clock_);
  EXPECT_EQ(error_of([&] { wrong.list({}); }).exit(), Exit::authentication);
  options = gateway().options("none", "new");
  S3Bucket none("none.images", options, clock_);
  const Error error = error_of([&] { none.list({}); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_NE(error.remedy(), "");
  EXPECT_EQ(error_of([&] { read_whole(none, "key"); }).retry(), Retry::never);
}

TEST_F(S3BucketTest, copies_a_large_object_on_the_server_by_parts) {
  std::string bytes(22'345'678, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(i * 31 + i / 65536);
  const ObjectInfo source = write_whole(new_, "source", bytes);
  ObjectMeta meta;
  meta.content_type = "image/tiff";
  meta.tags = {{"kind", "large"}};
  meta.access = {{"AllUsers", "READ"}};
  const CopyResult result = new_.copy(
      {.from = new_.properties().location, .source = source, .meta = meta, .key = "large"});
  ASSERT_EQ(result.copied, Copied::done) << result.why;
  EXPECT_TRUE(read_whole(new_, "large") == bytes);
  EXPECT_EQ(differences(new_.head("large", {.tags = true, .access = true})->meta, meta),
            std::vector<std::string>());
}

TEST_F(S3BucketTest, keeps_grants_to_accounts_beside_the_owners_right) {
  ObjectMeta meta;
  meta.access = {{"AllUsers", "READ_ACP"}, {"id=old", "READ"}};
  write_whole(new_, "granted", "for both", meta);
  const auto object = new_.head("granted", {.access = true});
  EXPECT_EQ(object->meta.access, meta.access);
  EXPECT_EQ(read_whole(*gateway().bucket("new", "old"), "granted"), "for both");
  EXPECT_EQ(read_whole(new_, "granted"), "for both");
}

TEST_F(S3BucketTest, moves_a_bucket_between_accounts_by_server_and_by_stream) {
  ObjectMeta meta;
  meta.content_type = "image/jpeg";
  meta.cache_control = "max-age=60";
  meta.user = {{"camera", "X100"}};
  meta.tags = {{"kind", "frame"}};
  meta.access = {{"AllUsers", "READ"}};
  for (const std::string& key : hard_keys()) write_whole(old_, key, "content of " + key, meta);
  for (const std::string& key : strange_keys()) write_whole(old_, key, "content of " + key);
  write_whole(old_, "empty", "");
  write_whole(old_, "large", std::string(17 << 20, 'x'), meta);
  for (const bool server_side : {true, false}) {
    empty(new_);
    Ledger ledger("");
    ObjectCopy copy(old_, new_, ledger, clock_);
    const PassResult result = copy.pass({.server_side = server_side});
    EXPECT_EQ(result.failed, 0u) << (result.failures.empty() ? "" : result.failures[0]);
    EXPECT_EQ(result.copied, result.listed);
    EXPECT_EQ(result.by_server, server_side ? result.copied : 0u);
    EXPECT_TRUE(copy.pass({.server_side = server_side}).settled());
    const VerifyResult verified = copy.verify({});
    EXPECT_EQ(verified.mismatches(), 0u) << (verified.findings.empty() ? "" : verified.findings[0]);
    EXPECT_EQ(verified.equal, result.copied);
  }
}

}  // namespace
}  // namespace hikkoshi::objects
