// For tests: one step and what the engine would do with it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "steps/context.h"
#include "steps/testing/mem_drivers.h"

namespace hikkoshi::engine {

/// How a state is printed when a test fails.
void PrintTo(Observation::State state, std::ostream* out);

}  // namespace hikkoshi::engine

namespace hikkoshi::steps {

/// What a journal keeps for the steps. It survives the crashes of a test.
struct MemRecords {
  std::map<std::pair<std::string, std::string>, Json> facts;  ///< By step and key.
  std::map<std::string, Json> befores;                        ///< By step.
  std::vector<Json> progress;

  std::string text() const;  ///< All of it, to look for what must not be there.
};

/// The notebook of one step over them. Not thread-safe.
class MemNotebook : public engine::Notebook {
 public:
  MemNotebook(MemRecords& records, std::string step) : records_(records), step_(std::move(step)) {}
  void progress(const Json& progress) override { records_.progress.push_back(progress); }
  void fact(std::string_view key, const Json& value) override;
  std::optional<Json> recall(std::string_view step, std::string_view key) const override;
  std::optional<Json> before_of(std::string_view step) const override;

  std::function<void(std::string_view key)> on_fact;  ///< Before it is kept; may throw: a death.

 private:
  MemRecords& records_;
  const std::string step_;
};

/// The world of a test.
struct TrialWorld {
  MemDrivers drivers;
  MemRecords records;
  FakeClock clock;
  Names names;

  /// A condition reads under this id.
  std::unique_ptr<engine::Condition> condition(const ConditionMaker& make, const Json& arguments);

 private:
  std::vector<std::unique_ptr<MemNotebook>> notebooks_;
};

/// A step, driven as the engine does.
class Trial {
 public:
  Trial(TrialWorld& world, StepMaker make, std::string id, Json arguments);

  engine::Observation::State sees() { return step_->observe().state; }
  std::string detail() { return step_->observe().detail; }

  void intend();         ///< Journals `before`, unless that was done.
  void apply();          ///< Intends first.
  void undo();           ///< From the journaled `before`.
  const Json& before();  ///< As journaled.
  std::optional<Json> fact(const std::string& key) const;

  std::optional<Error> fails_to_apply();
  std::optional<Error> fails_to_undo();

  /// Only the journal and the world are left; a new object goes on.
  void crash();
  /// Dies just before this fact is kept.
  void die_at_fact(const std::string& key);

  void request_stop() { stop_.request_stop(); }

 private:
  TrialWorld& world_;
  const StepMaker make_;
  plan::Step plan_;
  std::unique_ptr<MemNotebook> notebook_;
  std::unique_ptr<engine::Step> step_;
  std::stop_source stop_;
};

/// What stands for our death in a test's world.
Error death();

}  // namespace hikkoshi::steps
