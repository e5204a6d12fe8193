// Stages: gates, order, budget, pivot, and the way back.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/desk.h"
#include "engine/ending.h"
#include "engine/gatekeeper.h"
#include "engine/ledger.h"
#include "engine/step_runner.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// Carries stages of one plan forward, or everything back.
class StageRunner {
 public:
  struct Options {
    bool wait_at_gates = true;
    Millis poll{250};  ///< Between two readings of a shut gate, or looks while paused.
  };
  StageRunner(const plan::Plan& plan, Ledger& ledger, Desk& desk, Gatekeeper& gates,
              StepRunner& steps, Options options)
      : plan_(plan),
        ledger_(ledger),
        desk_(desk),
        gates_(gates),
        steps_(steps),
        options_(options) {}

  /// From wherever the journal says the stage is, to done. A critical stage that fails before its
  /// pivot ends undone.
  Ending run(const plan::Stage& stage);

  /// Everything this run did, in the reverse order of its intents. Ctrl-C is heeded between steps;
  /// the rest is undone by the next call.
  Ending undo_everything();

  /// Makes the journal know whether a critical stage whose pivot has an unknown outcome has passed
  /// it. Not done when the world does not say.
  Ending settle_pivots();

 private:
  Ending start(const plan::Stage& stage, size_t first);
  Ending run_critical(const plan::Stage& stage, size_t first);
  Ending run_items(const plan::Stage& stage, size_t first);
  Ending open_leading_gates(const plan::Stage& stage, size_t first);
  Ending pass(const plan::Stage& stage, const plan::Gate& gate, bool leading);
  Ending shut(const plan::Stage& stage, const plan::Gate& gate, const Reading& reading,
              bool first_look);
  Ending between();
  std::optional<bool> pivot_passed(const plan::Stage& stage, Ending& trouble);
  Ending undo_stage(const plan::Stage& stage, const Ending& cause);
  Ending undo_steps(const std::function<bool(const journal::StepRow&)>& wanted, bool may_stop);
  const plan::Step& step_of(const std::string& id) const;

  const plan::Plan& plan_;
  Ledger& ledger_;
  Desk& desk_;
  Gatekeeper& gates_;
  StepRunner& steps_;
  Options options_;
  bool waited_ = false;  ///< Some leading gate was shut in this sweep.
};

}  // namespace hikkoshi::engine
