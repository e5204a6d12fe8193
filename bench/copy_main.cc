// The copy of the product alone, for the benchmark: what the step copy-database does, without a
// move around it.
//
//   copy_bench OLD_SOCKET NEW_SOCKET SCHEMA [CONNECTIONS]
#include <cstdlib>
#include <stop_token>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/address.h"
#include "base/secret.h"
#include "database/database.h"
#include "database/mariadb/mariadb_transfer.h"

namespace {

hikkoshi::database::MariadbServer server(std::string name, std::string socket, std::string schema) {
  return {.name = std::move(name),
          .endpoint =
              [socket = std::move(socket)] {
                return hikkoshi::Endpoint{socket, 0};
              },
          .user = "root",
          .password = hikkoshi::Secret(""),
          .schemas = {std::move(schema)},
          .acknowledged = {}};
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() < 3) {
    fmt::print(stderr, "usage: copy_bench OLD_SOCKET NEW_SOCKET SCHEMA [CONNECTIONS]\n");
    return 64;
  }
  hikkoshi::database::MariadbTransfer transfer(server("old", given[0], given[2]),
                                               server("new", given[1], given[2]));
  hikkoshi::database::CopyOptions options;
  if (given.size() > 3) options.connections = static_cast<unsigned>(std::stoul(given[3]));
  const auto result = transfer.copy(options, std::stop_token{});
  for (const auto& table : result.tables) {
    fmt::print("{}: {} rows, {} bytes, {:.2f} s\n", table.table, table.rows, table.bytes,
               table.seconds);
  }
  fmt::print("all: {:.2f} s, position {}\n", result.seconds, result.position);
  return 0;
}
