// AWS Signature Version 4 (AWS General Reference, "Create a signed AWS API request").
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/locked.h"
#include "base/secret.h"

namespace hikkoshi::aws {

/// What a request is signed with. `token` belongs to temporary credentials; empty: permanent ones.
struct Credentials {
  std::string key;
  Secret secret;
  Secret token;
};

/// Percent-encodes every byte but A-Z a-z 0-9 - . _ ~ (RFC 3986), and '/' where asked to keep it.
std::string uri_encode(std::string_view text, bool keep_slash = false);

/// "a=1&b=" from names and values, encoded and sorted as the signature demands.
std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query);

/// Lower-case hex of SHA-256. Faster than base's for small and large input alike.
std::string hex_sha256(std::string_view bytes);

/// What is signed of a request. All header names are lower case, values without white space at
/// the ends; "host" must be among them. The path is encoded once, as S3 wants it, and sent so.
struct ToSign {
  std::string method;
  std::string path;
  std::string query;  ///< As of canonical_query.
  std::map<std::string, std::string> headers;
  std::string payload_hash;  ///< Hex of SHA-256, or "UNSIGNED-PAYLOAD".
};

/// Signs for one region and service. Thread-safe: the key of a day is derived once.
class Signer {
 public:
  Signer(std::string region, std::string service);

  /// The value of "authorization". `time` is "20261122T025225Z" and must be the header x-amz-date
  /// too; a token must be the header x-amz-security-token.
  std::string authorization(const ToSign& request, const Credentials& credentials,
                            const std::string& time) const;

 private:
  struct DayKey {
    std::string day;
    Secret secret;
    std::string key;
  };
  std::string day_key(const Credentials& credentials, const std::string& day) const;

  std::string region_;
  std::string service_;
  mutable Locked<DayKey> day_key_;
};

/// "20261122T025225Z".
std::string amz_time(WallTime time);

}  // namespace hikkoshi::aws
