#include "objects/bucket.h"

#include <algorithm>

#include "base/text.h"

namespace hikkoshi::objects {
namespace {

void compare(std::vector<std::string>& found, const std::string& what, const std::string& left,
             const std::string& right) {
  if (left != right) {
    found.push_back(what + " is \"" + printable(left) + "\" and \"" + printable(right) + "\"");
  }
}

std::string in_words(const std::map<std::string, std::string>& pairs) {
  std::vector<std::string> words;
  for (const auto& [name, value] : pairs) words.push_back(name + "=" + value);
  return join(words, ", ");
}

std::string in_words(const std::vector<Grant>& grants) {
  std::vector<std::string> words;
  for (const Grant& grant : grants) words.push_back(grant.grantee + " " + grant.permission);
  return join(words, ", ");
}

}  // namespace

std::optional<std::string> read_whole(Bucket& bucket, const std::string& key) {
  std::string bytes;
  const auto take = [&](std::string_view piece) {
    bytes += piece;
  };
  if (bucket.read({.key = key}, take).found != Found::whole) return std::nullopt;
  return bytes;
}

ObjectInfo write_whole(Bucket& bucket, const std::string& key, std::string_view bytes,
                       const ObjectMeta& meta) {
  const auto upload = bucket.write({.key = key, .size = bytes.size(), .meta = meta});
  const std::uint64_t size = upload->part_size() == 0 ? bytes.size() : upload->part_size();
  std::uint64_t number = 0;
  do {
    upload->part(number, bytes.substr(std::min<std::uint64_t>(number * size, bytes.size()), size),
                 {});
    ++number;
  } while (number * size < bytes.size());
  return upload->finish();
}

std::vector<std::string> differences(const ObjectMeta& left, const ObjectMeta& right) {
  std::vector<std::string> found;
  const auto type = [](const ObjectMeta& meta) {
    return meta.content_type.empty() ? "binary/octet-stream" : meta.content_type;
  };
  const auto storage = [](const ObjectMeta& meta) {
    return meta.storage_class.empty() ? "STANDARD" : meta.storage_class;
  };
  compare(found, "Content-Type", type(left), type(right));
  compare(found, "Cache-Control", left.cache_control, right.cache_control);
  compare(found, "Content-Disposition", left.content_disposition, right.content_disposition);
  compare(found, "Content-Encoding", left.content_encoding, right.content_encoding);
  compare(found, "Content-Language", left.content_language, right.content_language);
  compare(found, "Expires", left.expires, right.expires);
  compare(found, "website redirect", left.website_redirect, right.website_redirect);
  compare(found, "storage class", storage(left), storage(right));
  compare(found, "user metadata", in_words(left.user), in_words(right.user));
  compare(found, "tags", in_words(left.tags), in_words(right.tags));
  compare(found, "access", in_words(left.access), in_words(right.access));
  return found;
}

std::string key_fault(std::string_view key) {
  if (key.empty()) return "an empty key";
  if (key.size() > 1024) return "a key of " + std::to_string(key.size()) + " bytes, at most 1024";
  return "";
}

std::string path_key_fault(std::string_view key) {
  if (std::string fault = key_fault(key); !fault.empty()) return fault;
  if (key.find('\0') != std::string_view::npos) return "a key with a NUL";
  for (const std::string& part : split(key, '/')) {
    if (part.empty()) return "a path with an empty part";
    if (part == "." || part == "..") return "a path with a part \"" + part + "\"";
    if (part.size() > 255) return "a path with a part of more than 255 bytes";
  }
  return "";
}

}  // namespace hikkoshi::objects
