// The engine's pen: stamps what happened and journals it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/listener.h"
#include "journal/journal.h"

namespace hikkoshi::engine {

/// Belongs to the engine's thread. Every method throws what Journal::append throws.
class Ledger {
 public:
  Ledger(journal::Journal& journal, Clock& clock, Listener& listener)
      : journal_(journal), clock_(clock), listener_(listener) {}

  const journal::State& state() const { return journal_.state(); }
  Clock& clock() const { return clock_; }

  /// All that follows belongs to this run and epoch.
  void sign(const std::string& run, std::uint64_t epoch);

  /// An event as it will be recorded, for `record` of several at once.
  journal::Event draft(journal::Kind kind, const std::string& subject, Json body,
                       int attempt = 0) const;

  /// Durable when it returns; what was put off goes first, in the same transaction.
  void record(journal::Kind kind, const std::string& subject, Json body, int attempt = 0);
  void record(std::vector<journal::Event> events);

  /// Kept in memory until the next record: inside a held stage nothing waits for the disk. A crash
  /// loses it, so only what the world will say again may be put off.
  void put_off(journal::Kind kind, const std::string& subject, Json body, int attempt = 0);

  /// No history: the newest word of a step or gate.
  void tell(const std::string& step, const Json& progress);
  void tell(const std::string& gate, const Reading& reading);

 private:
  journal::Journal& journal_;
  Clock& clock_;
  Listener& listener_;
  std::string run_;
  std::uint64_t epoch_ = 0;
  std::vector<journal::Event> put_off_;
};

}  // namespace hikkoshi::engine
