#include "objects/listing.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace hikkoshi::objects {
namespace {

constexpr int page_size = 1000;
constexpr std::uint64_t worth_dividing = 4000;  // Records: four pages.
constexpr int most_probes = 60;
constexpr int lowest_digit = 0x20, highest_digit = 0x7e, digits = highest_digit - lowest_digit + 1;

int digit_at(const std::string& key, size_t place, int otherwise) {
  if (place >= key.size()) return otherwise;
  return std::clamp<int>(static_cast<unsigned char>(key[place]), lowest_digit, highest_digit) -
         lowest_digit;
}

bool inside(const std::string& key, const KeyRange& range) {
  return key > range.after && (range.before.empty() || key < range.before);
}

/// Finds keys that have others on both sides, by asking for the first object after a key.
std::vector<std::string> probe_dividers(Bucket& bucket, size_t ranges, const Patience& patience,
                                        std::stop_token stop) {
  int probes = 0;
  const auto list = [&](const KeyRange& range, int limit) {
    Page page;
    ++probes;
    with_retries(patience, stop, [&] {
      page = bucket.list({.after = range.after, .before = range.before, .limit = limit}, stop);
    });
    return page;
  };
  const Page first = list({}, page_size);
  if (!first.more || first.objects.empty()) return {};
  std::vector<std::string> dividers;
  KeyRange whole{first.objects.back().key, ""};
  std::deque<KeyRange> open;
  // Most keys share folders, and halving would need many probes to learn that: '0' follows '/'.
  for (size_t at = whole.after.find('/'); at != std::string::npos && probes < most_probes / 2;
       at = whole.after.find('/', at + 1)) {
    const std::string end = whole.after.substr(0, at) + "0";
    if (!list({end, whole.before}, 1).objects.empty()) {
      dividers.push_back(end);
      open.push_front({end, whole.before});
    }
    whole.before = end;
  }
  open.push_front(whole);
  while (probes < most_probes && !open.empty() && dividers.size() + 1 < ranges) {
    const KeyRange range = open.front();
    open.pop_front();
    const std::string middle = between(range.after, range.before);
    if (middle.empty()) continue;
    const bool above = !list({middle, range.before}, 1).objects.empty();
    const bool below = above && !list({range.after, middle}, 1).objects.empty();
    if (above && below) dividers.push_back(middle);
    if (below || !above) open.push_back({range.after, middle});
    if (above) open.push_back({middle, range.before});
  }
  return dividers;
}

}  // namespace

Listing::Listing(Bucket& bucket, KeyRange range, Patience patience, std::stop_token stop)
    : bucket_(bucket),
      range_(std::move(range)),
      patience_(std::move(patience)),
      stop_(std::move(stop)) {}

const ObjectInfo* Listing::peek() {
  if (page_.empty() && more_) fetch();
  return page_.empty() ? nullptr : &page_.front();
}

ObjectInfo Listing::take() {
  ObjectInfo info = std::move(page_.front());
  page_.pop_front();
  return info;
}

void Listing::fetch() {
  Page page;
  with_retries(patience_, stop_, [&] {
    page =
        bucket_.list({.after = range_.after, .before = range_.before, .limit = page_size}, stop_);
  });
  for (ObjectInfo& info : page.objects) {
    if (!inside(info.key, range_)) {
      throw Error(Retry::never, bucket_.name() + " lists \"" + printable(info.key) +
                                    "\" where only keys after \"" + printable(range_.after) +
                                    "\" belong: its listing is not in order of bytes");
    }
    range_.after = info.key;
    page_.push_back(std::move(info));
  }
  more_ = page.more;
  if (more_ && page_.empty()) {
    throw Error(Retry::never,
                bucket_.name() + " says that it has more objects, but lists none of them");
  }
}

RecordStream::RecordStream(Ledger& ledger, KeyRange range)
    : ledger_(ledger), range_(std::move(range)) {}

const Record* RecordStream::peek() {
  if (page_.empty() && more_) {
    auto records = ledger_.page(range_.after, range_.before, page_size);
    more_ = records.size() == size_t(page_size);
    if (!records.empty()) range_.after = records.back().source.key;
    std::move(records.begin(), records.end(), std::back_inserter(page_));
  }
  return page_.empty() ? nullptr : &page_.front();
}

Record RecordStream::take() {
  Record record = std::move(page_.front());
  page_.pop_front();
  return record;
}

std::optional<Joined> Join::next() {
  const ObjectInfo* source = source_.peek();
  const ObjectInfo* target = target_.peek();
  const Record* record = records_.peek();
  if (!source && !target && !record) return std::nullopt;
  const std::string* lowest = nullptr;
  for (const std::string* key : {source ? &source->key : nullptr, target ? &target->key : nullptr,
                                 record ? &record->source.key : nullptr}) {
    if (key && (!lowest || *key < *lowest)) lowest = key;
  }
  Joined joined;
  joined.key = *lowest;
  if (source && source->key == joined.key) joined.source = source_.take();
  if (target && target->key == joined.key) joined.target = target_.take();
  if (record && record->source.key == joined.key) joined.record = records_.take();
  return joined;
}

std::string between(const std::string& low, const std::string& high) {
  std::string key;
  bool below_high = high.empty();  // The rest may be anything.
  for (size_t place = 0; place < 1024; ++place) {
    const int from = digit_at(low, place, 0);
    const int to = below_high ? digits : digit_at(high, place, 0);
    const int middle = from + (to - from) / 2;
    if (middle > from) {
      key += static_cast<char>(lowest_digit + middle);
      break;
    }
    key += static_cast<char>(lowest_digit + from);
    if (from < to) below_high = true;
  }
  return key > low && (high.empty() || key < high) ? key : "";
}

std::vector<KeyRange> divide(Bucket& bucket, Ledger& ledger, int ranges, const Patience& patience,
                             std::stop_token stop) {
  std::vector<std::string> dividers;
  if (ledger.count() >= worth_dividing) {
    dividers = ledger.dividers(ranges);
  } else if (bucket.properties().lists_ranges) {
    dividers = probe_dividers(bucket, size_t(ranges), patience, stop);
  }
  std::sort(dividers.begin(), dividers.end());
  std::vector<KeyRange> result(1);
  for (const std::string& key : dividers) {
    // `before` is exclusive and `after` too: the divider itself belongs to the lower range.
    result.back().before = key + '\0';
    result.push_back({key, ""});
  }
  return result;
}

}  // namespace hikkoshi::objects
