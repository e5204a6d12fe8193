#include "database/mariadb/schema_object.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

using Objects = std::vector<SchemaObject>;

// The text in the charset in which it was written, for another would change its literals.
void read_text(Connection& connection, SchemaObject& object, std::size_t column) {
  connection.execute("SET SESSION character_set_results=" + quote_text(object.charset));
  const std::vector<Row> rows =
      connection.query("SHOW CREATE " + object.kind + ' ' + quote_name(object.schema, object.name));
  connection.execute("SET SESSION character_set_results=utf8mb4");
  if (rows.size() != 1 || !rows[0].at(column)) {
    throw Error(Retry::never, connection.name() + ": the text of " + object.text() + " is hidden")
        .remedy("grant SELECT on mysql.* and SHOW VIEW on the schema to the mover");
  }
  object.create = *rows[0][column];
  // The dictionary's own text of it knows a name that SET does not: INVALID_DATES.
  if (column > 1) object.sql_mode = rows[0][1].value_or("");
}

void read_sequences(Connection& connection, const std::string& list, Objects& objects) {
  for (Row& row : connection.query("SELECT table_schema, table_name FROM information_schema.tables"
                                   " WHERE table_type='SEQUENCE' AND table_schema IN " +
                                   list + " ORDER BY 1, 2")) {
    SchemaObject object{.kind = "SEQUENCE", .schema = *row[0], .name = *row[1]};
    object.charset = "utf8mb4";
    read_text(connection, object, 1);
    const Row counters = connection
                             .query("SELECT next_not_cached_value, cycle_count FROM " +
                                    quote_name(object.schema, object.name))
                             .at(0);
    object.state = *counters[0] + ",0," + *counters[1];
    objects.push_back(std::move(object));
  }
}

void read_views(Connection& connection, const std::string& list, Objects& objects) {
  for (Row& row : connection.query(
           "SELECT table_schema, table_name, definer, character_set_client, collation_connection"
           " FROM information_schema.views WHERE table_schema IN " +
           list + " ORDER BY 1, 2")) {
    SchemaObject object{.kind = "VIEW", .schema = *row[0], .name = *row[1], .definer = *row[2]};
    object.charset = *row[3];
    object.collation = *row[4];
    read_text(connection, object, 1);
    objects.push_back(std::move(object));
  }
}

struct Source {
  const char* query;  // kind, schema, name, definer, sql_mode, charset, two collations, zone, state
  std::size_t text;   // The column of SHOW CREATE.
};

constexpr Source routines{
    "SELECT routine_type, routine_schema, routine_name, definer, sql_mode, character_set_client,"
    " collation_connection, database_collation, '', '' FROM information_schema.routines"
    " WHERE routine_schema IN {} ORDER BY routine_type='PACKAGE' DESC, 1, 2, 3",
    2};
constexpr Source triggers{
    "SELECT 'TRIGGER', trigger_schema, trigger_name, definer, sql_mode, character_set_client,"
    " collation_connection, database_collation, '', '' FROM information_schema.triggers"
    " WHERE trigger_schema IN {} ORDER BY 2, event_object_table, event_manipulation,"
    " action_timing, action_order",
    2};
constexpr Source events{
    "SELECT 'EVENT', event_schema, event_name, definer, sql_mode, character_set_client,"
    " collation_connection, database_collation, time_zone, status"
    " FROM information_schema.events WHERE event_schema IN {} ORDER BY 2, 3",
    3};

void read_stored(Connection& connection, const Source& source, const std::string& list,
                 Objects& objects) {
  for (Row& row : connection.query(fmt::format(fmt::runtime(source.query), list))) {
    SchemaObject object{.kind = *row[0],
                        .schema = *row[1],
                        .name = *row[2],
                        .definer = *row[3],
                        .create = "",
                        .sql_mode = *row[4],
                        .charset = *row[5],
                        .collation = *row[6],
                        .database_collation = *row[7],
                        .time_zone = *row[8],
                        .state = *row[9]};
    read_text(connection, object, source.text);
    objects.push_back(std::move(object));
  }
}

// A routine keeps its schema's collation of the day it was made.
std::string swap_collation(Connection& connection, const std::string& schema,
                           const std::string& collation) {
  const std::string now = connection.value(
      "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name=" +
      quote_text(schema));
  if (collation.empty() || collation == now) return "";
  connection.execute("ALTER DATABASE " + quote_name(schema) + " COLLATE " + collation);
  return now;
}

std::optional<Refusal> create(Connection& connection, const SchemaObject& object) {
  connection.doing("create " + object.text());
  connection.execute("USE " + quote_name(object.schema));
  const std::string collation =
      swap_collation(connection, object.schema, object.database_collation);
  enter(connection, object);
  const auto refusal =
      connection.attempt(object.kind == "EVENT" ? disabled(object.create) : object.create);
  leave(connection);
  swap_collation(connection, object.schema, collation);
  if (!refusal && object.kind == "SEQUENCE") {
    connection.query(
        fmt::format("SELECT SETVAL({},{})", quote_name(object.schema, object.name), object.state));
  }
  return refusal;
}

