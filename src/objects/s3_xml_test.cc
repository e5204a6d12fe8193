#include "objects/s3_xml.h"

#include <gtest/gtest.h>

#include "objects/s3_headers.h"

namespace hikkoshi::objects {
namespace {

std::string contents(const std::string& key, const std::string& size = "5",
                     const std::string& time = "2026-11-22T02:52:25.123Z") {
  return "<Contents><Key>" + key + "</Key><LastModified>" + time +
         "</LastModified><ETag>&quot;abc&quot;</ETag><Size>" + size + "</Size></Contents>";
}

std::string list_result(const std::string& inside) {
  return "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/\">" +
         inside + "</ListBucketResult>";
}

TEST(S3Xml, reads_a_page_of_encoded_keys) {
  const S3Listing listing = parse_listing(list_result(
      "<IsTruncated>true</IsTruncated><EncodingType>url</EncodingType><KeyCount>3</KeyCount>"
      "<NextContinuationToken>t</NextContinuationToken>" +
      contents("a+b%2Bc%20d") + contents("%0A%F0%9F%9A%9A") + contents("e%00")));
  ASSERT_EQ(listing.objects.size(), 3u);
  EXPECT_EQ(listing.objects[0].key, "a b+c d");
  EXPECT_EQ(listing.objects[1].key, "\n\xF0\x9F\x9A\x9A");
  EXPECT_EQ(listing.objects[2].key, std::string("e\0", 2));
  EXPECT_EQ(listing.objects[0].etag, "abc");
  EXPECT_EQ(listing.objects[0].size, 5u);
  EXPECT_EQ(format_time(listing.objects[0].modified), "2026-11-22T02:52:25.123Z");
  EXPECT_TRUE(listing.truncated);
  EXPECT_EQ(listing.continuation, "t");
}

TEST(S3Xml, leaves_keys_alone_that_are_not_encoded) {
  const S3Listing listing =
      parse_listing(list_result("<IsTruncated>false</IsTruncated>" + contents("a+b%20&amp;")));
  EXPECT_EQ(listing.objects.at(0).key, "a+b%20&");
  EXPECT_FALSE(listing.truncated);
}

TEST(S3Xml, understands_a_listing_wholly_or_not_at_all) {
  const std::string end = "<IsTruncated>false</IsTruncated>";
  const std::string encoded = end + "<EncodingType>url</EncodingType>";
  for (const std::string& inside :
       {std::string("<IsTruncated>maybe</IsTruncated>"), end + contents(""),
        end + contents("a", "5x"), end + contents("a", "-1"), end + contents("a", ""),
        end + contents("a", "99999999999999999999999"), end + contents("a", "5", "yesterday"),
        encoded + contents("%4"), encoded + contents("%zz"), encoded + contents("a%"),
        end + "<KeyCount>1</KeyCount>"}) {
    EXPECT_THROW(parse_listing(list_result(inside)), Error) << inside;
  }
  const std::string whole = list_result(end + contents("a"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse_listing(whole.substr(0, size)), Error) << size;
  }
}

TEST(S3Xml, finds_the_fault_and_survives_what_is_none) {
  const auto fault = parse_fault("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, "NoSuchKey");
  for (const char* other : {"", "<html>busy</html>", "\xff\xfe\x00", "<Error>"}) {
    EXPECT_EQ(parse_fault(other).value_or(S3Fault{}).code, "") << other;
  }
}

TEST(S3Xml, keeps_tags_as_they_are) {
  const std::map<std::string, std::string> tags{{"a & <b>", " v\n\"w'\t"}, {"empty", ""}};
  EXPECT_EQ(parse_tags(tags_xml(tags)), tags);
  EXPECT_TRUE(parse_tags("<Tagging><TagSet></TagSet></Tagging>").empty());
  EXPECT_THROW(parse_tags("<Other/>"), Error);
}

TEST(S3Xml, reads_grants_but_not_the_owners_own) {
  const S3Access access = parse_access(
      "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList>"
      "<Grant><Grantee><ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
      "<Grant><Grantee><ID>you</ID></Grantee><Permission>READ</Permission></Grant>"
      "<Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
      "<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>");
  EXPECT_EQ(access.owner, "me");
  EXPECT_EQ(access.grants, (std::vector<Grant>{{"AllUsers", "READ"}, {"id=you", "READ"}}));
}

TEST(S3Xml, takes_no_error_with_200_for_a_success) {
  EXPECT_EQ(parse_etag("<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>"), "e");
  EXPECT_EQ(parse_etag("<CompleteMultipartUploadResult><ETag/></CompleteMultipartUploadResult>"),
            "");
  EXPECT_THROW(parse_etag("<Error><Code>InternalError</Code></Error>"), Error);
  EXPECT_THROW(parse_etag("<CopyObjectRes"), Error);
  EXPECT_EQ(parse_upload_id("<InitiateMultipartUploadResult><UploadId>2~a</UploadId>"
                            "</InitiateMultipartUploadResult>"),
            "2~a");
  EXPECT_THROW(parse_upload_id("<InitiateMultipartUploadResult/>"), Error);
}

TEST(S3Xml, knows_which_keys_xml_can_carry) {
  EXPECT_TRUE(fits_in_xml("a\nb\xF0\x9F\x9A\x9A"));
  EXPECT_FALSE(fits_in_xml(std::string("a\x01", 2)));
  EXPECT_NE(delete_xml({"a&b\n"}).find("<Key>a&amp;b&#10;</Key>"), std::string::npos);
  EXPECT_EQ(parse_deletion("<DeleteResult/>").size(), 0u);
  EXPECT_EQ(parse_deletion("<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error>"
                           "</DeleteResult>")
                .at(0)
                .code,
            "AccessDenied");
}

TEST(S3Headers, carry_metadata_there_and_back) {
  ObjectMeta meta;
  meta.content_type = "image/jpeg";
  meta.content_encoding = "gzip";
  meta.storage_class = "STANDARD_IA";
  meta.user = {{"camera", "X100"}, {"z", "1"}};
  S3Response response;
  response.headers = meta_headers(meta);
  response.headers["x-amz-metb"] = "no metadata";
  response.headers["content-length"] = "10";
  response.headers["content-range"] = "bytes 0-9/5000000000";
  response.headers["etag"] = "\"abc-3\"";
  response.headers["last-modified"] = "Sun, 22 Nov 2026 02:52:25 GMT";
  const Object object = object_of("k", response);
  EXPECT_EQ(object.meta, meta);
  EXPECT_EQ(object.info.size, 5'000'000'000u);
  EXPECT_EQ(object.info.etag, "abc-3");
  EXPECT_EQ(format_time(object.info.modified), "2026-11-22T02:52:25.000Z");
  response.headers["last-modified"] = "2026-11-22";
  EXPECT_THROW(object_of("k", response), Error);
}

TEST(S3Headers, use_a_canned_list_where_one_says_the_same) {
  using Headers = std::map<std::string, std::string>;
  EXPECT_EQ(access_headers({}, ""), Headers());
  EXPECT_EQ(access_headers({{"AllUsers", "READ"}}, ""), (Headers{{"x-amz-acl", "public-read"}}));
  EXPECT_FALSE(needs_owner({{"AllUsers", "READ"}}));
  const std::vector<Grant> grants{{"AllUsers", "READ"}, {"id=you", "READ"}};
  EXPECT_TRUE(needs_owner(grants));
  EXPECT_EQ(access_headers(grants, "me"),
            (Headers{{"x-amz-grant-full-control", "id=\"me\""},
                     {"x-amz-grant-read",
                      "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\", id=\"you\""}}));
  EXPECT_THROW(access_headers({{"id=you", "EVERYTHING"}}, "me"), Error);
}

}  // namespace
}  // namespace hikkoshi::objects
