#include "journal/event.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::journal {

namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 29> names{{
    {Kind::run_begun, "run-begun"},
    {Kind::epoch_raised, "epoch-raised"},
    {Kind::stage_begun, "stage-begun"},
    {Kind::pivot_passed, "pivot-passed"},
    {Kind::stage_done, "stage-done"},
    {Kind::stage_undoing, "stage-undoing"},
    {Kind::stage_undone, "stage-undone"},
    {Kind::step_found, "step-found"},
    {Kind::step_intended, "step-intended"},
    {Kind::step_done, "step-done"},
    {Kind::step_failed, "step-failed"},
    {Kind::step_unknown, "step-unknown"},
    {Kind::step_foreign, "step-foreign"},
    {Kind::undo_intended, "undo-intended"},
    {Kind::step_undone, "step-undone"},
    {Kind::undo_failed, "undo-failed"},
    {Kind::gate_waiting, "gate-waiting"},
    {Kind::gate_open, "gate-open"},
    {Kind::request_accepted, "request-accepted"},
    {Kind::request_refused, "request-refused"},
    {Kind::fact, "fact"},
    {Kind::run_paused, "run-paused"},
    {Kind::run_resumed, "run-resumed"},
    {Kind::run_stopped, "run-stopped"},
    {Kind::run_completed, "run-completed"},
    {Kind::rollback_begun, "rollback-begun"},
    {Kind::rolled_back, "rolled-back"},
    {Kind::finish_begun, "finish-begun"},
    {Kind::finished, "finished"},
}};

}  // namespace

std::string_view to_string(Kind kind) {
  for (const auto& [value, name] : names)
    if (value == kind) return name;
  HIKKOSHI_ASSERT(!"every kind has a name");
  return "";
}

Kind kind_from(std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  throw Error(Retry::never, fmt::format("the journal knows no event '{}'", text));
}

std::string first_prev() {
  return std::string(64, '0');
}

namespace {

Json hashed_part(const Event& event) {
  return {{"seq", event.seq},
          {"run", event.run},
          {"epoch", event.epoch},
          {"kind", to_string(event.kind)},
          {"subject", event.subject},
          {"attempt", event.attempt},
          {"wall_ms", event.wall.time_since_epoch().count()},
          {"steady_ms", event.steady.count()},
          {"body", event.body}};
}

}  // namespace

std::string content(const Event& event) {
  return canonical(hashed_part(event));
}

std::string hash(const Event& event) {
  return sha256(event.prev + "|" + content(event));
}

Json to_json(const Event& event) {
  Json json = hashed_part(event);
  json["prev"] = event.prev;
  json["hash"] = event.hash;
  return json;
}

Event event_from_json(const Json& json) {
  try {
    Event event;
    event.kind = kind_from(json.at("kind").get<std::string>());
    event.subject = json.at("subject");
    event.attempt = json.at("attempt");
    event.body = json.at("body");
    event.run = json.at("run");
    event.epoch = json.at("epoch");
    event.wall = WallTime(Millis(json.at("wall_ms").get<std::int64_t>()));
    event.steady = Millis(json.at("steady_ms").get<std::int64_t>());
    event.seq = json.at("seq");
    event.prev = json.at("prev");
    event.hash = json.at("hash");
    return event;
  } catch (const Json::exception& error) {
    throw Error(Retry::never, fmt::format("not an event: {}", error.what()));
  }
}

std::vector<Event> chained(std::vector<Event> events, std::uint64_t seq, std::string prev) {
  for (Event& event : events) {
    event.seq = ++seq;
    event.prev = std::move(prev);
    event.body = Json::parse(canonical(event.body));  // What is not UTF-8 reads back as written.
    event.hash = hash(event);
    prev = event.hash;
  }
  return events;
}

void check_link(const Event& event, std::uint64_t seq, const std::string& prev) {
  if (event.seq == seq + 1 && event.prev == prev && event.hash == hash(event)) return;
  throw Error(Retry::never,
              fmt::format("the journal was changed or torn: event {} does not follow event {}",
                          event.seq, seq),
              Exit::needs_human)
      .remedy("keep the state directory as it is and look at the world; do not edit the journal");
}

}  // namespace hikkoshi::journal
