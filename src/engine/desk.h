// Where requests are answered and the engine looks up from its work.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "engine/ending.h"
#include "engine/ledger.h"
#include "engine/requests.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// Reads requests, journals the answer to each, and says whether the engine must leave what it
/// does.
class Desk {
 public:
  /// `boot` names this boot of this machine: a steady clock compares only within it.
  Desk(Ledger& ledger, RequestSource& source, const plan::Plan& plan, std::string plan_hash,
       std::string boot, std::stop_token stop);

  /// Answers every request that is there.
  void read();

  /// read(), then: must we leave? Done means no. Within a critical stage that passed its pivot
  /// nothing calls but Ctrl-C.
  Ending look();

  /// How much of the critical stage's budget is left; empty outside of one and past its pivot.
  std::optional<Millis> budget_left() const;

  std::stop_token stop() const { return stop_; }

 private:
  void answer(const Request& request);
  std::string refusal(const Request& request) const;
  std::string refusal_of_approval(const Request& request) const;

  Ledger& ledger_;
  RequestSource& source_;
  const plan::Plan& plan_;
  std::string plan_hash_;
  std::string boot_;
  std::stop_token stop_;
};

/// The critical stage that has begun and is not done; null outside of one.
const journal::StageRow* open_critical_stage(const journal::State& state);

/// The gate of that id in the plan, and its stage's name ("finish" for those of finish).
struct PlacedGate {
  const plan::Gate* gate = nullptr;
  std::string stage;
};
PlacedGate find_gate(const plan::Plan& plan, const std::string& id);

/// How long ago the stage began: by the steady clock within one boot, by the calendar across
/// boots.
Millis elapsed(const journal::StageRow& stage, const Clock& clock, const std::string& boot);

}  // namespace hikkoshi::engine
