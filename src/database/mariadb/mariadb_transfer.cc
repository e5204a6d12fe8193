#include "database/mariadb/mariadb_transfer.h"

#include <chrono>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/account_copy.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/copy_record.h"
#include "database/mariadb/object_comparison.h"
#include "database/mariadb/pair_doctor.h"
#include "database/mariadb/quote.h"
#include "database/mariadb/row_comparison.h"
#include "database/mariadb/row_copy.h"
#include "database/mariadb/schema_object.h"
#include "database/mariadb/snapshot.h"
#include "database/mariadb/table_definition.h"
#include "database/mariadb/table_shape.h"

namespace hikkoshi::database {
namespace {

using namespace mariadb;
using Time = std::chrono::steady_clock;

double seconds_since(Time::time_point begun) {
  return std::chrono::duration<double>(Time::now() - begun).count();
}

std::string created(Connection& connection, const TableShape& table) {
  return *connection.query("SHOW CREATE TABLE " + quote_name(table.schema, table.name)).at(0).at(1);
}

void create_schemas(Connection& source, Connection& target, const MariadbServer& server,
                    CopyRecord& record) {
  for (const std::string& schema : server.schemas) {
    const Row row = source.query("SHOW CREATE DATABASE " + quote_name(schema)).at(0);
    record.add({.kind = "schema", .name = schema});
    target.execute(*row.at(1));
  }
}

std::vector<DeferredTable> create_tables(Connection& source, Connection& target,
                                         const std::vector<TableShape>& tables) {
  std::vector<DeferredTable> definitions;
  for (const TableShape& table : tables) {
    target.doing("create table " + table.text());
    definitions.push_back(defer_keys(created(source, table)));
    target.execute("USE " + quote_name(table.schema));
    target.execute(definitions.back().create);
  }
  return definitions;
}

// Last, for they may go round in circles; with foreign_key_checks=0 the server takes the rows as
// they are, and they are the source's.
void add_foreign_keys(Connection& target, const std::vector<TableShape>& tables,
                      const std::vector<DeferredTable>& definitions) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (definitions[i].foreign_keys.empty()) continue;
    target.doing("add foreign keys of " + tables[i].text());
    target.execute("USE " + quote_name(tables[i].schema));
    target.execute("ALTER TABLE " + quote_name(tables[i].name) + ' ' +
                   join(definitions[i].foreign_keys, ", "));
  }
}

Json count_objects(const std::vector<SchemaObject>& objects) {
  static const std::map<std::string, std::string> words{
      {"SEQUENCE", "sequences"}, {"VIEW", "views"},       {"PROCEDURE", "routines"},
      {"FUNCTION", "routines"},  {"PACKAGE", "routines"}, {"PACKAGE BODY", "routines"},
      {"TRIGGER", "triggers"},   {"EVENT", "events"}};
  Json counts{{"sequences", 0}, {"views", 0}, {"routines", 0}, {"triggers", 0}, {"events", 0}};
  for (const SchemaObject& object : objects) {
    const std::string& word = words.at(object.kind);
    counts[word] = counts[word].get<int>() + 1;
  }
  return counts;
}

std::vector<std::string> present_schemas(Connection& connection, const MariadbServer& server) {
  std::vector<std::string> present;
  for (Row& row : connection.query(
           "SELECT schema_name FROM information_schema.schemata WHERE schema_name IN " +
           quote_list(server.schemas))) {
    present.push_back(*row[0]);
  }
  return present;
}

void remove_made(Connection& connection, CopyRecord& record) {
  for (const Made& made : record.made()) {
    connection.doing("discard " + made.kind + ' ' + made.name);
    if (made.kind == "schema") {
      connection.execute("DROP DATABASE IF EXISTS " + quote_name(made.name));
    } else {
      connection.execute("DROP " + made.kind + " IF EXISTS " + made.name);
    }
  }
  record.remove();
}

}  // namespace

MariadbTransfer::MariadbTransfer(MariadbServer source, MariadbServer target,
                                 std::uint64_t chunk_bytes)
    : source_(std::move(source)), target_(std::move(target)), chunk_bytes_(chunk_bytes) {}

std::vector<Finding> MariadbTransfer::examine() {
  Connection source(source_), target(target_);
  return examine_pair(source, source_, target);
}

CopyResult MariadbTransfer::copy(const CopyOptions& options, std::stop_token stop) {
  const auto begun = Time::now();
  if (target() == Target::foreign) {
    throw Error(Retry::never, target_.name + ": the schemas are there and not from us",
                Exit::refused)
        .remedy("drop or rename them on the target, or choose another server");
  }
  discard();
  Connection source(source_), target(target_);
  CopyRecord record(target, target_.name);
  record.begin();
  create_schemas(source, target, source_, record);
  CopyResult result;
  const int users = copy_accounts(source, source_, target, target_, record);
  std::vector<SchemaObject> objects = read_objects(source, source_.schemas);
  result.objects = count_objects(objects);
  result.objects["users"] = users;
  const auto rest = std::stable_partition(objects.begin(), objects.end(),
                                          [](const auto& o) { return o.kind == "SEQUENCE"; });
  create_objects(target, {objects.begin(), rest});
  const std::vector<TableShape> tables = read_shapes(source, source_.schemas);
  const std::vector<DeferredTable> definitions = create_tables(source, target, tables);
  {
    Snapshot snapshot = take_snapshot(source_, std::max(1u, options.connections));
    result.position = snapshot.position;
    result.tables = copy_rows(
        {.source = &source_, .target = &target_, .copy = &options, .chunk_bytes = chunk_bytes_},
        snapshot, tables, definitions, stop);
  }
  add_foreign_keys(target, tables, definitions);
  create_objects(target, {rest, objects.end()});
  result.seconds = seconds_since(begun);
  record.finish(to_json(result));
  return result;
}

std::optional<Json> MariadbTransfer::copied() {
  Connection connection(target_);
  return CopyRecord(connection, target_.name).result();
}

Transfer::Target MariadbTransfer::target() {
  Connection connection(target_);
  const Target state = CopyRecord(connection, target_.name).state();
  if (state != Target::absent) return state;
  return present_schemas(connection, target_).empty() ? Target::absent : Target::foreign;
}

Comparison MariadbTransfer::compare(const CopyOptions& options, std::stop_token stop) {
  const auto begun = Time::now();
  Connection source(source_), target(target_);
  Comparison comparison;
  comparison.differences = compare_objects(source, source_, target, target_);
  compare_rows(
      {.source = &source_, .target = &target_, .copy = &options, .chunk_bytes = chunk_bytes_}, stop,
      comparison);
  comparison.seconds = seconds_since(begun);
  return comparison;
}

void MariadbTransfer::discard() {
  Connection connection(target_);
  CopyRecord record(connection, target_.name);
  if (record.state() != Target::absent) remove_made(connection, record);
}

}  // namespace hikkoshi::database
