#include "aws/sigv4.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/error.h"

namespace hikkoshi::aws {
namespace {

std::string hex_of(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[byte & 15];
  }
  return text;
}

/// Fetched once: OpenSSL 3 otherwise looks for the algorithm at every use.
const EVP_MD* sha256_method() {
  static const EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  HIKKOSHI_ASSERT(method);
  return method;
}

std::string raw_sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HIKKOSHI_ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest, &size, sha256_method(), nullptr));
  return {reinterpret_cast<char*>(digest), size};
}

/// RFC 2104, by two hashes: OpenSSL's own HMAC looks its algorithm up at every use, which was an
/// eighth of all that a small request costs us.
std::string hmac(std::string_view key, std::string_view text) {
  constexpr size_t block = 64;
  std::string inner(key.size() > block ? raw_sha256(key) : std::string(key));
  inner.resize(block, '\0');
  std::string outer = inner;
  for (char& byte : inner) byte ^= 0x36;
  for (char& byte : outer) byte ^= 0x5c;
  return raw_sha256(outer + raw_sha256(inner.append(text)));
}

/// Runs of spaces count as one.
std::string folded(const std::string& value) {
  std::string text;
  for (const char byte : value) {
    if (byte != ' ' || text.empty() || text.back() != ' ') text += byte;
  }
  return text;
}

}  // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char byte : text) {
    const bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    const bool plain = letter || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
                       byte == '_' || byte == '~' || (byte == '/' && keep_slash);
    if (plain) {
      encoded += byte;
    } else {
      encoded += '%';
      encoded += digits[static_cast<unsigned char>(byte) >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : query) pairs.emplace_back(uri_encode(name), uri_encode(value));
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

std::string hex_sha256(std::string_view bytes) {
  return hex_of(raw_sha256(bytes));
}

Signer::Signer(std::string region, std::string service)
    : region_(std::move(region)), service_(std::move(service)) {}

std::string Signer::day_key(const Credentials& credentials, const std::string& day) const {
  return day_key_.with([&](DayKey& known) {
    if (known.day != day || known.secret.reveal() != credentials.secret.reveal()) {
      std::string key = hmac("AWS4" + credentials.secret.reveal(), day);
      for (const std::string& word : {region_, service_, std::string("aws4_request")}) {
        key = hmac(key, word);
      }
      known = {day, credentials.secret, key};
    }
    return known.key;
  });
}

std::string Signer::authorization(const ToSign& request, const Credentials& credentials,
                                  const std::string& time) const {
  std::string canonical = request.method + "\n" + request.path + "\n" + request.query + "\n";
  std::string names;
  for (const auto& [name, value] : request.headers) {
    canonical += name + ":" + folded(value) + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  canonical += "\n" + names + "\n" + request.payload_hash;
  const std::string day = time.substr(0, 8);
  const std::string scope = day + "/" + region_ + "/" + service_ + "/aws4_request";
  const std::string text =
      "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex_sha256(canonical);
  return "AWS4-HMAC-SHA256 Credential=" + credentials.key + "/" + scope +
         ", SignedHeaders=" + names +
         ", Signature=" + hex_of(hmac(day_key(credentials, day), text));
}

std::string amz_time(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds));
}

}  // namespace hikkoshi::aws
