// A listing as a sorted stream: one page in memory at a time.
#pragma once

#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "objects/attempt.h"
#include "objects/bucket.h"
#include "objects/ledger.h"

namespace hikkoshi::objects {

/// Keys with after < key < before; empty: no bound.
struct KeyRange {
  std::string after;
  std::string before;

  bool operator==(const KeyRange&) const = default;
};

/// Reads a range of a bucket. Throws Error(never) when the store lists out of order, outside of
/// the range, or says that there is more without showing any of it. Not thread-safe.
class Listing {
 public:
  Listing(Bucket& bucket, KeyRange range, Patience patience, std::stop_token stop);

  /// The object that is next, without taking it; null at the end.
  const ObjectInfo* peek();
  ObjectInfo take();  ///< After peek gave one.

 private:
  void fetch();

  Bucket& bucket_;
  KeyRange range_;
  Patience patience_;
  std::stop_token stop_;
  std::deque<ObjectInfo> page_;
  bool more_ = true;
};

/// The same over the records of a ledger.
class RecordStream {
 public:
  RecordStream(Ledger& ledger, KeyRange range);
  const Record* peek();
  Record take();

 private:
  Ledger& ledger_;
  KeyRange range_;
  std::deque<Record> page_;
  bool more_ = true;
};

/// One key of the three streams, joined.
struct Joined {
  std::string key;
  std::optional<ObjectInfo> source;
  std::optional<ObjectInfo> target;
  std::optional<Record> record;
};

/// Merges two listings of one range and the ledger by key: a sort-merge full outer join.
class Join {
 public:
  Join(Listing source, Listing target, RecordStream records)
      : source_(std::move(source)), target_(std::move(target)), records_(std::move(records)) {}
  std::optional<Joined> next();  ///< In order of the keys' bytes; empty at the end.

 private:
  Listing source_;
  Listing target_;
  RecordStream records_;
};

/// Ranges that together are all keys, to be listed side by side: by the ledger's records where it
/// has enough, else by asking the bucket for keys between others, at most 60 times. One range where
/// there is little to list.
std::vector<KeyRange> divide(Bucket& bucket, Ledger& ledger, int ranges, const Patience& patience,
                             std::stop_token stop);

/// A key of printable ASCII about half-way between two others; empty when there is none that is
/// easily found. An empty `high` is above all keys.
std::string between(const std::string& low, const std::string& high);

}  // namespace hikkoshi::objects
