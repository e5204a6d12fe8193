// An object's metadata as headers of S3, and back: pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "objects/bucket.h"
#include "objects/s3_client.h"

namespace hikkoshi::objects {

/// What the headers of a GET or HEAD say: all but tags and access. `modified` has whole seconds.
Object object_of(const std::string& key, const S3Response& response);

/// Headers that set all of it but access.
std::map<std::string, std::string> meta_headers(const ObjectMeta& meta);

/// Headers that set the access: a canned list where one says the same, else every grant and the
/// owner's own right, which such headers would otherwise take away.
std::map<std::string, std::string> access_headers(const std::vector<Grant>& grants,
                                                  const std::string& owner);
/// Whether access_headers needs to know the owner.
bool needs_owner(const std::vector<Grant>& grants);

}  // namespace hikkoshi::objects
