// Reads objects back and compares them: what ObjectCopy::verify does.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "base/locked.h"
#include "objects/crew.h"
#include "objects/listing.h"
#include "objects/object_copy.h"

namespace hikkoshi::objects {

/// Lives for one verification; its methods run on the threads of its crew.
class ObjectVerification {
 public:
  ObjectVerification(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock,
                     const CopyLimits& limits, const VerifyOptions& options, std::stop_token stop);

  VerifyResult run(const std::function<void(const VerifyResult&)>& on_progress);

 private:
  /// What was read of one side.
  struct Reading {
    Found found = Found::absent;
    std::string digest;
    ObjectMeta meta;
  };

  void list(const KeyRange& range, std::stop_token stop);
  void consider(Joined joined);
  void compare(const Joined& joined, std::stop_token stop);
  Reading read(Bucket& bucket, const ObjectInfo& info, std::uint64_t block, std::stop_token stop);
  std::vector<std::string> meta_faults(const Joined& joined, const Reading& target, bool& changed);
  void find(std::uint64_t VerifyResult::*kind, const std::string& key, const std::string& what);

  Bucket& from_;
  Bucket& to_;
  Ledger& ledger_;
  CopyLimits limits_;
  VerifyOptions options_;
  Properties from_properties_, to_properties_;
  std::uint64_t records_;  ///< In the ledger when it began.
  Locked<VerifyResult> result_;
  Crew crew_;  // Last: its threads use all the rest.
};

}  // namespace hikkoshi::objects
