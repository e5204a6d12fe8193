// What the copy and the comparison of rows need to know.
#pragma once

#include <cstdint>

#include "database/database.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database::mariadb {

/// Borrows everything.
struct RowWork {
  const MariadbServer* source = nullptr;
  const MariadbServer* target = nullptr;
  const CopyOptions* copy = nullptr;
  std::uint64_t chunk_bytes = 0;
};

}  // namespace hikkoshi::database::mariadb
