// A bucket: a store of objects by key, on a server or in a folder.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace hikkoshi::objects {

/// The store asks for patience (503, 429, "SlowDown"): Error(safe), and fewer requests at a time.
class SlowDown : public Error {
 public:
  explicit SlowDown(std::string message) : Error(Retry::safe, std::move(message)) {}
};

/// What a listing says of an object.
struct ObjectInfo {
  std::string key;  ///< Bytes as stored, never normalised; 1 to 1,024 of them.
  std::uint64_t size = 0;
  /// Opaque, without quotes: differs when the content was written anew. No proof of equal bytes.
  std::string etag;
  WallTime modified{};

  bool operator==(const ObjectInfo&) const = default;
};

/// A right on one object beyond its owner's own.
struct Grant {
  std::string grantee;     ///< A group ("AllUsers", "AuthenticatedUsers"), or "id=" + an account.
  std::string permission;  ///< READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL.

  auto operator<=>(const Grant&) const = default;
};

/// All that moves with the bytes. Empty: not set.
struct ObjectMeta {
  std::string content_type;
  std::string cache_control;
  std::string content_disposition;
  std::string content_encoding;  ///< The stored bytes are never decoded.
  std::string content_language;
  std::string expires;
  std::string website_redirect;
  std::string storage_class;                ///< Empty is the store's ordinary one ("STANDARD").
  std::map<std::string, std::string> user;  ///< Names in lower case, without "x-amz-meta-".
  std::map<std::string, std::string> tags;  ///< Filled where Aspects ask for it.
  std::vector<Grant> access;                ///< Sorted. Filled where Aspects ask for it.

  bool operator==(const ObjectMeta&) const = default;
};

struct Object {
  ObjectInfo info;
  ObjectMeta meta;
};

/// What more to read than what comes with the bytes; each may cost a request.
struct Aspects {
  bool tags = false;
  bool access = false;
};

/// Keys in ascending order of their bytes: after < key, and key < before.
struct ListRequest {
  std::string after = {};   ///< Empty: from the first.
  std::string before = {};  ///< Empty: to the last.
  int limit = 1000;         ///< At most so many; never more than 1,000.
  std::string prefix = {};
};

struct Page {
  std::vector<ObjectInfo> objects;
  bool more = false;  ///< There may be more: go on after the last key. Never without objects.
};

struct ReadRequest {
  std::string key;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length = {};  ///< Empty: to the end.
  std::string if_match = {};                 ///< Only the content with this etag; empty: any.
  Aspects aspects = {};
};

/// Takes bytes in order, on the caller's thread; a failed read may have given some of them.
using Sink = std::function<void(std::string_view)>;

enum class Found { whole, absent, changed };  ///< `changed`: if_match did not hold.

struct ReadResult {
  Found found = Found::absent;
  Object object;  ///< When whole. `info.size` is the object's, whatever the range.
};

struct WriteRequest {
  std::string key;
  std::uint64_t size = 0;  ///< Of the content; known beforehand.
  ObjectMeta meta = {};    ///< Replaces all there was; `access` and `tags` too.
  /// Upload::token() of an earlier attempt that never finished: what it left is removed first.
  std::string abandoned = {};
};

/// An object on its way in. It is visible whole after `finish` and not at all before; what was
/// there stays until then. Ended without `finish`, it removes what it stored as far as it can.
class Upload {
 public:
  virtual ~Upload() = default;
  /// Bytes a part must have, the last one excepted; 0 when the object goes in one part, as only
  /// objects of at most 8 MiB may.
  virtual std::uint64_t part_size() const = 0;
  /// For WriteRequest::abandoned, in a later life; empty when nothing can be left behind.
  virtual std::string token() const = 0;
  /// The part at offset number * part_size(). Thread-safe; may be repeated. An object of 0 bytes
  /// has one part of 0 bytes.
  virtual void part(std::uint64_t number, std::string_view bytes, std::stop_token stop) = 0;
  /// After all parts. Repeating it is harmless. `modified` may be unset.
  virtual ObjectInfo finish() = 0;
};

/// Where a bucket is, for copies that the server makes by itself.
struct Location {
  std::string server;     ///< Equal: the same server, which may hold both accounts. Empty: none.
  std::string container;  ///< The bucket's name there.

  bool operator==(const Location&) const = default;
};

struct CopyRequest {
  Location from;
  ObjectInfo source;     ///< Copied only if its etag is still this one.
  ObjectMeta meta;       ///< Set explicitly, all of it.
  std::string key = {};  /// The new object's; empty: the source's.
};

enum class Copied {
  done,
  absent,      ///< The source is not there any more.
  changed,     ///< The source has another etag.
  impossible,  ///< Not by this server or with these rights: stream it. Nothing was written.
};

struct CopyResult {
  Copied copied = Copied::impossible;
  ObjectInfo object;  ///< When done; `modified` may be unset.
  std::string why;    ///< When impossible.
};

/// What differs between kinds of buckets.
struct Properties {
  Location location;
  bool path_keys = false;  ///< Keys are paths: no empty part, no "." nor "..", no NUL.
  bool headers = true;     ///< Holds Cache-Control, Disposition, Encoding, Language and user's own.
  bool tags = true;
  bool access = true;
  /// A page costs about the same wherever it starts: ranges may be listed side by side.
  bool lists_ranges = true;
};

/// A bucket. Thread-safe; every call blocks. Repeating any call is harmless, so a failure on the
/// way is Error(safe), or SlowDown; what the store will refuse again (no right, no such bucket, a
/// key that it cannot hold) is Error(never), with Exit::authentication when the login is refused.
class Bucket {
 public:
  virtual ~Bucket() = default;
  virtual std::string name() const = 0;  ///< As in the move file: "old.images".
  virtual Properties properties() const = 0;

  /// One page. A failed, cut or disordered listing is an Error, never an empty page.
  virtual Page list(const ListRequest& request, std::stop_token stop = {}) = 0;

  /// What is there without its bytes; empty when there is no such object.
  virtual std::optional<Object> head(const std::string& key, const Aspects& aspects = {}) = 0;

  /// Streams bytes. Error(safe) when fewer came than were promised.
  virtual ReadResult read(const ReadRequest& request, const Sink& sink,
                          std::stop_token stop = {}) = 0;

  virtual std::unique_ptr<Upload> write(const WriteRequest& request) = 0;

  /// The server copies by itself; `from` is the other bucket's properties().location.
  virtual CopyResult copy(const CopyRequest& request, std::stop_token stop = {}) = 0;

  /// Removes objects; not minding those that are not there. At most 1,000 keys. A versioned bucket
  /// keeps them behind delete markers.
  virtual void remove(const std::vector<std::string>& keys) = 0;
};

/// All bytes of an object in memory, for small ones; empty when there is none.
std::optional<std::string> read_whole(Bucket& bucket, const std::string& key);

/// Writes an object from memory, in as many parts as it takes.
ObjectInfo write_whole(Bucket& bucket, const std::string& key, std::string_view bytes,
                       const ObjectMeta& meta = {});

/// Differences that a reader of the object would notice, in words: "Content-Type is a/b on
/// old.images, c/d on new.images". An ordinary storage class and an unset type are the store's own.
std::vector<std::string> differences(const ObjectMeta& left, const ObjectMeta& right);

/// What is wrong with a key in any bucket (empty, too long); in words, empty when nothing is.
std::string key_fault(std::string_view key);
/// The same, for a bucket whose keys are paths.
std::string path_key_fault(std::string_view key);

}  // namespace hikkoshi::objects
