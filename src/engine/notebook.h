// A step's notebook: its door to the journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/locked.h"
#include "engine/hand.h"
#include "engine/ledger.h"
#include "engine/step.h"

namespace hikkoshi::engine {

/// Thread-safe as the interface promises: facts are journaled on the engine's thread while the
/// step waits, progress is picked up by it from time to time.
class StepNotebook : public Notebook {
 public:
  StepNotebook(std::string step, Ledger& ledger, Hand& hand)
      : step_(std::move(step)), ledger_(ledger), hand_(hand) {}

  void progress(const Json& progress) override;
  void fact(std::string_view key, const Json& value) override;
  std::optional<Json> recall(std::string_view step, std::string_view key) const override;
  std::optional<Json> before_of(std::string_view step) const override;

  /// What progress said since the last call; empty for nothing new. For the engine.
  std::optional<Json> take_progress();

 private:
  std::string step_;
  Ledger& ledger_;
  Hand& hand_;
  Locked<std::optional<Json>> progress_;
};

}  // namespace hikkoshi::engine
