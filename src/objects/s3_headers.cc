#include "objects/s3_headers.h"

#include <charconv>
#include <optional>

#include "aws/sigv4.h"
#include "base/text.h"
#include "objects/s3_xml.h"

namespace hikkoshi::objects {
namespace {

constexpr std::string_view meta_prefix = "x-amz-meta-";

struct NamedField {
  const char* header;
  std::string ObjectMeta::*field;
};
constexpr NamedField named_fields[] = {
    {"content-type", &ObjectMeta::content_type},
    {"cache-control", &ObjectMeta::cache_control},
    {"content-disposition", &ObjectMeta::content_disposition},
    {"content-encoding", &ObjectMeta::content_encoding},
    {"content-language", &ObjectMeta::content_language},
    {"expires", &ObjectMeta::expires},
    {"x-amz-website-redirect-location", &ObjectMeta::website_redirect},
    {"x-amz-storage-class", &ObjectMeta::storage_class}};

std::uint64_t size_in(const S3Response& response) {
  const std::string& range = response.header("content-range");  // "bytes 0-9/100"
  const size_t slash = range.find('/');
  const std::string text =
      slash == std::string::npos ? response.header("content-length") : range.substr(slash + 1);
  std::uint64_t size = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (fault != std::errc() || end != text.data() + text.size()) {
    throw Error(Retry::never, "an answer without a length");
  }
  return size;
}

std::optional<std::string> canned(const std::vector<Grant>& grants) {
  using Grants = std::vector<Grant>;
  if (grants.empty()) return "private";
  if (grants == Grants{{"AllUsers", "READ"}}) return "public-read";
  if (grants == Grants{{"AllUsers", "READ"}, {"AllUsers", "WRITE"}}) return "public-read-write";
  if (grants == Grants{{"AuthenticatedUsers", "READ"}}) return "authenticated-read";
  return std::nullopt;
}

std::string grant_header(const std::string& permission) {
  if (permission == "READ") return "x-amz-grant-read";
  if (permission == "WRITE") return "x-amz-grant-write";
  if (permission == "READ_ACP") return "x-amz-grant-read-acp";
  if (permission == "WRITE_ACP") return "x-amz-grant-write-acp";
  if (permission == "FULL_CONTROL") return "x-amz-grant-full-control";
  throw Error(Retry::never, "no permission of S3: " + printable(permission));
}

std::string grantee_text(const std::string& grantee) {
  if (grantee.starts_with("id=")) return "id=\"" + grantee.substr(3) + "\"";
  const bool is_uri = grantee.find("://") != std::string::npos;
  return "uri=\"" + (is_uri ? "" : std::string("http://acs.amazonaws.com/groups/global/")) +
         grantee + "\"";
}

}  // namespace

Object object_of(const std::string& key, const S3Response& response) {
  Object object;
  object.info.key = key;
  object.info.size = size_in(response);
  object.info.etag = unquoted(response.header("etag"));
  object.info.modified = parse_http_time(response.header("last-modified"));
  for (const NamedField& named : named_fields) {
    object.meta.*named.field = response.header(named.header);
  }
  for (auto at = response.headers.lower_bound(std::string(meta_prefix));
       at != response.headers.end() && at->first.starts_with(meta_prefix); ++at) {
    object.meta.user[at->first.substr(meta_prefix.size())] = at->second;
  }
  return object;
}

std::map<std::string, std::string> meta_headers(const ObjectMeta& meta) {
  std::map<std::string, std::string> headers;
  for (const NamedField& named : named_fields) {
    if (!(meta.*named.field).empty()) headers[named.header] = meta.*named.field;
  }
  for (const auto& [name, value] : meta.user) headers[std::string(meta_prefix) + name] = value;
  if (!meta.tags.empty()) {
    std::vector<std::pair<std::string, std::string>> pairs(meta.tags.begin(), meta.tags.end());
    headers["x-amz-tagging"] = aws::canonical_query(pairs);
  }
  return headers;
}

bool needs_owner(const std::vector<Grant>& grants) {
  return !canned(grants);
}

std::map<std::string, std::string> access_headers(const std::vector<Grant>& grants,
                                                  const std::string& owner) {
  // Private is what S3 makes of an object by itself, also where access lists are switched off.
  if (grants.empty()) return {};
  if (const auto word = canned(grants)) return {{"x-amz-acl", *word}};
  std::map<std::string, std::string> headers{{"x-amz-grant-full-control", "id=\"" + owner + "\""}};
  for (const Grant& grant : grants) {
    std::string& value = headers[grant_header(grant.permission)];
    value += (value.empty() ? "" : ", ") + grantee_text(grant.grantee);
  }
  return headers;
}

}  // namespace hikkoshi::objects
