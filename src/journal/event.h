// What the journal holds: one line of history.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace hikkoshi::journal {

/// What happened. The names in text are the enumerators with '-' for '_'; they are part of the
/// file format (doc/journal.md) and never change their meaning.
enum class Kind {
  run_begun,      ///< body: move, plan_hash, plan (whole).
  epoch_raised,   ///< body: holder, boot. From here on only this epoch may act.
  stage_begun,    ///< subject: stage; body: critical, budget_ms. The budget runs.
  pivot_passed,   ///< subject: stage; body: evidence. Seen in the world after an unknown outcome.
  stage_done,     ///< subject: stage.
  stage_undoing,  ///< subject: stage; body: reason. From here on the stage goes back.
  stage_undone,   ///< subject: stage.
  step_found,     ///< Done before we came; never undone. body: stage, detail.
  step_intended,  ///< body: stage, key, before, was, deadline, [held], [finish].
  step_done,      ///< body: detail, [adopted], [pivot].
  step_failed,    ///< An attempt failed for certain. body: error, retry, remedy.
  step_unknown,   ///< The outcome is not known: observe before anything else. body: error.
  step_foreign,   ///< Somebody else changed it. body: detail.
  undo_intended,  ///< Before every attempt to undo.
  step_undone,    ///< body: detail.
  undo_failed,    ///< body: error, retry, remedy.
  gate_waiting,   ///< body: stage, title, evidence, [opens_at].
  gate_open,      ///< body: stage, evidence, [pivot].
  request_accepted,  ///< subject: gate or empty; body: the request.
  request_refused,   ///< subject: gate or empty; body: the request, reason.
  fact,              ///< subject: step; body: key, value.
  run_paused,        ///< body: who.
  run_resumed,       ///< body: who.
  run_stopped,       ///< body: exit, text. Can be continued.
  run_completed,     ///< Every stage is done; `finish` or `rollback` remain.
  rollback_begun,    ///< body: lose_writes, reason.
  rolled_back,       ///< Everything this run did is undone. The run is over.
  finish_begun,
  finished,  ///< The run is over.
};

std::string_view to_string(Kind kind);

/// Throws Error(never) for a word that names no kind.
Kind kind_from(std::string_view text);

/// One line of history. The journal fills seq, prev and hash; the writer the rest.
struct Event {
  Kind kind = Kind::fact;
  std::string subject;         ///< The id of a step, a gate or a stage; may be empty.
  int attempt = 0;             ///< Of a step, from 1; else 0.
  Json body = Json::object();  ///< No secret, ever.
  std::string run;
  std::uint64_t epoch = 0;
  WallTime wall{};        ///< For people.
  Millis steady{0};       ///< Comparable within one boot of one machine.
  std::uint64_t seq = 0;  ///< From 1, without a hole.
  std::string prev;       ///< The hash of the event before; 64 zeros for the first.
  std::string hash;       ///< SHA-256 of prev, '|' and content().

  bool operator==(const Event&) const = default;
};

/// The `prev` of the first event.
std::string first_prev();

/// Canonical text of everything but prev and hash.
std::string content(const Event& event);

/// The hash that `event` must have after `event.prev`.
std::string hash(const Event& event);

/// One JSON object with all fields; event_from_json reads it back, throwing Error(never).
Json to_json(const Event& event);
Event event_from_json(const Json& json);

/// Numbers and chains `events` after an event (seq, hash); (0, first_prev()) for none.
std::vector<Event> chained(std::vector<Event> events, std::uint64_t seq, std::string prev);

/// Throws Error(never, needs_human) naming the place when `event` does not follow (seq, prev).
void check_link(const Event& event, std::uint64_t seq, const std::string& prev);

}  // namespace hikkoshi::journal
