// The engine's memory: an append-only, hash-chained history and what it adds up to.
#pragma once

#include <string>
#include <vector>

#include "journal/event.h"
#include "journal/state.h"

namespace hikkoshi::journal {

/// One writer's journal. Not thread-safe: the thread that decides owns it; everybody else reads
/// through a Reader.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Appends all of `events` or none, in one transaction with the projections, and returns them
  /// numbered and chained. When it returns they survive the loss of the process and of power.
  /// Throws Error(safe) when the disk is full (nothing was written, the journal stays usable) and
  /// Error(never, needs_human) when the file cannot be trusted any more.
  virtual std::vector<Event> append(std::vector<Event> events) = 0;

  /// The fold of every event. The reference stays valid; append changes what it refers to.
  virtual const State& state() const = 0;

  /// The newest word of a step or a gate for those who watch. It is no history.
  /// Throws as append does.
  virtual void progress(const std::string& subject, const Json& value, WallTime now) = 0;
};

}  // namespace hikkoshi::journal
