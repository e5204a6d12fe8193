// What most commands begin with: the move file read, its drivers at hand.
#pragma once

#include <memory>
#include <string>

#include "app/cli/options.h"
#include "base/clock.h"
#include "base/file.h"
#include "journal/state.h"
#include "move/move.h"
#include "move/parse.h"
#include "plan/plan.h"
#include "steps/drivers.h"

namespace hikkoshi::app {

/// Makes the folder, for its owner alone, when it is not there. Error(never) names what forbids it.
void make_state_folder(const StatePaths& paths);

/// Whether a journal is there; an empty file is one that a full disk or a kill left unmade.
bool has_journal(const StatePaths& paths);

/// Whether an engine holds the folder's lock; one that was killed may be away for a moment.
bool engine_at_work(const StatePaths& paths);

/// The options' move file and overlays, read. Error(never, bad_move_file) when one cannot be.
move::Parsed read_move(const Options& options);

/// The move of the options' file. Says every diagnostic; throws Error(never, bad_move_file) when
/// one is an error.
move::Move load_move(const Options& options);

/// SHA-256 of the move's meaning.
std::string move_hash(const move::Move& move);

/// A move and the drivers for it; sockets live in a folder of their own that goes with it.
class Session {
 public:
  explicit Session(const Options& options);

  const move::Move& move() const { return move_; }
  const steps::Names& names() const { return names_; }
  steps::Drivers& drivers() { return *drivers_; }
  SystemClock& clock() { return clock_; }

 private:
  move::Move move_;
  steps::Names names_;
  SystemClock clock_;
  TemporaryFolder folder_;
  std::unique_ptr<steps::Drivers> drivers_;
};

/// What the newest run of the state folder has come to. Error(never, usage) when none has begun,
/// Error(never, needs_human) when the journal was changed.
journal::State begun_run(const StatePaths& paths);

/// The plan that `plan` saved. Error(never, usage) when there is none, Error(never, stale_plan)
/// when what is there is no plan of this version.
plan::Plan saved_plan(const Options& options);

/// Throws Error(never, stale_plan) when `plan` was not compiled from this move file's meaning.
void require_fresh(const plan::Plan& plan, const move::Move& move);

}  // namespace hikkoshi::app
