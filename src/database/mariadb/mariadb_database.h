// A MariaDB server and the schemas on it that move.
#pragma once

#include "database/database.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database {

/// Thread-safe. Its epoch is the only row of `hikkoshi.epoch` on the server.
class MariadbDatabase : public Database {
 public:
  explicit MariadbDatabase(MariadbServer server);

  std::string name() const override { return server_.name; }
  Inventory inventory() override;
  std::vector<Finding> examine(Role role) override;
  std::vector<std::string> grants(Role role) override;
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;
  bool remembers() override;
  void forget() override;

 private:
  MariadbServer server_;
};

}  // namespace hikkoshi::database
