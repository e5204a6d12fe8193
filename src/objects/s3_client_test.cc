#include "objects/s3_client.h"

#include <atomic>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "objects/s3_bucket.h"
#include "objects/testing/fake_http.h"

namespace hikkoshi::objects {
namespace {

class S3ClientTest : public testing::Test {
 protected:
  /// A bucket on a server that answers so.
  S3Bucket& bucket(FakeHttp::Reply reply) {
    server_ = std::make_unique<FakeHttp>(std::move(reply));
    S3Options options;
    options.address = {server_->url(), "images", "eu-west-1"};
    options.credentials = [this](bool renew) {
      renewals_ += renew;
      return aws::Credentials{"KEY" + std::to_string(renewals_), Secret("secret"), Secret("token")};
    };
    bucket_ = std::make_unique<S3Bucket>("old.images", options, clock_);
    return *bucket_;
  }

  /// How the bucket fails to list when the server answers so.
  Error failure(const std::string& answer) {
    S3Bucket& asked = bucket([=](const std::string&) { return answer; });
    try {
      asked.list({});
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "believed: " << answer;
    return Error(Retry::ask, "");
  }

  static std::string listing(const std::string& inside) {
    return FakeHttp::answer("200 OK", "<ListBucketResult>" + inside + "</ListBucketResult>");
  }

  FakeClock clock_;
  int renewals_ = 0;
  std::unique_ptr<FakeHttp> server_;
  std::unique_ptr<S3Bucket> bucket_;
};

TEST_F(S3ClientTest, believes_no_listing_that_failed_or_was_cut) {
  const std::string object =
      "<Contents><Key>a</Key><Size>1</Size><ETag>\"e\"</ETag>"
      "<LastModified>2026-11-22T02:52:25.000Z</LastModified></Contents>";
  EXPECT_EQ(bucket([&](const std::string&) {
              return listing(object + "<IsTruncated>false</IsTruncated>");
            })
                .list({})
                .objects.size(),
            1u);
  EXPECT_EQ(failure(FakeHttp::answer("200 OK", "")).retry(), Retry::safe);
  EXPECT_EQ(failure(FakeHttp::answer("200 OK", "<ListBucketResult><IsTrun")).retry(), Retry::safe);
  EXPECT_EQ(failure(FakeHttp::answer("200 OK", "<html></html>")).retry(), Retry::never);
  EXPECT_EQ(failure(listing("")).retry(), Retry::never) << "whole or not?";
  EXPECT_EQ(
      failure(listing(object + "<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>")).retry(),
      Retry::safe);
  EXPECT_EQ(failure("").retry(), Retry::safe) << "hung up";
  const std::string whole = listing(object + "<IsTruncated>false</IsTruncated>");
  EXPECT_EQ(failure(whole.substr(0, whole.size() - 20)).retry(), Retry::safe);
}

TEST_F(S3ClientTest, tells_what_may_be_tried_again) {
  EXPECT_EQ(failure(FakeHttp::error("500 Oops", "InternalError")).retry(), Retry::safe);
  EXPECT_EQ(failure(FakeHttp::error("403 Forbidden", "AccessDenied")).retry(), Retry::never);
  EXPECT_EQ(failure(FakeHttp::error("403 Forbidden", "SignatureDoesNotMatch")).exit(),
            Exit::authentication);
  const Error skewed = failure(FakeHttp::error("403 Forbidden", "RequestTimeTooSkewed"));
  EXPECT_NE(skewed.remedy().find("clock"), std::string::npos);
  EXPECT_EQ(failure(FakeHttp::answer("301 Moved", "")).retry(), Retry::never);
  for (const char* status : {"503 Slow", "429 Many"}) {
    S3Bucket& busy =
        bucket([=](const std::string&) { return FakeHttp::error(status, "SlowDown"); });
    EXPECT_THROW(busy.list({}), SlowDown);
  }
}

TEST_F(S3ClientTest, renews_credentials_once_when_they_expired) {
  S3Bucket& expiring = bucket([](const std::string& request) {
    if (request.find("Credential=KEY0/") != std::string::npos) {
      return FakeHttp::error("403 Forbidden", "ExpiredToken");
    }
    return listing("<IsTruncated>false</IsTruncated>");
  });
  EXPECT_TRUE(expiring.list({}).objects.empty());
  EXPECT_EQ(renewals_, 1);
  expiring.list({});
  EXPECT_EQ(renewals_, 1) << "the new ones are kept";
  EXPECT_EQ(failure(FakeHttp::error("403 Forbidden", "ExpiredToken")).exit(), Exit::authentication);
}

TEST_F(S3ClientTest, sends_a_key_as_its_own_bytes_and_signs_all_headers) {
  std::string seen;
  S3Bucket& listening = bucket([&](const std::string& request) {
    seen = request;
    return FakeHttp::answer("200 OK", "", "ETag: \"e\"\r\n");
  });
  ObjectMeta meta;
  meta.user = {{"camera", "X100"}};
  write_whole(listening, "../a b+c//\xc3\xa9", "body", meta);
  EXPECT_TRUE(seen.starts_with("PUT /images/../a%20b%2Bc//%C3%A9 HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-camera;"
                      "x-amz-security-token,"),
            std::string::npos)
      << seen;
  EXPECT_NE(seen.find("x-amz-content-sha256: " + sha256("body")), std::string::npos);
  EXPECT_EQ(seen.find("Expect:"), std::string::npos);
  EXPECT_EQ(seen.find("Content-Type:"), std::string::npos) << "libcurl's own is not the object's";
  meta.user = {{"camera", "X\r\nx-amz-acl: public-read"}};
  EXPECT_THROW(write_whole(listening, "a", "body", meta), Error);
}

TEST_F(S3ClientTest, fails_when_fewer_bytes_came_than_were_promised) {
  S3Bucket& short_of = bucket([](const std::string&) {
    return std::string(
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"e\"\r\n"
        "Last-Modified: Sun, 22 Nov 2026 02:52:25 GMT\r\n\r\nonly this");
  });
  try {
    read_whole(short_of, "a");
    FAIL() << "believed";
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::safe);
  }
}

TEST_F(S3ClientTest, stops_when_it_is_told_to) {
  std::stop_source stop;
  S3Bucket& endless = bucket([&](const std::string&) {
    stop.request_stop();
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  });
  try {
    endless.list({}, stop.get_token());
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::safe);
  }
}

TEST(S3Url, is_a_server_and_a_bucket) {
  const S3Address address = parse_s3_url("https://s3.old.example:8443/images/");
  EXPECT_EQ(address.server, "https://s3.old.example:8443");
  EXPECT_EQ(address.bucket, "images");
  EXPECT_EQ(address.region, "us-east-1");
  EXPECT_EQ(parse_s3_url("https://s3.eu-west-1.amazonaws.com/b").region, "eu-west-1");
  for (const char* wrong : {"", "images", "ftp://a/b", "https://a", "https://a/", "https:///b",
                            "https://a/b/c", "https://a/b?c", "https://user:word@a/b"}) {
    EXPECT_THROW(parse_s3_url(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace hikkoshi::objects
