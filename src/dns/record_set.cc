#include "dns/record_set.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "dns/message.h"
#include "dns/name.h"

namespace hikkoshi::dns {
namespace {

constexpr std::uint32_t largest_ttl = 0x7fffffff;  // RFC 2181 section 8

std::string title(const RecordSet& set) {
  return printable(set.name) + " " + std::string(to_string(set.type));
}

Error refuse(const RecordSet& set, const std::string& why) {
  return Error(Retry::never, title(set) + ": " + why);
}

std::vector<RecordSet> canonical_sets(const std::vector<RecordSet>& sets, const std::string& zone) {
  std::vector<RecordSet> result;
  for (const RecordSet& set : sets) {
    RecordSet each = canonical_set(set, zone);
    if (find(result, each.name, each.type)) throw refuse(each, "is named twice in one change");
    result.push_back(std::move(each));
  }
  return result;
}

void check_cname(const RecordSet& set, const Change& change, const std::string& zone) {
  if (set.type != Type::cname || set.values.empty()) return;
  if (set.values.size() > 1) throw refuse(set, "a CNAME has one target");
  if (set.name == zone) {
    throw refuse(set, "no CNAME can stand at the top of a zone, beside its SOA and NS")
        .remedy("use A and AAAA records there");
  }
  for (const RecordSet& other : change.after) {
    if (other.name == set.name && other.type != Type::cname && !other.values.empty()) {
      throw refuse(set, "no other data can stand beside a CNAME, but " + describe(other));
    }
  }
}

void check_apex_ns(const RecordSet& set, const Change& change, const std::string& zone) {
  if (set.type != Type::ns || set.name != zone) return;
  const RecordSet* before = find(change.before, set.name, set.type);
  if (before == nullptr || before->values != set.values) {
    throw refuse(set, "the servers of a zone move with its delegation, not with a record")
        .remedy("change them at the registrar and at both zones");
  }
}

}  // namespace

RecordSet canonical_set(RecordSet set, const std::string& zone) {
  set.name = normal_name(set.name);
  if (!is_valid_name(set.name)) throw refuse(set, "this name cannot be written");
  if (!is_inside(set.name, zone)) throw refuse(set, "is outside of the zone " + zone);
  if (set.type == Type::soa || set.type == Type::other) {
    throw refuse(set, "records of this type are not changed");
  }
  if (set.ttl > largest_ttl) throw refuse(set, "the TTL is over 2147483647");
  for (std::string& value : set.values) {
    std::optional<std::string> canonical = canonical_value(set.type, value);
    if (!canonical) throw refuse(set, "'" + printable(value) + "' is no value of this type");
    value = *canonical;
  }
  std::sort(set.values.begin(), set.values.end());
  set.values.erase(std::unique(set.values.begin(), set.values.end()), set.values.end());
  return set;
}

Change canonical_change(const Change& change, const std::string& zone) {
  Change result{canonical_sets(change.before, zone), canonical_sets(change.after, zone)};
  for (const RecordSet& set : result.after) {
    check_cname(set, result, zone);
    check_apex_ns(set, result, zone);
    if (!find(result.before, set.name, set.type)) {
      result.before.push_back({set.name, set.type, 0, {}});
    }
  }
  return result;
}

std::string describe(const RecordSet& set) {
  if (set.values.empty()) return title(set) + ": none";
  return title(set) + " " + std::to_string(set.ttl) + " " + join(set.values, " ");
}

const RecordSet* find(const std::vector<RecordSet>& sets, const std::string& name, Type type) {
  auto place = std::find_if(sets.begin(), sets.end(), [&](const RecordSet& set) {
    return set.name == name && set.type == type;
  });
  return place == sets.end() ? nullptr : &*place;
}

}  // namespace hikkoshi::dns
