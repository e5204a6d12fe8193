// The move of a MariaDB database: copy, comparison, and what tells our copy from others' data.
#pragma once

#include "database/database.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database {

/// Both servers name the same schemas. Our own statements write no binlog on either server.
class MariadbTransfer : public Transfer {
 public:
  MariadbTransfer(MariadbServer source, MariadbServer target);

  CopyResult copy(const CopyOptions& options, std::stop_token stop) override;
  Target target() override;
  Comparison compare(const CopyOptions& options, std::stop_token stop) override;
  void discard() override;

 private:
  MariadbServer source_;
  MariadbServer target_;
};

}  // namespace hikkoshi::database
