// A bucket in memory, for tests and simulations: the twin of S3Bucket.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/locked.h"
#include "objects/bucket.h"

namespace hikkoshi::objects {

/// Passes the same contract suite as the real drivers. Thread-safe. Time is a counter, so that
/// every write has its own `modified`. An etag depends on the content alone.
class MemBucket : public Bucket {
 public:
  explicit MemBucket(std::string name, Properties properties = {});
  /// A bucket of its own on the server of `neighbour`: one may copy from the other there.
  MemBucket(std::string name, const MemBucket& neighbour);

  std::string name() const override { return name_; }
  Properties properties() const override;
  Page list(const ListRequest& request, std::stop_token stop = {}) override;
  std::optional<Object> head(const std::string& key, const Aspects& aspects = {}) override;
  ReadResult read(const ReadRequest& request, const Sink& sink, std::stop_token stop = {}) override;
  std::unique_ptr<Upload> write(const WriteRequest& request) override;
  CopyResult copy(const CopyRequest& request, std::stop_token stop = {}) override;
  void remove(const std::vector<std::string>& keys) override;

  /// Somebody else's doing; no bytes: removed.
  void put(const std::string& key, std::optional<std::string> bytes, const ObjectMeta& meta = {});

  enum class Call { list, head, read, write, part, finish, copy, remove };
  /// Asked before each call, without a lock, and may throw in its place, or change the bucket.
  void on_call(std::function<void(Call, const std::string& key)> work);
  void flip_byte_of(const std::string& key);               ///< A byte rots; etag and time stay.
  void cut_listings_after(std::optional<size_t> objects);  ///< It then says that there is no more.
  void allow_copies(bool allowed);                         ///< By the server itself.
  void set_part_size(std::uint64_t bytes);                 ///< Larger objects go in parts.
  int calls(Call call) const;
  std::map<std::string, std::string> contents() const;
  size_t unfinished() const;  ///< Uploads that were begun, neither finished nor removed.

 private:
  friend class MemUpload;
  struct Stored {
    std::string bytes;
    ObjectInfo info;
    ObjectMeta meta;
  };
  struct Container {
    std::map<std::string, Stored> objects;  ///< std::string compares bytes as unsigned.
    std::set<std::string> unfinished;
  };
  struct Server {
    std::map<std::string, Container> containers;
    std::int64_t writes = 0;
  };
  struct Script {
    std::function<void(Call, const std::string&)> on_call;
    std::optional<size_t> cut_after;
    bool copies = true;
    std::uint64_t part_size = 1 << 20;
    std::map<Call, int> calls;
  };

  void begin(Call call, const std::string& key);
  void check_key(const std::string& key) const;
  ObjectInfo store(const std::string& key, std::string bytes, const ObjectMeta& meta);
  ObjectMeta held(ObjectMeta meta) const;

  std::string name_;
  Properties properties_;
  std::shared_ptr<Locked<Server>> server_;  // Shared by the buckets of one server.
  mutable Locked<Script> script_;
};

}  // namespace hikkoshi::objects
