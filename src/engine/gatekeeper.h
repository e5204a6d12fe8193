// Reads gates.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/hand.h"
#include "engine/ledger.h"
#include "engine/notebook.h"
#include "engine/step.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// Knows for each kind of gate whom to ask: the clock, the journal or the world.
class Gatekeeper {
 public:
  Gatekeeper(World& world, Ledger& ledger, Hand& hand)
      : world_(world), ledger_(ledger), hand_(hand) {}

  /// What the gate says now. A condition that cannot be read keeps it shut, with the reason as
  /// evidence. Throws Error(never) for a gate that will never be readable.
  Reading read(const plan::Gate& gate);

 private:
  /// A condition and the notebook that it was made with.
  struct Asked {
    std::unique_ptr<StepNotebook> notebook;
    std::unique_ptr<Condition> condition;
  };

  Reading read_approval(const plan::Gate& gate) const;
  Reading read_time(const plan::Gate& gate) const;
  Reading read_since_the_move(const plan::Gate& gate) const;
  Reading ask_world(const plan::Gate& gate);

  World& world_;
  Ledger& ledger_;
  Hand& hand_;
  std::map<std::string, Asked> asked_;
};

}  // namespace hikkoshi::engine
