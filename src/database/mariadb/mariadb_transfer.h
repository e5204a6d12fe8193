// The move of a MariaDB database: copy, comparison, and what tells our copy from others' data.
#pragma once

#include "database/database.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database {

/// Both servers name the same schemas. Our own statements write no binlog on either server.
class MariadbTransfer : public Transfer {
 public:
  /// Tables are cut into chunks of about `chunk_bytes`: small enough to roll back soon.
  MariadbTransfer(MariadbServer source, MariadbServer target,
                  std::uint64_t chunk_bytes = std::uint64_t{16} << 20);

  std::vector<Finding> examine() override;
  CopyResult copy(const CopyOptions& options, std::stop_token stop) override;
  Target target() override;
  Comparison compare(const CopyOptions& options, std::stop_token stop) override;
  std::optional<Json> copied() override;
  void discard() override;

 private:
  MariadbServer source_;
  MariadbServer target_;
  std::uint64_t chunk_bytes_;
};

}  // namespace hikkoshi::database
