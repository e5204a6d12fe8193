#include "objects/object_pass.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"
#include "objects/digest.h"

namespace hikkoshi::objects {
namespace {

constexpr std::uint64_t one_piece = 8 << 20;     // Larger ones go in parts.
constexpr std::uint64_t own_buffer = 256 << 10;  // Larger ones wait for memory of the budget.
constexpr size_t failures_shown = 20;
constexpr int outage = 50;  // Objects that failed one after another.
constexpr size_t removed_at_a_time = 500;

bool same_server(const Properties& one, const Properties& other) {
  return !one.location.server.empty() && one.location.server == other.location.server;
}

}  // namespace

/// An object on its way in parts.
struct ObjectPass::BigObject {
  ObjectInfo source;
  std::unique_ptr<Upload> upload;
  std::uint64_t part_size = 0;
  std::vector<std::string> digests;  ///< One for each part; each is written by one thread.
  std::atomic<std::uint64_t> left{0};
  std::atomic<bool> missed{false};
  Locked<std::optional<Failure>> failure;
};

ObjectPass::ObjectPass(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock,
                       const CopyLimits& limits, const PassOptions& options, std::stop_token stop)
    : from_(from),
      to_(to),
      ledger_(ledger),
      clock_(clock),
      limits_(limits),
      options_(options),
      from_properties_(from.properties()),
      to_properties_(to.properties()),
      records_(ledger.count()),
      server_side_below_(options.server_side && same_server(from_properties_, to_properties_)
                             ? std::numeric_limits<std::uint64_t>::max()
                             : 0),
      buffers_(one_piece, static_cast<int>(std::max<std::uint64_t>(1, limits.memory / one_piece))),
      crew_(clock, limits.pace, stop) {
  options_.aspects.tags &= from_properties_.tags && to_properties_.tags;
  options_.aspects.access &= from_properties_.access && to_properties_.access;
}

PassResult ObjectPass::run(const std::function<void(const PassResult&)>& on_progress) {
  const auto ranges = divide(from_, ledger_, 4 * limits_.listers, crew_.patience(), crew_.stop());
  std::atomic<size_t> next{0};
  std::vector<Crew::Work> listers;
  for (int i = 0; i < limits_.listers && size_t(i) < ranges.size(); ++i) {
    listers.push_back([&](std::stop_token stop) {
      for (size_t at = next++; at < ranges.size() && !stop.stop_requested(); at = next++) {
        list(ranges[at], stop);
      }
    });
  }
  crew_.run(std::move(listers), [&] {
    PassResult now = result_.copy();
    now.workers = crew_.workers();
    if (on_progress) on_progress(now);
    return double(now.copied) + double(now.bytes) / (256 << 10);
  });
  ledger_.flush();
  remove_gone(crew_.stop());
  ledger_.flush();
  return result_.copy();
}

void ObjectPass::list(const KeyRange& range, std::stop_token stop) {
  Join join(Listing(from_, range, crew_.patience(), stop),
            Listing(to_, range, crew_.patience(), stop), RecordStream(ledger_, range));
  while (!stop.stop_requested()) {
    auto joined = join.next();
    if (!joined) return;
    consider(std::move(*joined));
  }
}

void ObjectPass::consider(Joined joined) {
  const bool ours = joined.target && joined.record &&
                    joined.target->etag == joined.record->target_etag &&
                    joined.target->size == joined.record->source.size;
  const auto count = [&](std::uint64_t PassResult::*number) {
    result_.with([&](PassResult& result) {
      ++(result.*number);
      if (joined.source) ++result.listed;
    });
  };
  if (!joined.source) {
    if (ours) {
      count(&PassResult::gone);
      gone_.with([&](auto& gone) {
        if (gone.size() <= options_.remove_at_most.value_or(0)) gone.push_back(*joined.record);
      });
    } else if (joined.target) {
      count(&PassResult::foreign);
    } else {
      ledger_.erase(joined.key);
    }
    return;
  }
  if (ours && same_source(*joined.record, *joined.source)) {
    count(&PassResult::unchanged);
    // What was not known when the way back began.
    if (joined.record->source.modified == WallTime{}) {
      joined.record->source = *joined.source;
      ledger_.put(std::move(*joined.record));
    }
    return;
  }
  if (joined.target && !ours && options_.existing == Existing::keep) {
    count(&PassResult::kept);
    return;
  }
  result_.with([](PassResult& result) { ++result.listed; });
  crew_.add(
      [this, source = std::move(*joined.source)](std::stop_token stop) { copy(source, stop); });
}

void ObjectPass::copy(const ObjectInfo& source, std::stop_token stop) {
  const auto failure = failure_of([&] {
    bool copied = false;
    with_retries(crew_.patience(), stop, [&] {
      copied = source.size < server_side_below_ && copy_on_server(source, stop);
    });
    if (copied) return;
    if (source.size > one_piece) {
      with_retries(crew_.patience(), stop, [&] { begin_big(source, stop); });
    } else if (source.size > own_buffer) {
      Buffers::Lease lease(buffers_);
      stream_piece(source, lease.bytes, stop);
    } else {
      std::string bytes;
      bytes.reserve(source.size);
      stream_piece(source, bytes, stop);
    }
  });
  if (failure) note_failure(source.key, *failure);
}

bool ObjectPass::copy_on_server(const ObjectInfo& source, std::stop_token stop) {
  const auto object = from_.head(source.key, options_.aspects);
  if (!object || object->info.etag != source.etag) {
    result_.with([](PassResult& result) { ++result.missed; });
    return true;
  }
  const CopyResult result =
      to_.copy({.from = from_properties_.location,
                .source = source,
                .meta = carried(object->meta, from_properties_, to_properties_)},
               stop);
  if (result.copied == Copied::impossible) {
    // What this one is refused the others are as well: a right, or a way to copy large ones.
    server_side_below_ = std::min<std::uint64_t>(server_side_below_, source.size);
    return false;
  }
  if (result.copied == Copied::done) {
    note_copy({source, result.object.etag, "", 0}, true);
  } else {
    result_.with([](PassResult& counted) { ++counted.missed; });
  }
  return true;
}

void ObjectPass::stream_piece(const ObjectInfo& source, std::string& bytes, std::stop_token stop) {
  std::string digest;
  ReadResult read;
  with_retries(crew_.patience(), stop, [&] {
    bytes.clear();
    StreamDigest stream(one_piece);
    read = from_.read(
        {.key = source.key, .if_match = source.etag, .aspects = options_.aspects},
        [&](std::string_view piece) {
          stream.add(piece);
          bytes += piece;
        },
        stop);
    digest = stream.finish();
  });
  if (read.found != Found::whole) {
    result_.with([](PassResult& result) { ++result.missed; });
    return;
  }
  if (bytes.size() != source.size) {
    throw Error(Retry::never, from_.name() + " lists " + std::to_string(source.size) +
                                  " bytes, and gives " + std::to_string(bytes.size()));
  }
  const WriteRequest request{.key = source.key,
                             .size = source.size,
                             .meta = carried(read.object.meta, from_properties_, to_properties_)};
  with_retries(crew_.patience(), stop, [&] {
    const auto upload = to_.write(request);
    const std::uint64_t part = upload->part_size() == 0 ? one_piece : upload->part_size();
    std::uint64_t number = 0;
    do {
      upload->part(number, std::string_view(bytes).substr(number * part, part), stop);
    } while (++number * part < bytes.size());
    note_copy({source, upload->finish().etag, digest, one_piece}, false);
  });
}

void ObjectPass::begin_big(const ObjectInfo& source, std::stop_token stop) {
  const auto object = from_.head(source.key, options_.aspects);
  if (!object || object->info.etag != source.etag) {
    result_.with([](PassResult& result) { ++result.missed; });
    return;
  }
  // Shared by the tasks of its parts, the last of which ends it.
  auto big = std::make_shared<BigObject>();
  big->source = source;
  big->upload = to_.write({.key = source.key,
                           .size = source.size,
                           .meta = carried(object->meta, from_properties_, to_properties_),
                           .abandoned = ledger_.begun(source.key)});
  if (!big->upload->token().empty()) ledger_.begin(source.key, big->upload->token());
  big->part_size = big->upload->part_size();
  HIKKOSHI_ASSERT(big->part_size > 0);
  const std::uint64_t parts = (source.size + big->part_size - 1) / big->part_size;
  big->digests.resize(parts);
  big->left = parts;
  for (std::uint64_t number = parts; number-- > 0 && !stop.stop_requested();) {
    crew_.add_first([this, big, number](std::stop_token stop_part) {
      copy_part(*big, number, stop_part);
      if (--big->left == 0 && !stop_part.stop_requested()) end_big(*big);
    });
  }
}

void ObjectPass::copy_part(BigObject& object, std::uint64_t number, std::stop_token stop) {
  if (object.missed || object.failure.with([](auto& failure) { return failure.has_value(); })) {
    return;
  }
  auto failure = failure_after_retries(crew_.patience(), stop, [&] {
    Buffers::Lease lease(buffers_);
    const std::uint64_t offset = number * object.part_size;
    const std::uint64_t length = std::min(object.part_size, object.source.size - offset);
    const ReadResult read = from_.read(
        {.key = object.source.key,
         .offset = offset,
         .length = length,
         .if_match = object.source.etag},
        [&](std::string_view piece) { lease.bytes += piece; }, stop);
    if (read.found != Found::whole) {
      object.missed = true;
      return;
    }
    if (lease.bytes.size() != length) {
      throw Error(Retry::safe, from_.name() + " gave " + std::to_string(lease.bytes.size()) +
                                   " of " + std::to_string(length) + " bytes");
    }
    object.digests[number] = block_digest(lease.bytes);
    object.upload->part(number, lease.bytes, stop);
    result_.with([&](PassResult& result) { result.bytes += length; });
  });
  if (failure) object.failure.with([&](auto& first) { first = std::move(failure); });
}

void ObjectPass::end_big(BigObject& object) {
  auto failure = object.failure.copy();
  if (!failure && !object.missed) {
    ObjectInfo target;
    failure = failure_after_retries(crew_.patience(), crew_.stop(),
                                    [&] { target = object.upload->finish(); });
    if (!failure) {
      result_.with([&](PassResult& result) { result.bytes -= object.source.size; });
      note_copy({object.source, target.etag, join_digests(object.digests), object.part_size},
                false);
      return;
    }
  }
  object.upload.reset();
  if (failure) {
    note_failure(object.source.key, *failure);
  } else {
    result_.with([](PassResult& result) { ++result.missed; });
  }
}

void ObjectPass::note_copy(Record record, bool by_server) {
  failures_in_a_row_ = 0;
  result_.with([&](PassResult& result) {
    ++result.copied;
    result.bytes += record.source.size;
    if (by_server) ++result.by_server;
  });
  ledger_.put(std::move(record));
}

void ObjectPass::note_failure(const std::string& key, const Failure& failure) {
  if (crew_.stop().stop_requested()) return;
  const std::string text = printable(key) + ": " + failure.error.what();
  result_.with([&](PassResult& result) {
    ++result.failed;
    if (result.failures.size() < failures_shown) result.failures.push_back(text);
  });
  // A refused login refuses them all, and an outage ends no sooner when we go on.
  if (failure.error.exit() == Exit::authentication || ++failures_in_a_row_ >= outage) {
    throw Error(failure.error).in("while copying " + printable(key));
  }
}

bool ObjectPass::still_gone(const Record& record) {
  bool gone = false;
  with_retries(crew_.patience(), crew_.stop(), [&] {
    const auto target = to_.head(record.source.key);
    gone = !from_.head(record.source.key) && target && target->info.etag == record.target_etag;
  });
  return gone;
}

void ObjectPass::remove_gone(std::stop_token stop) {
  const PassResult counted = result_.copy();
  if (counted.listed == 0 && records_ > 0) {
    throw Error(Retry::never,
                from_.name() + " lists no object, though " + std::to_string(records_) +
                    " were copied from it: that is not believed, and nothing is removed",
                Exit::refused)
        .remedy("see whether the bucket and the rights of its key are what they were");
  }
  if (!options_.remove_at_most) return;
  if (counted.gone > *options_.remove_at_most) {
    throw Error(Retry::never,
                std::to_string(counted.gone) + " objects have left " + from_.name() + ", and " +
                    std::to_string(*options_.remove_at_most) + " may be removed from " +
                    to_.name() + ": none was removed",
                Exit::refused)
        .remedy("see whether they were removed on purpose; then allow as many");
  }
  std::vector<std::string> keys;
  const auto remove = [&] {
    if (keys.empty()) return;
    with_retries(crew_.patience(), stop, [&] { to_.remove(keys); });
    for (const std::string& key : keys) ledger_.erase(key);
    result_.with([&](PassResult& result) { result.removed += keys.size(); });
    keys.clear();
  };
  for (const Record& record : gone_.copy()) {
    if (still_gone(record)) keys.push_back(record.source.key);
    if (keys.size() == removed_at_a_time) remove();
  }
  remove();
}

}  // namespace hikkoshi::objects
