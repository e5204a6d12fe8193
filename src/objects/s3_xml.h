// The XML that S3 answers with, read as pure functions: bytes in, values out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/bucket.h"

namespace hikkoshi::objects {

/// All of these throw Error(safe) for text that is cut or no XML, for asking again may help, and
/// Error(never) for XML that is not what was asked for. Any bytes are safe to give. Every number,
/// time and flag is checked: an answer is understood wholly or not at all.

/// One page of ListObjectsV2.
struct S3Listing {
  std::vector<ObjectInfo> objects;
  bool truncated = false;
  std::string continuation;
};
S3Listing parse_listing(std::string_view xml);

struct S3Fault {
  std::string code;  ///< "NoSuchKey".
  std::string message;
};
/// An <Error>; empty when the text is none, as with proxies and empty answers. Never throws.
std::optional<S3Fault> parse_fault(std::string_view xml);

std::map<std::string, std::string> parse_tags(std::string_view xml);
std::string tags_xml(const std::map<std::string, std::string>& tags);

/// An access control list: who owns the object, and the grants beyond the owner's own.
struct S3Access {
  std::string owner;
  std::vector<Grant> grants;
};
S3Access parse_access(std::string_view xml);

std::string parse_upload_id(std::string_view xml);  ///< Of CreateMultipartUpload.
/// The ETag of CopyObject, UploadPartCopy and CompleteMultipartUpload, without quotes; may be
/// empty. Error(safe) when the 200 turned out to be an error, as it may with these.
std::string parse_etag(std::string_view xml);
std::string complete_xml(const std::vector<std::string>& etags);

/// DeleteObjects; only for keys that XML can carry.
std::string delete_xml(const std::vector<std::string>& keys);
bool fits_in_xml(std::string_view key);
std::vector<S3Fault> parse_deletion(std::string_view xml);  ///< What was refused.

std::string unquoted(std::string_view etag);

/// "Sun, 22 Nov 2026 02:52:25 GMT" (RFC 9110 section 5.6.7). Error(never) otherwise.
WallTime parse_http_time(const std::string& text);

}  // namespace hikkoshi::objects
