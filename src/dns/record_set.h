// What must hold of record sets whoever the provider is.
#pragma once

#include "dns/zone.h"

namespace hikkoshi::dns {

/// The set with its name normal and its values canonical, sorted and without doubles. Throws
/// Error(never) naming the set when its name lies outside `zone` or cannot be written, a value is
/// none of its type, or the type is none that a zone changes.
RecordSet canonical_set(RecordSet set, const std::string& zone);

/// Both parts canonical, and every set of `after` also in `before` (an absent one is added to
/// it, so that what was not spoken of must not be there).
/// Throws Error(never) when a set is named twice, a TTL is over 2^31 - 1, a CNAME has two targets
/// or would stand at the apex or beside other data that the change names, or the zone's own NS
/// would get other values.
Change canonical_change(const Change& change, const std::string& zone);

/// "www.shop.test A 60 127.0.0.1 127.0.0.2", "www.shop.test A: none".
std::string describe(const RecordSet& set);

/// The members of `sets` of this name and type, or nullptr.
const RecordSet* find(const std::vector<RecordSet>& sets, const std::string& name, Type type);

}  // namespace hikkoshi::dns
