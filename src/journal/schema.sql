-- The journal's tables. `event` is the truth; the rest is what it adds up to, written in the same
-- transaction, for those who read without folding. doc/journal.md explains each.
CREATE TABLE event (
  seq       INTEGER PRIMARY KEY,
  run       TEXT    NOT NULL,
  epoch     INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  subject   TEXT    NOT NULL,
  attempt   INTEGER NOT NULL,
  wall_ms   INTEGER NOT NULL,
  steady_ms INTEGER NOT NULL,
  body      TEXT    NOT NULL,
  prev      TEXT    NOT NULL,
  hash      TEXT    NOT NULL
);
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

-- One row: the newest run, and where the history ends (a cut tail is seen by it).
CREATE TABLE run (
  only      INTEGER PRIMARY KEY CHECK (only = 1),
  id        TEXT    NOT NULL,
  move      TEXT    NOT NULL,
  plan_hash TEXT    NOT NULL,
  plan      TEXT    NOT NULL,
  state     TEXT    NOT NULL,
  epoch     INTEGER NOT NULL,
  boot      TEXT    NOT NULL,
  pivot     INTEGER NOT NULL,
  paused    INTEGER NOT NULL,
  abort     INTEGER NOT NULL,
  exit      INTEGER NOT NULL,
  text      TEXT    NOT NULL,
  begun_ms  INTEGER,
  ended_ms  INTEGER,
  seq       INTEGER NOT NULL,
  head      TEXT    NOT NULL
);

CREATE TABLE stage (
  name            TEXT PRIMARY KEY,
  state           TEXT    NOT NULL,
  critical        INTEGER NOT NULL,
  pivot           INTEGER NOT NULL,
  reason          TEXT    NOT NULL,
  begun_ms        INTEGER,
  ended_ms        INTEGER,
  begun_steady_ms INTEGER NOT NULL,
  begun_boot      TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE step (
  id       TEXT PRIMARY KEY,
  stage    TEXT    NOT NULL,
  state    TEXT    NOT NULL,
  attempt  INTEGER NOT NULL,
  round    INTEGER NOT NULL,
  key      TEXT    NOT NULL,
  before   TEXT    NOT NULL,
  was      TEXT    NOT NULL,
  detail   TEXT    NOT NULL,
  begun_ms INTEGER,
  ended_ms INTEGER,
  intent   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE gate (
  id          TEXT PRIMARY KEY,
  stage       TEXT    NOT NULL,
  title       TEXT    NOT NULL,
  open        INTEGER NOT NULL,
  pivot       INTEGER NOT NULL,
  evidence    TEXT    NOT NULL,
  approved_by TEXT    NOT NULL,
  waiting_ms  INTEGER,
  opened_ms   INTEGER,
  opens_at_ms INTEGER
) WITHOUT ROWID;

CREATE TABLE fact (
  step  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (step, key)
) WITHOUT ROWID;

CREATE TABLE request (id TEXT PRIMARY KEY) WITHOUT ROWID;

-- No history: the newest word of each running step and waiting gate.
CREATE TABLE progress (subject TEXT PRIMARY KEY, value TEXT NOT NULL, wall_ms INTEGER NOT NULL)
  WITHOUT ROWID;
