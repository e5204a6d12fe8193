#include "aws/sigv4.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"

namespace hikkoshi::aws {
namespace {

TEST(Signer, signs_as_botocore_does) {
  const Json vectors = parse_json(read_file(SIGV4_VECTORS), "vectors");
  ASSERT_GT(vectors.size(), 30u);
  for (const Json& vector : vectors) {
    const std::string body = vector["body"], time = "20261122T025225Z", token = vector["token"];
    ToSign request;
    request.method = vector["method"];
    request.path = "/bucket/" + uri_encode(vector["key"].get<std::string>(), true);
    std::vector<std::pair<std::string, std::string>> query;
    for (const Json& pair : vector["query"]) query.emplace_back(pair[0], pair[1]);
    request.query = canonical_query(query);
    request.payload_hash = hex_sha256(body);
    for (const auto& [name, value] : vector["headers"].items()) request.headers[name] = value;
    request.headers["host"] = "s3.example:8443";
    request.headers["x-amz-date"] = time;
    request.headers["x-amz-content-sha256"] = request.payload_hash;
    if (!token.empty()) request.headers["x-amz-security-token"] = token;
    const Signer signer(vector["region"], "s3");
    EXPECT_EQ(signer.authorization(
                  request, {"AKIAEXAMPLE", Secret("SECRETKEYEXAMPLE"), Secret(token)}, time),
              vector["authorization"])
        << vector.dump(1);
  }
}

TEST(Signer, takes_the_new_secret_once_credentials_change) {
  const Signer signer("r", "s3");
  const ToSign request{"GET", "/", "", {{"host", "h"}}, hex_sha256("")};
  const auto sign = [&](const std::string& secret, const std::string& time) {
    return signer.authorization(request, {"K", Secret(secret), {}}, time);
  };
  const std::string first = sign("one", "20261122T000000Z");
  EXPECT_NE(first, sign("two", "20261122T000000Z"));
  EXPECT_NE(first, sign("one", "20261123T000000Z"));
  EXPECT_EQ(first, sign("one", "20261122T000000Z"));
}

TEST(Signer, hashes_and_tells_time_as_the_protocol_wants) {
  EXPECT_EQ(hex_sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(amz_time(parse_time("2026-11-22T02:52:25.999Z")), "20261122T025225Z");
  EXPECT_EQ(uri_encode("a/b c~\xff"), "a%2Fb%20c~%FF");
  EXPECT_EQ(uri_encode("a/b", true), "a/b");
}

}  // namespace
}  // namespace hikkoshi::aws
