// Signed requests to one bucket of an S3 server.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/locked.h"
#include "objects/bucket.h"

namespace hikkoshi::objects {

struct S3Address {
  std::string server;  ///< "https://s3.example" or "http://10.0.0.1:8000".
  std::string bucket;  ///< Always in the path: "https://s3.example/bucket/key".
  std::string region = "us-east-1";
};

/// "https://s3.example/images" in its parts; the region is read from AWS's own host names. Throws
/// Error(never, bad_move_file) for anything else.
S3Address parse_s3_url(const std::string& url);

/// Gives the credentials to sign with; `renew` after those given last were refused as expired.
using CredentialSource = std::function<aws::Credentials(bool renew)>;

struct S3Request {
  std::string method;
  std::string key = {};  ///< Empty: the bucket itself.
  std::vector<std::pair<std::string, std::string>> query = {};
  std::map<std::string, std::string> headers = {};  ///< Lower-case names.
  std::string_view body = {};
  std::uint64_t expected_size = 0;  ///< Of the answer, where it is known to be large.
  const Sink* sink = nullptr;  ///< Takes the body of a success, in place of `body` of the answer.
};

struct S3Response {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< Lower-case names.
  std::string body;

  const std::string& header(const std::string& name) const;  ///< Empty when there is none.
  bool ok() const { return status >= 200 && status < 300; }
};

/// Keeps connections open and uses them again. Thread-safe: as many requests at a time as callers.
class S3Client {
 public:
  S3Client(S3Address address, CredentialSource credentials, Clock& clock);
  S3Client(const S3Client&) = delete;
  S3Client& operator=(const S3Client&) = delete;
  ~S3Client();

  /// One request and its answer, whatever its status; renews expired credentials once. Throws
  /// Error(safe) when the connection failed, `Exit::interrupted` when stopped, and what the sink
  /// threw.
  S3Response send(const S3Request& request, std::stop_token stop = {});

  /// The same, but every answer other than success and those of `expected` is thrown: SlowDown,
  /// Error(safe) for a fault of the server, Error(never) for a refusal.
  S3Response request(const S3Request& request, const std::vector<int>& expected = {},
                     std::stop_token stop = {});

  /// For what is only worth a try, as in a destructor: whatever comes of it. Never throws.
  void abandon(const S3Request& request);

  const S3Address& address() const { return address_; }

  /// What an answer that is no success means, as request() throws it.
  [[noreturn]] void refuse(const S3Request& request, const S3Response& response) const;

 private:
  struct Connection;
  std::unique_ptr<Connection> take();
  S3Response perform(const S3Request& request, const aws::Credentials& credentials,
                     std::stop_token stop);

  S3Address address_;
  std::string host_;
  CredentialSource source_;
  Clock& clock_;
  aws::Signer signer_;
  Locked<aws::Credentials> credentials_;
  Locked<std::vector<std::unique_ptr<Connection>>> idle_;
};

}  // namespace hikkoshi::objects
