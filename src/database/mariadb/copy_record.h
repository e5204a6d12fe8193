// What tells our copy on a server from somebody else's data: the tables of the schema `hikkoshi`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database/database.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// Something that a copy made, written down before it was made.
struct Made {
  std::string kind;  ///< "schema", "user" or "role".
  std::string name;  ///< A schema's name, or an account as GRANT writes it.
};

/// The record of one database's copy on its target. Not thread-safe.
class CopyRecord {
 public:
  /// `name` is the target's, as in the move file: one server may hold the copies of several.
  CopyRecord(Connection& connection, std::string name);

  Transfer::Target state();  ///< absent, unfinished or whole; never foreign.
  void begin();              ///< unfinished.
  void add(const Made& made);
  std::vector<Made> made();
  void finish(const Json& result);  ///< whole; `result` is kept with it.
  std::optional<Json> result();     ///< What `finish` was given; empty unless whole.
  void remove();  ///< absent; the schema `hikkoshi` too when nothing else is in it.

 private:
  bool exists();

  Connection& connection_;
  std::string name_;
};

}  // namespace hikkoshi::database::mariadb
