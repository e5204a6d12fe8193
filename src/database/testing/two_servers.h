// OLD and NEW for tests: two real servers, with movers made by the statements that we print.
#pragma once

#include <string>

#include "database/testing/local_server.h"

namespace hikkoshi::database::mariadb {

/// The servers start once a program; each TwoServers begins with empty ones. The schemas that move
/// are `frames` and `my_app`; both are only used by tests that make them.
class TwoServers {
 public:
  explicit TwoServers(std::vector<std::string> schemas = {"frames"});

  LocalServer& old_server();
  LocalServer& new_server();
  MariadbServer source() const;  ///< As the mover.
  MariadbServer target() const;

  /// Logs in as app@localhost (password "a") and deletes no row: accepted or refused for want of
  /// rights.
  bool app_writes(LocalServer& server, const std::string& table) const;

 private:
  std::vector<std::string> schemas_;
};

}  // namespace hikkoshi::database::mariadb
