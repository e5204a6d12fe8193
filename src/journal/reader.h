// The journal for everybody but its writer: status, show, report, the dashboard.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "journal/sqlite.h"
#include "journal/state.h"

namespace hikkoshi::journal {

/// A read-only connection; never writes, never checkpoints, never waits for the writer. Each call
/// sees one instant. Not thread-safe: one Reader a thread.
class Reader {
 public:
  /// Throws Error(never) when there is no journal at `path`, or one of another format.
  explicit Reader(const std::string& path);

  /// The newest run: its row, plan, stages, steps, gates and facts.
  State state();

  /// The history after event `after`, of all runs, in order.
  std::vector<Event> events(std::uint64_t after = 0);

  /// The newest word of each running step ({"rows":..}) and waiting gate ({"evidence":..}).
  std::map<std::string, Json> progress();

  /// state(), after what verify_chain() does.
  State verified();

  /// Recomputes every hash, folds the history again and compares it with the projections. Returns
  /// the number of events. Throws Error(never, needs_human) naming the first place that is wrong.
  std::uint64_t verify_chain();

 private:
  Sqlite connection_;
};

/// What verify_chain does, on any connection: the state that the whole history adds up to.
State verified_state(Sqlite& connection);

}  // namespace hikkoshi::journal
