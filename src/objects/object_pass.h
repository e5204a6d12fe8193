// One pass of ObjectCopy: who lists, who copies, and what comes of it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/locked.h"
#include "objects/crew.h"
#include "objects/listing.h"
#include "objects/object_copy.h"

namespace hikkoshi::objects {

/// Lives for one pass; its methods run on the threads of its crew.
class ObjectPass {
 public:
  ObjectPass(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock, const CopyLimits& limits,
             const PassOptions& options, std::stop_token stop);

  PassResult run(const std::function<void(const PassResult&)>& on_progress);

 private:
  struct BigObject;

  void list(const KeyRange& range, std::stop_token stop);
  void consider(Joined joined);
  void copy(const ObjectInfo& source, std::stop_token stop);
  bool copy_on_server(const ObjectInfo& source, std::stop_token stop);
  void stream_piece(const ObjectInfo& source, std::string& bytes, std::stop_token stop);
  void begin_big(const ObjectInfo& source, std::stop_token stop);
  void copy_part(BigObject& object, std::uint64_t number, std::stop_token stop);
  void end_big(BigObject& object);
  void note_copy(Record record, bool by_server);
  void note_failure(const std::string& key, const Failure& failure);
  void remove_gone(std::stop_token stop);
  bool still_gone(const Record& record);

  Bucket& from_;
  Bucket& to_;
  Ledger& ledger_;
  Clock& clock_;
  CopyLimits limits_;
  PassOptions options_;
  Properties from_properties_, to_properties_;
  std::uint64_t records_;                         ///< In the ledger when the pass began.
  std::atomic<std::uint64_t> server_side_below_;  ///< Bytes: those below are copied by the server.
  std::atomic<int> failures_in_a_row_{0};
  Locked<PassResult> result_;
  Locked<std::vector<Record>> gone_;  ///< At most one more than may be removed.
  Buffers buffers_;
  Crew crew_;  // Last: its threads use all the rest.
};

}  // namespace hikkoshi::objects
