#include "engine/gatekeeper.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "engine/window.h"

namespace hikkoshi::engine {

Reading Gatekeeper::read(const plan::Gate& gate) {
  switch (gate.kind) {
    case plan::Gate::Kind::approval:
      return read_approval(gate);
    case plan::Gate::Kind::window:
      return Window(gate.arguments).read(ledger_.clock().now());
    case plan::Gate::Kind::time:
      if (!gate.condition.empty()) return ask_world(gate);
      if (gate.arguments.contains("after_the_move_ms")) return read_since_the_move(gate);
      return read_time(gate);
    case plan::Gate::Kind::condition:
      return ask_world(gate);
  }
  return {};
}

Reading Gatekeeper::read_approval(const plan::Gate& gate) const {
  std::string who = ledger_.state().gate(gate.id).approved_by;
  Reading reading;
  reading.open = !who.empty();
  reading.evidence = reading.open ? "approved by " + who : "nobody has approved yet";
  return reading;
}

Reading Gatekeeper::read_time(const plan::Gate& gate) const {
  if (!gate.arguments.is_object() || !gate.arguments.contains("not_before") ||
      !gate.arguments.at("not_before").is_string())
    throw Error(Retry::never, "time gate " + gate.id + " does not say when");
  WallTime opens = parse_time(gate.arguments.at("not_before").get<std::string>());
  Reading reading;
  reading.open = ledger_.clock().now() >= opens;
  reading.evidence = "not before " + format_time(opens);
  reading.opens_at = opens;
  return reading;
}

/// From the end of the last stage on: the whole move has been made since.
Reading Gatekeeper::read_since_the_move(const plan::Gate& gate) const {
  std::optional<WallTime> end;
  for (const auto& [name, stage] : ledger_.state().stages)
    if (stage.state == journal::StageRow::State::done && stage.ended)
      end = std::max(end.value_or(*stage.ended), *stage.ended);
  Reading reading;
  if (!end) {
    reading.evidence = "no stage is done yet";
    return reading;
  }
  WallTime opens = *end + Millis(gate.arguments.at("after_the_move_ms").get<std::int64_t>());
  reading.open = ledger_.clock().now() >= opens;
  reading.evidence = "the last stage ended at " + format_time(*end);
  reading.opens_at = opens;
  return reading;
}

Reading Gatekeeper::ask_world(const plan::Gate& gate) {
  Reading reading;
  auto ask = [&](std::stop_token) {
    Asked& asked = asked_[gate.id];
    if (!asked.notebook) asked.notebook = std::make_unique<StepNotebook>(gate.id, ledger_, hand_);
    if (!asked.condition) asked.condition = world_.make_condition(gate, *asked.notebook);
    reading = asked.condition->read();
  };
  auto failure = hand_.run(ask, [] { return true; });
  if (!failure) return reading;
  if (failure->retry() == Retry::never) throw *failure;
  Reading shut;
  shut.evidence = std::string("cannot be read now: ") + failure->what();
  return shut;
}

}  // namespace hikkoshi::engine
