// A real MariaDB server for tests: its own data folder and unix socket, gone at the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/process.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database::mariadb {

/// Durable settings, no network. The kernel ends it when the test dies.
class LocalServer {
 public:
  /// Installs and starts it. `options` are more of mariadbd's: "--skip-log-bin".
  LocalServer(std::string name, std::vector<std::string> options);

  /// As the mover, who is there after `make_mover`, or as any other account.
  MariadbServer as(const std::string& user, const std::string& password,
                   std::vector<std::string> schemas) const;

  Connection root() const;
  void run(const std::vector<std::string>& statements) const;  ///< As root.

  /// Kills it without a warning, and starts it again.
  void crash();

 private:
  void start();

  std::string name_;
  TemporaryFolder folder_;
  std::vector<std::string> options_;
  std::unique_ptr<BackgroundProcess> process_;
};

}  // namespace hikkoshi::database::mariadb
