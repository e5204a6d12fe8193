// Several sessions that all see one instant of a server.
#pragma once

#include <string>
#include <vector>

#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

struct Snapshot {
  std::vector<Connection> readers;  ///< Each in a transaction at the same instant; raw results.
  std::string position;             ///< "bin.000012:4711" or empty without a binlog.
};

/// Opens `count` sessions at one instant. First without any lock: each takes a consistent snapshot
/// with its exact position (binlog_snapshot_*), again until all positions agree (notes on MariaDB,
/// section 1.1). Where they do not, because other schemas are written all the time, or there is no
/// binlog: during a LOCK TABLES ... READ of the schemas' own tables, held for milliseconds.
Snapshot take_snapshot(const MariadbServer& server, unsigned count);

}  // namespace hikkoshi::database::mariadb
