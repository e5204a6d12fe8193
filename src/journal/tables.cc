#include "journal/tables.h"

#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "journal/schema.h"

namespace hikkoshi::journal {

namespace {

std::optional<std::int64_t> millis(const std::optional<WallTime>& time) {
  if (!time) return {};
  return time->time_since_epoch().count();
}

std::optional<WallTime> wall(std::optional<std::int64_t> millis) {
  if (!millis) return {};
  return WallTime(Millis(*millis));
}

/// The enumerator whose word is `text`, searched up to `last`.
template <typename Enum>
Enum enum_from(const std::string& text, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  throw Error(Retry::never, fmt::format("the journal knows no state '{}'", text),
              Exit::needs_human);
}

void put_run(Sqlite& connection, const State& state) {
  const RunRow& run = state.run;
  Statement(connection, "REPLACE INTO run VALUES (1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .with(run.id)
      .with(run.move)
      .with(run.plan_hash)
      .with(canonical(state.plan))
      .with(to_string(run.state))
      .with(std::int64_t(run.epoch))
      .with(run.boot)
      .with(std::int64_t(run.pivot))
      .with(std::int64_t(run.paused))
      .with(std::int64_t(run.abort))
      .with(std::int64_t(run.exit))
      .with(run.text)
      .with(millis(run.begun))
      .with(millis(run.ended))
      .with(std::int64_t(state.seq))
      .with(state.head)
      .run();
}

/// The run's row without its plan, which is long and never changes within a run.
void update_run(Sqlite& connection, const State& state) {
  const RunRow& run = state.run;
  Statement(connection,
            "UPDATE run SET state=?, epoch=?, boot=?, pivot=?, paused=?, abort=?, exit=?, text=?, "
            "ended_ms=?, seq=?, head=?")
      .with(to_string(run.state))
      .with(std::int64_t(run.epoch))
      .with(run.boot)
      .with(std::int64_t(run.pivot))
      .with(std::int64_t(run.paused))
      .with(std::int64_t(run.abort))
      .with(std::int64_t(run.exit))
      .with(run.text)
      .with(millis(run.ended))
      .with(std::int64_t(state.seq))
      .with(state.head)
      .run();
}

void put_stage(Sqlite& connection, const StageRow& row) {
  Statement(connection, "REPLACE INTO stage VALUES (?,?,?,?,?,?,?,?,?)")
      .with(row.name)
      .with(to_string(row.state))
      .with(std::int64_t(row.critical))
      .with(std::int64_t(row.pivot))
      .with(row.reason)
      .with(millis(row.begun))
      .with(millis(row.ended))
      .with(std::int64_t(row.begun_steady.count()))
      .with(row.begun_boot)
      .run();
}

void put_step(Sqlite& connection, const StepRow& row) {
  Statement(connection, "REPLACE INTO step VALUES (?,?,?,?,?,?,?,?,?,?,?,?)")
      .with(row.id)
      .with(row.stage)
      .with(to_string(row.state))
      .with(std::int64_t(row.attempt))
      .with(std::int64_t(row.round))
      .with(row.key)
      .with(canonical(row.before))
      .with(row.was)
      .with(row.detail)
      .with(millis(row.begun))
      .with(millis(row.ended))
      .with(std::int64_t(row.intent))
      .run();
}

void put_gate(Sqlite& connection, const GateRow& row) {
  Statement(connection, "REPLACE INTO gate VALUES (?,?,?,?,?,?,?,?,?,?)")
      .with(row.id)
      .with(row.stage)
      .with(row.title)
      .with(std::int64_t(row.open))
      .with(std::int64_t(row.pivot))
      .with(row.evidence)
      .with(row.approved_by)
      .with(millis(row.waiting))
      .with(millis(row.opened))
      .with(millis(row.opens_at))
      .run();
}

void start_run(Sqlite& connection, const State& state) {
  for (const char* table : {"stage", "step", "gate", "fact", "request", "progress"})
    connection.execute(fmt::format("DELETE FROM {}", table));
  put_run(connection, state);
}

void put_fact(Sqlite& connection, const Event& event) {
  Statement(connection, "REPLACE INTO fact VALUES (?,?,?)")
      .with(event.subject)
      .with(event.body.at("key").get<std::string>())
      .with(canonical(event.body.at("value")))
      .run();
}

void load_run(Sqlite& connection, State& state) {
  Statement rows(connection, "SELECT * FROM run");
  if (!rows.next()) return;
  RunRow& run = state.run;
  run.id = rows.text(1);
  run.move = rows.text(2);
  run.plan_hash = rows.text(3);
  state.plan = parse_json(rows.text(4), "the journal's plan");
  run.state = enum_from(rows.text(5), RunRow::State::finished);
  run.epoch = std::uint64_t(rows.number(6));
  run.boot = rows.text(7);
  run.pivot = rows.number(8) != 0;
  run.paused = rows.number(9) != 0;
  run.abort = rows.number(10) != 0;
  run.exit = int(rows.number(11));
  run.text = rows.text(12);
  run.begun = wall(rows.maybe_number(13));
  run.ended = wall(rows.maybe_number(14));
  state.seq = std::uint64_t(rows.number(15));
  state.head = rows.text(16);
}

void load_stages(Sqlite& connection, State& state) {
  Statement rows(connection, "SELECT * FROM stage");
  while (rows.next()) {
    StageRow row;
    row.name = rows.text(0);
    row.state = enum_from(rows.text(1), StageRow::State::undone);
    row.critical = rows.number(2) != 0;
    row.pivot = rows.number(3) != 0;
    row.reason = rows.text(4);
    row.begun = wall(rows.maybe_number(5));
    row.ended = wall(rows.maybe_number(6));
    row.begun_steady = Millis(rows.number(7));
    row.begun_boot = rows.text(8);
    state.stages[row.name] = row;
  }
}

void load_steps(Sqlite& connection, State& state) {
  Statement rows(connection, "SELECT * FROM step");
  while (rows.next()) {
    StepRow row;
    row.id = rows.text(0);
    row.stage = rows.text(1);
    row.state = enum_from(rows.text(2), StepState::undone);
    row.attempt = int(rows.number(3));
    row.round = int(rows.number(4));
    row.key = rows.text(5);
    row.before = parse_json(rows.text(6), "a step's before in the journal");
    row.was = rows.text(7);
    row.detail = rows.text(8);
    row.begun = wall(rows.maybe_number(9));
    row.ended = wall(rows.maybe_number(10));
    row.intent = std::uint64_t(rows.number(11));
    state.steps[row.id] = row;
  }
}

void load_gates(Sqlite& connection, State& state) {
  Statement rows(connection, "SELECT * FROM gate");
  while (rows.next()) {
    GateRow row;
    row.id = rows.text(0);
    row.stage = rows.text(1);
    row.title = rows.text(2);
    row.open = rows.number(3) != 0;
    row.pivot = rows.number(4) != 0;
    row.evidence = rows.text(5);
    row.approved_by = rows.text(6);
    row.waiting = wall(rows.maybe_number(7));
    row.opened = wall(rows.maybe_number(8));
    row.opens_at = wall(rows.maybe_number(9));
    state.gates[row.id] = row;
  }
}

}  // namespace

void create_tables(Sqlite& connection) {
  if (connection.value("SELECT count(*) FROM sqlite_schema") == "0") {
    Transaction transaction(connection, Transaction::Kind::write);
    connection.execute(schema_sql);
    connection.execute(fmt::format("PRAGMA user_version={}", schema_version));
    transaction.commit();
  }
  check_tables(connection);
}

void check_tables(Sqlite& connection) {
  std::string version = connection.value("PRAGMA user_version").value_or("0");
  if (version != std::to_string(schema_version))
    throw Error(Retry::never, fmt::format("the journal has format {}, this program reads format {}",
                                          version, schema_version));
}

void insert_event(Sqlite& connection, const Event& event) {
  Statement(connection, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?)")
      .with(std::int64_t(event.seq))
      .with(event.run)
      .with(std::int64_t(event.epoch))
      .with(to_string(event.kind))
      .with(event.subject)
      .with(std::int64_t(event.attempt))
      .with(std::int64_t(event.wall.time_since_epoch().count()))
      .with(std::int64_t(event.steady.count()))
      .with(canonical(event.body))
      .with(event.prev)
      .with(event.hash)
      .run();
}

void project(Sqlite& connection, const State& state, const Event& event) {
  if (event.kind == Kind::run_begun) return start_run(connection, state);
  update_run(connection, state);
  const std::string& subject = event.subject;
  if (auto step = state.steps.find(subject); step != state.steps.end()) {
    put_step(connection, step->second);
    // A step that is the pivot changes its stage's row, too.
    if (auto stage = state.stages.find(step->second.stage); stage != state.stages.end())
      put_stage(connection, stage->second);
  }
  if (auto gate = state.gates.find(subject); gate != state.gates.end()) {
    put_gate(connection, gate->second);
    if (auto stage = state.stages.find(gate->second.stage); stage != state.stages.end())
      put_stage(connection, stage->second);
  }
  if (auto stage = state.stages.find(subject); stage != state.stages.end())
    put_stage(connection, stage->second);
  if (event.kind == Kind::stage_undone)
    Statement(connection, "DELETE FROM gate WHERE stage=?").with(subject).run();
  if (event.kind == Kind::fact) put_fact(connection, event);
  if (event.kind == Kind::request_accepted || event.kind == Kind::request_refused)
    Statement(connection, "REPLACE INTO request VALUES (?)")
        .with(event.body.at("id").get<std::string>())
        .run();
}

std::vector<Event> load_events(Sqlite& connection, std::uint64_t after) {
  Statement rows(connection, "SELECT * FROM event WHERE seq>? ORDER BY seq");
  rows.with(std::int64_t(after));
  std::vector<Event> events;
  while (rows.next()) {
    Event event;
    event.seq = std::uint64_t(rows.number(0));
    event.run = rows.text(1);
    event.epoch = std::uint64_t(rows.number(2));
    event.kind = kind_from(rows.text(3));
    event.subject = rows.text(4);
    event.attempt = int(rows.number(5));
    event.wall = WallTime(Millis(rows.number(6)));
    event.steady = Millis(rows.number(7));
    event.body = parse_json(rows.text(8), fmt::format("event {} of the journal", event.seq));
    event.prev = rows.text(9);
    event.hash = rows.text(10);
    events.push_back(std::move(event));
  }
  return events;
}

State load_state(Sqlite& connection) {
  State state;
  load_run(connection, state);
  load_stages(connection, state);
  load_steps(connection, state);
  load_gates(connection, state);
  Statement facts(connection, "SELECT step, key, value FROM fact");
  while (facts.next())
    state.facts[{facts.text(0), facts.text(1)}] = parse_json(facts.text(2), "a journaled fact");
  Statement requests(connection, "SELECT id FROM request");
  while (requests.next()) state.requests.insert(requests.text(0));
  return state;
}

void store_progress(Sqlite& connection, const std::string& subject, const Json& value,
                    WallTime now) {
  Statement(connection, "REPLACE INTO progress VALUES (?,?,?)")
      .with(subject)
      .with(canonical(value))
      .with(std::int64_t(now.time_since_epoch().count()))
      .run();
}

std::map<std::string, Json> load_progress(Sqlite& connection) {
  std::map<std::string, Json> progress;
  Statement rows(connection, "SELECT subject, value FROM progress");
  while (rows.next()) progress[rows.text(0)] = parse_json(rows.text(1), "a progress");
  return progress;
}

}  // namespace hikkoshi::journal
