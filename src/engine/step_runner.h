// One step forward, one step back: intent, effect, observation.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/desk.h"
#include "engine/ending.h"
#include "engine/hand.h"
#include "engine/ledger.h"
#include "engine/notebook.h"
#include "engine/retry.h"
#include "engine/step.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// Where a step stands in the plan.
struct Place {
  std::string stage;
  bool pivot = false;  ///< When it is done, the stage has passed its pivot.
  bool held = false;   ///< Its intent is journaled already; its outcome may be put off.
};

/// Carries steps through their journaled states. Every path begins with what the journal and the
/// world say, so each method may be called again after a crash at any point inside it.
class StepRunner {
 public:
  struct Options {
    RetryPolicy retry;
    Random random;
    /// A call that neither ends nor tells progress for this long (or twice its forecast) is told
    /// to stop.
    Millis silence{600'000};
  };
  StepRunner(World& world, Ledger& ledger, Hand& hand, Desk& desk, Options options)
      : world_(world), ledger_(ledger), hand_(hand), desk_(desk), options_(std::move(options)) {}

  /// Until the world says done: intent, apply, observe, and again as the failures allow.
  Ending forward(const plan::Step& step, const Place& place);

  /// Until the world says that nothing of ours is there. Goes on whatever is requested meanwhile,
  /// unless `may_stop`: then Ctrl-C is heeded between attempts.
  Ending back(const plan::Step& step, bool may_stop);

  /// Adds the intent of a held stage's step to `intents`, for one record of them all; a step that
  /// the world has done already is recorded as found instead.
  Ending prepare_held(const plan::Step& step, const Place& place,
                      std::vector<journal::Event>& intents);

  /// What the world says of it now, repeating what may be repeated; empty with the reason in
  /// `ending`.
  std::optional<Observation> observe(const plan::Step& step, Ending& ending);

  /// Forgets the steps it holds; they are made anew when they are needed again.
  void drop_steps() { live_.clear(); }

 private:
  struct Live {
    std::unique_ptr<StepNotebook> notebook;
    std::unique_ptr<Step> step;
  };
  using Work = std::function<void(Step&, std::stop_token)>;
  enum class Heed { all, stop_only, nothing };

  std::optional<Error> call(const plan::Step& step, Heed heed, const Work& work);
  Ending begin(const plan::Step& step, const Place& place, bool& done);
  Ending read_before(const plan::Step& step, Json& before);
  journal::Event intent(const plan::Step& step, const Place& place, const Json& before,
                        std::string_view was, int attempt) const;
  std::optional<Ending> try_once(const plan::Step& step, const Place& place,
                                 std::optional<Error>& failure);
  void record_done(const plan::Step& step, const Place& place, const Observation& observation,
                   bool adopted);
  void record_found(const plan::Step& step, const Place& place, const Observation& observation);
  std::optional<Ending> undo_once(const plan::Step& step, int attempt, Heed heed,
                                  std::optional<Error>& failure);
  std::optional<Observation> observe(const plan::Step& step, Ending& ending, Heed heed);
  Ending foreign(const plan::Step& step, const Observation& observation);
  Ending wait_to_retry(const Error& failure, int attempts, Heed heed);
  Ending heeded(Heed heed);
  Millis silence_limit(const plan::Step& step) const;

  World& world_;
  Ledger& ledger_;
  Hand& hand_;
  Desk& desk_;
  Options options_;
  std::map<std::string, Live> live_;
};

}  // namespace hikkoshi::engine
