// One whole copy and comparison for tests, of what statements made on OLD.
#pragma once

#include <string>
#include <vector>

#include "database/mariadb/mariadb_transfer.h"
#include "database/testing/two_servers.h"

namespace hikkoshi::database::mariadb {

/// Differences as text, one a line; empty when both sides are equal.
std::string differences(const Comparison& comparison);

/// Two servers with the schema `frames` on OLD, made by statements that run as root after USE.
class MoveOf {
 public:
  explicit MoveOf(const std::vector<std::string>& statements);

  TwoServers& servers() { return servers_; }
  CopyResult copy();
  std::string compare();                          ///< As `differences`.
  std::size_t chunks() const { return chunks_; }  ///< That copies have reported.

  /// What a query gives on a side, as root: values joined by '|', rows by NL, bytes as they are
  /// shown, NULL as "NULL".
  std::string old_side(const std::string& query);
  std::string new_side(const std::string& query);

  /// Copies, and asserts that the query gives the same text on both sides and that they compare
  /// equal; gives that text.
  std::string copied(const std::string& query);

 private:
  static constexpr std::uint64_t chunk_bytes = 1024;  // So that small tables are cut too.

  TwoServers servers_;
  MariadbTransfer transfer_{servers_.source(), servers_.target(), chunk_bytes};
  std::size_t chunks_ = 0;
};

}  // namespace hikkoshi::database::mariadb
