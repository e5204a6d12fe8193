// The engine: executes a plan against a world, remembers all in a journal, and survives its death.
//
// In the process that holds the state directory's lock (doc/journal.md has its layout):
//
//   FileLock lock(state + "/lock");
//   journal::SqliteJournal journal(state + "/journal.db");
//   FolderRequests requests(state + "/requests");
//   SystemClock clock;
//   Engine engine({journal, world, clock, requests, listener},
//                 {.holder = "mika@console, process 4711", .boot = boot_id(), .random = random});
//   Result result = engine.run(plan, stop);           // a first time, or again after anything
//   Result result = engine.rollback(lose_writes, stop);
//   Result result = engine.finish(stop);
//   return static_cast<int>(result.exit);
//
// `hikkoshi run` wraps that in supervise() (supervisor.h). There is no resume: calling run with the
// same plan continues, whatever happened before. To pause, approve or abort from another process:
// drop_request() (requests.h); to look: journal::Reader.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "engine/ending.h"
#include "engine/listener.h"
#include "engine/requests.h"
#include "engine/retry.h"
#include "engine/step.h"
#include "journal/journal.h"
#include "plan/plan.h"

namespace hikkoshi::engine {

/// How it ended.
///   ok           run: every stage is done; rollback: everything is undone; finish: finished
///   failed       a step outside of critical stages failed; run again to go on
///   at_gate      `gate` is shut (empty: the run is paused) and wait_at_gates is false
///   rolled_back  a critical stage undid itself (the run goes on when run again), or a run was
///                aborted (it is over)
///   needs_human  past the pivot something failed; or somebody else changed the world; or undo
///                failed; or the world cannot be read where guessing would be wrong
///   refused      rollback would lose writes; or finish while the run may still go on
///   stale_plan   the journal's run, not over yet, has another plan
///   interrupted  stop was requested: at the next safe point, a critical stage having been undone
/// mismatch, authentication and others come from the Error of the step that failed.
struct Result {
  Exit exit = Exit::ok;
  std::string text;                  ///< One sentence for people.
  std::string remedy;                ///< What they can do; may be empty.
  std::string gate;                  ///< With at_gate: the gate's id.
  std::optional<WallTime> opens_at;  ///< With at_gate: when it cannot open before, if known.
};

/// One thread decides, the caller's; each step's call runs on a thread of its own. Not thread-safe.
/// Failures of the world end in a Result; what is thrown is the journal's failure (a full disk
/// outside of a cutover, or one that is full still when the reserve is used:
/// Error(safe), run again when there is room) or that of a requests folder that cannot be read.
class Engine {
 public:
  /// All outlive the engine.
  struct Parts {
    journal::Journal& journal;
    World& world;
    Clock& clock;
    RequestSource& requests;
    Listener& listener;
  };
  struct Options {
    std::string holder;  ///< Who holds the epoch, for people.
    std::string boot;    ///< boot_id(), or the test's word for one boot.
    Random random;       ///< Jitter of retries.
    RetryPolicy retry{};
    bool wait_at_gates = true;  ///< False: return at_gate. Inside a critical stage it always waits.
    bool threads = true;        ///< False: steps run inline, for tests on a fake clock.
    Millis poll{250};           ///< Between two readings of a shut gate.
    std::string reserve;      ///< Where room for the journal is kept in a cutover; empty: nowhere.
    Millis silence{600'000};  ///< A call without end or progress for so long is told to stop.
  };
  Engine(Parts parts, Options options) : parts_(parts), options_(std::move(options)) {}

  /// Begins a run of `plan`, or continues the journal's run when it has the same plan's hash: what
  /// was running is observed first; what was going back goes on going back. When the journal's run
  /// is over, a new one begins.
  Result run(const plan::Plan& plan, std::stop_token stop);

  /// Undoes everything the journal's run did, in reverse order. Once a pivot is passed and the plan
  /// has no way back, only with `lose_writes`.
  Result rollback(bool lose_writes, std::stop_token stop);

  /// Ends the journal's run. Once every stage is done: the finish part of its plan. When it went
  /// back: only what removes things there, for the rest is undone. When a stage was undone and no
  /// pivot passed: everything is undone first. Then the run's epoch is dropped everywhere.
  Result finish(std::stop_token stop);

 private:
  Parts parts_;
  Options options_;
};

/// The name of this machine's boot: a steady clock compares only within one.
std::string boot_id();

}  // namespace hikkoshi::engine
