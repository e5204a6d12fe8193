// Provider values as JSON: what stands in plans and journals.
#pragma once

#include <vector>

#include "base/json.h"
#include "dns/zone.h"
#include "traffic/balancer.h"

namespace hikkoshi::steps {

Json to_json(const std::optional<traffic::Page>& page);  ///< Null for none.
std::optional<traffic::Page> page_from_json(const Json& json);

Json to_json(const std::vector<dns::RecordSet>& records);
std::vector<dns::RecordSet> records_from_json(const Json& json);

/// "frames.shop.test A 127.10.0.80 (30 s)".
std::string describe(const dns::RecordSet& record);

}  // namespace hikkoshi::steps