bool is_missing(const Refusal& refusal) {
  constexpr unsigned no_such_table = 1146, view_invalid = 1356;
  return refusal.code == no_such_table || refusal.code == view_invalid;
}

// A view that runs with its definer's rights; empty for one that runs with its caller's.
std::optional<SchemaObject> as_invokers(const SchemaObject& view) {
  constexpr std::string_view definers = " SQL SECURITY DEFINER VIEW ",
                             invokers = " SQL SECURITY INVOKER VIEW ";
  const std::size_t at = view.create.find(definers);
  if (at == std::string::npos) return std::nullopt;
  SchemaObject result = view;
  result.create.replace(at, definers.size(), invokers);
  return result;
}

void require(const Connection& connection, const SchemaObject& object,
             const std::optional<Refusal>& refusal) {
  if (!refusal) return;
  throw Error(Retry::never, fmt::format("{}: create {}: {} ({})", connection.name(), object.text(),
                                        refusal->text, refusal->code));
}

// Those that are waiting for another one are tried again, as long as any could be made. The server
// checks the definer's rights on a view inside a view, and definers have none before the target is
// opened: so all are made with the caller's rights, ours, and become their definers' afterwards,
// the outermost first.
void create_views(Connection& connection, Objects views) {
  Objects made;
  while (!views.empty()) {
    Objects waiting;
    std::optional<Refusal> reason;
    for (SchemaObject& view : views) {
      auto refusal = create(connection, as_invokers(view).value_or(view));
      if (refusal && !is_missing(*refusal)) require(connection, view, refusal);
      if (refusal) reason = refusal;
      (refusal ? waiting : made).push_back(std::move(view));
    }
    if (waiting.size() == views.size()) require(connection, waiting.front(), reason);
    views = std::move(waiting);
  }
  for (auto view = made.rbegin(); view != made.rend(); ++view) {
    if (!as_invokers(*view)) continue;
    view->create.replace(0, std::string_view("CREATE").size(), "ALTER");
    require(connection, *view, create(connection, *view));
  }
}

}  // namespace

void enter(Connection& connection, const SchemaObject& object) {
  std::string settings = "SET SESSION sql_mode=" + quote_text(object.sql_mode);
  if (!object.time_zone.empty()) settings += ", time_zone=" + quote_text(object.time_zone);
  if (!object.collation.empty()) {
    settings += ", character_set_client=" + quote_text(object.charset) +
                ", collation_connection=" + quote_text(object.collation);
  }
  connection.execute(settings);
}

void leave(Connection& connection) {
  connection.execute("SET NAMES utf8mb4");
  connection.execute(
      "SET SESSION time_zone='+00:00',"
      " sql_mode='NO_AUTO_VALUE_ON_ZERO,NO_AUTO_CREATE_USER,ALLOW_INVALID_DATES'");
}

Objects read_objects(Connection& connection, const std::vector<std::string>& schemas) {
  const std::string list = quote_list(schemas);
  Objects objects;
  read_sequences(connection, list, objects);
  read_stored(connection, routines, list, objects);
  read_views(connection, list, objects);
  read_stored(connection, triggers, list, objects);
  read_stored(connection, events, list, objects);
  return objects;
}

Objects read_events(Connection& connection, const std::vector<std::string>& schemas) {
  Objects objects;
  read_stored(connection, events, quote_list(schemas), objects);
  return objects;
}

void create_objects(Connection& connection, const Objects& objects) {
  Objects views;
  bool done = false;
  for (const SchemaObject& object : objects) {
    if (object.kind == "VIEW") {
      views.push_back(object);
      continue;
    }
    // Triggers and events may use views; routines are before them, and views may use those.
    if (!done && (object.kind == "TRIGGER" || object.kind == "EVENT")) {
      create_views(connection, std::exchange(views, {}));
      done = true;
    }
    require(connection, object, create(connection, object));
  }
  create_views(connection, std::move(views));
}

std::string disabled(std::string create) {
  constexpr std::array<std::string_view, 2> ends{" ON COMPLETION NOT PRESERVE ENABLE",
                                                 " ON COMPLETION PRESERVE ENABLE"};
  char quote = 0;
  for (std::size_t i = 0; i < create.size(); ++i) {
    const char c = create[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '`' || c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ') {
      for (const std::string_view end : ends) {
        if (!std::string_view(create).substr(i).starts_with(end)) continue;
        create.replace(i + end.size() - 6, 6, "DISABLE");
        return create;
      }
    }
  }
  return create;
}

}  // namespace hikkoshi::database::mariadb
