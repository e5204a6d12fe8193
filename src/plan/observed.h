// What was read from the world before planning. Pure data; every part may be missing, and the
// forecast's origins say where a default stands in for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace hikkoshi::plan {

/// The schemas of one of OLD's databases that move.
struct DatabaseObserved {
  std::uint64_t bytes = 0;  ///< Data and indexes.
  std::uint64_t rows = 0;   ///< The server's estimate.
  std::uint64_t tables = 0;
  std::optional<double> bytes_per_second;  ///< Of a copy that was measured; a rehearsal's.
};

/// What the zone holds for one name.
struct NameObserved {
  std::string type;       ///< "A", "AAAA", "CNAME".
  std::uint32_t ttl = 0;  ///< Seconds; the highest of all that is at the name and on its path.
  std::vector<std::string> values;
};

struct Observed {
  std::map<std::string, DatabaseObserved> databases;  ///< By name in the move file.
  std::map<std::string, NameObserved> names;          ///< By DNS name.
  std::map<std::string, std::uint64_t> zone_records;  ///< Record sets of a zone, by its name in
                                                      ///< the move file; often not readable.
  std::map<std::string, std::uint64_t> balancer_findings;  ///< By side and name: "old.edge".
  std::optional<Millis> latency;                           ///< One round trip to the farthest host.
  std::vector<std::string> findings;                       ///< Free text for the plan's risks.
};

}  // namespace hikkoshi::plan
