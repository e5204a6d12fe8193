// What a schema holds besides rows and tables: sequences, views, routines, triggers, events.
#pragma once

#include <string>
#include <vector>

#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// One object with all that its creation depends on.
struct SchemaObject {
  std::string kind =
      {};  ///< "SEQUENCE", "VIEW", "PROCEDURE", "PACKAGE BODY", "TRIGGER", "EVENT", ...
  std::string schema = {};
  std::string name = {};
  std::string definer = {};  ///< "app@%"; empty for a sequence.
  std::string create = {};   ///< Its statement, in the bytes of `charset`.
  std::string sql_mode = {};
  std::string charset = {};             ///< character_set_client at its creation.
  std::string collation = {};           ///< collation_connection likewise.
  std::string database_collation = {};  ///< The schema's collation then; empty for views.
  std::string time_zone = {};           ///< Of an event.
  std::string state = {};               ///< Of a sequence: its counters; of an event: its status.

  std::string text() const { return kind + ' ' + schema + '.' + name; }
};

/// All of the schemas, in an order in which they can be made: sequences first (a table's default
/// may use them), then packages and routines, views, triggers in their order of firing, events.
std::vector<SchemaObject> read_objects(Connection& connection,
                                       const std::vector<std::string>& schemas);

/// The events alone.
std::vector<SchemaObject> read_events(Connection& connection,
                                      const std::vector<std::string>& schemas);

/// Makes objects that have no other order than that of `read_objects`; views in the order that
/// their dependencies ask for; events disabled. Throws Error(never) with what is missing.
void create_objects(Connection& connection, const std::vector<SchemaObject>& objects);

/// An event's statement, disabled.
std::string disabled(std::string create);

/// The session settings of an object's creation, to be set before a statement about it.
void enter(Connection& connection, const SchemaObject& object);
void leave(Connection& connection);  ///< Our own session settings again.

}  // namespace hikkoshi::database::mariadb
