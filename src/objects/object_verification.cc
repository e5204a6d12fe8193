#include "objects/object_verification.h"

#include <utility>

#include "base/text.h"
#include "objects/digest.h"

namespace hikkoshi::objects {
namespace {

constexpr std::uint64_t usual_block = 8 << 20;
constexpr size_t findings_shown = 20;

}  // namespace

ObjectVerification::ObjectVerification(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock,
                                       const CopyLimits& limits, const VerifyOptions& options,
                                       std::stop_token stop)
    : from_(from),
      to_(to),
      ledger_(ledger),
      limits_(limits),
      options_(options),
      from_properties_(from.properties()),
      to_properties_(to.properties()),
      records_(ledger.count()),
      crew_(clock, limits.pace, stop) {
  options_.aspects.tags &= options_.meta && from_properties_.tags && to_properties_.tags;
  options_.aspects.access &= options_.meta && from_properties_.access && to_properties_.access;
}

VerifyResult ObjectVerification::run(const std::function<void(const VerifyResult&)>& on_progress) {
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
    VerifyResult now = result_.copy();
    now.workers = crew_.workers();
    if (on_progress) on_progress(now);
    return double(now.checked) + double(now.bytes) / (256 << 10);
  });
  ledger_.flush();
  const VerifyResult result = result_.copy();
  if (result.checked + result.missing + result.changed == 0 && records_ > 0) {
    throw Error(Retry::never,
                from_.name() + " lists no object, though " + std::to_string(records_) +
                    " were copied from it: that verifies nothing",
                Exit::refused)
        .remedy("see whether the bucket and the rights of its key are what they were");
  }
  return result;
}

void ObjectVerification::list(const KeyRange& range, std::stop_token stop) {
  Join join(Listing(from_, range, crew_.patience(), stop),
            Listing(to_, range, crew_.patience(), stop), RecordStream(ledger_, range));
  while (!stop.stop_requested()) {
    auto joined = join.next();
    if (!joined) return;
    consider(std::move(*joined));
  }
}

void ObjectVerification::consider(Joined joined) {
  const std::string& key = joined.key;
  if (!joined.source && !joined.target) return;
  if (!joined.source) {
    const bool ours = joined.record && joined.record->target_etag == joined.target->etag;
    if (ours) {
      find(&VerifyResult::extra, key, "is on " + to_.name() + " still, but not on " + from_.name());
    } else {
      result_.with([](VerifyResult& result) { ++result.foreign; });
    }
    return;
  }
  if (!joined.target) {
    find(&VerifyResult::missing, key, "is on " + from_.name() + ", but not on " + to_.name());
    return;
  }
  if (joined.source->size != joined.target->size) {
    find(&VerifyResult::different, key,
         "has " + std::to_string(joined.source->size) + " bytes on " + from_.name() + ", " +
             std::to_string(joined.target->size) + " on " + to_.name());
    return;
  }
  crew_.add([this, joined = std::move(joined)](std::stop_token stop) {
    with_retries(crew_.patience(), stop, [&] { compare(joined, stop); });
  });
}

void ObjectVerification::compare(const Joined& joined, std::stop_token stop) {
  const bool known = joined.record && same_source(*joined.record, *joined.source) &&
                     !joined.record->digest.empty() && !options_.read_source;
  const std::uint64_t block =
      joined.record && joined.record->block > 0 ? joined.record->block : usual_block;
  const Reading target = read(to_, *joined.target, block, stop);
  Reading source{Found::whole, known ? joined.record->digest : "", {}};
  if (!known) source = read(from_, *joined.source, block, stop);
  bool changed = target.found != Found::whole || source.found != Found::whole;
  std::vector<std::string> faults;
  if (!changed && options_.meta) faults = meta_faults(joined, target, changed);
  if (changed) {
    result_.with([](VerifyResult& result) { ++result.changed; });
    return;
  }
  if (source.digest != target.digest) faults.insert(faults.begin(), "has other bytes");
  if (!faults.empty()) find(&VerifyResult::different, joined.key, join(faults, "; "));
  result_.with([&](VerifyResult& result) {
    ++result.checked;
    result.bytes += joined.source->size * (known ? 1 : 2);
    if (faults.empty()) ++result.equal;
  });
}

ObjectVerification::Reading ObjectVerification::read(Bucket& bucket, const ObjectInfo& info,
                                                     std::uint64_t block, std::stop_token stop) {
  StreamDigest digest(block);
  ReadResult result = bucket.read(
      {.key = info.key, .if_match = info.etag, .aspects = options_.aspects},
      [&](std::string_view bytes) { digest.add(bytes); }, stop);
  return {result.found, digest.finish(), std::move(result.object.meta)};
}

std::vector<std::string> ObjectVerification::meta_faults(const Joined& joined,
                                                         const Reading& target, bool& changed) {
  const auto source = from_.head(joined.key, options_.aspects);
  changed = !source || source->info.etag != joined.source->etag;
  if (changed) return {};
  return differences(carried(source->meta, from_properties_, to_properties_),
                     carried(target.meta, from_properties_, to_properties_));
}

void ObjectVerification::find(std::uint64_t VerifyResult::*kind, const std::string& key,
                              const std::string& what) {
  const std::string text = printable(key) + " " + what;
  result_.with([&](VerifyResult& result) {
    ++(result.*kind);
    if (result.findings.size() < findings_shown) result.findings.push_back(text);
  });
  if (kind != &VerifyResult::extra) ledger_.erase(key);
}

}  // namespace hikkoshi::objects
