// Rows of both sides, compared by checksums, and by key where these differ.
#pragma once

#include <stop_token>

#include "database/database.h"
#include "database/mariadb/row_work.h"

namespace hikkoshi::database::mariadb {

/// Compares every table that both sides have, chunk by chunk, both sides at once and several chunks
/// at once: COUNT, BIT_XOR and SUM of 64 bits a row (notes on MariaDB, section 3: XOR alone is
/// blind to pairs of equal rows). A chunk that differs is halved until its rows can be listed; at
/// most 20 keys of a table are named. Adds to `result`.
void compare_rows(const RowWork& options, std::stop_token stop, Comparison& result);

}  // namespace hikkoshi::database::mariadb
