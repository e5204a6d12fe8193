// What was copied from one bucket to another, kept on our own disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/locked.h"
#include "objects/bucket.h"

namespace hikkoshi::objects {

/// One object that was copied: the source as it was listed then, and what became of it.
struct Record {
  ObjectInfo source;        ///< `modified` unset: not known, so not compared.
  std::string target_etag;  ///< The copy's.
  std::string digest;       ///< join_digests of the bytes on their way; empty: never passed us.
  std::uint64_t block = 0;  ///< The size of the blocks of `digest`.

  bool operator==(const Record&) const = default;
};

/// Whether the source still is what was copied.
bool same_source(const Record& record, const ObjectInfo& source);

/// A file of records, one for each key. It only saves work and permits deletions: without it
/// everything is copied again and nothing deleted. What was put reaches the disk in batches; the
/// last ones may be lost with the process, and are copied again. Thread-safe. Failures are
/// Error(safe) for a full disk, Error(never) otherwise.
class Ledger {
 public:
  /// Opens or makes the file; an empty path is a ledger in memory. Error(never, locked) when
  /// another process has it open.
  explicit Ledger(const std::string& path);
  ~Ledger();

  void put(Record record);
  void erase(const std::string& key);
  std::optional<Record> find(const std::string& key);
  /// Records with after < key < before (empty: no bound), in order of their bytes.
  std::vector<Record> page(const std::string& after, const std::string& before, int limit);
  std::uint64_t count();
  void flush();

  /// Keys that divide the records into `ranges` parts of about the same number; in order.
  std::vector<std::string> dividers(int ranges);

  /// An upload's token, until `put` or `erase` of its key: what a killed process leaves behind.
  void begin(const std::string& key, const std::string& token);
  std::string begun(const std::string& key);  ///< Empty when there is none.

  /// For the way back: every copy in `forward` becomes a source whose copy was its source.
  /// Replaces all that was here.
  void reverse(Ledger& forward);

 private:
  struct File;
  Locked<std::unique_ptr<File>> file_;
};

}  // namespace hikkoshi::objects
