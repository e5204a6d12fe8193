#include "database/testing/local_server.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include <unistd.h>

#include "base/error.h"

namespace hikkoshi::database::mariadb {
namespace {

std::vector<std::string> with_user(std::vector<std::string> arguments) {
  if (::geteuid() == 0) arguments.push_back("--user=root");
  return arguments;
}

ProcessResult run_program(std::vector<std::string> arguments) {
  ProcessOptions options;
  options.arguments = std::move(arguments);
  return run_process(options);
}

}  // namespace

LocalServer::LocalServer(std::string name, std::vector<std::string> options)
    : name_(std::move(name)), options_(std::move(options)) {
  const ProcessResult result = run_program(
      with_user({"mariadb-install-db", "--no-defaults", "--datadir=" + folder_.path() + "/data",
                 "--skip-test-db", "--auth-root-authentication-method=normal"}));
  if (result.status != 0) throw Error(Retry::never, "mariadb-install-db: " + result.error);
  start();
}

void LocalServer::start() {
  const std::string path = folder_.path();
  std::vector<std::string> arguments = with_user(
      {"/usr/sbin/mariadbd", "--no-defaults", "--datadir=" + path + "/data",
       "--socket=" + path + "/s", "--pid-file=" + path + "/pid", "--skip-networking",
       "--server-id=1", "--log-bin=" + path + "/data/bin", "--binlog-format=ROW", "--sync-binlog=1",
       "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=128M",
       "--innodb-log-file-size=64M", "--max-allowed-packet=256M", "--local-infile=1",
       "--event-scheduler=ON", "--log-bin-trust-function-creators=1", "--performance-schema=OFF",
       "--character-set-server=utf8mb4"});
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  process_ = std::make_unique<BackgroundProcess>(arguments, path + "/log");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto answers = [&] {
    return run_program(
               {"mariadb-admin", "--no-defaults", "-uroot", "ping", "--socket=" + path + "/s"})
               .status == 0;
  };
  while (!answers()) {
    if (process_->exited() || std::chrono::steady_clock::now() > deadline) {
      throw Error(Retry::never, "mariadbd did not start: " + read_file(path + "/log"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void LocalServer::crash() {
  ::kill(process_->pid(), SIGKILL);
  process_.reset();
  start();
}

MariadbServer LocalServer::as(const std::string& user, const std::string& password,
                              std::vector<std::string> schemas) const {
  return {.name = name_,
          .endpoint =
              [path = folder_.path()] {
                return Endpoint{path + "/s", 0};
              },
          .user = user,
          .password = Secret(password),
          .schemas = std::move(schemas),
          .acknowledged = {}};
}

Connection LocalServer::root() const {
  return Connection(as("root", "", {}));
}

void LocalServer::run(const std::vector<std::string>& statements) const {
  Connection connection = root();
  for (const std::string& statement : statements) connection.execute(statement);
}

}  // namespace hikkoshi::database::mariadb
