// The engine's pen: stamps what happened and journals it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "engine/listener.h"
#include "engine/reserve.h"
#include "journal/journal.h"

namespace hikkoshi::engine {

/// Belongs to the engine's thread. Every method throws what Journal::append throws.
class Ledger {
 public:
  Ledger(journal::Journal& journal, Clock& clock, Listener& listener, Reserve reserve = Reserve(""))
      : journal_(journal), clock_(clock), listener_(listener), reserve_(std::move(reserve)) {}

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

  /// Room for the way back is kept from now on, until `free_room`. Throws Error(safe) when there is
  /// none.
  void keep_room() { reserve_.keep(); }
  void free_room() { reserve_.release(); }

  /// The disk was found full, and the room that was kept is in use.
  bool disk_is_full() const { return disk_is_full_; }

  /// No history: the newest word of a step or gate.
  void tell(const std::string& step, const Json& progress);
  void tell(const std::string& gate, const Reading& reading);

 private:
  void with_room(const std::function<void()>& write);

  journal::Journal& journal_;
  Clock& clock_;
  Listener& listener_;
  Reserve reserve_;
  bool disk_is_full_ = false;
  std::string run_;
  std::uint64_t epoch_ = 0;
  std::vector<journal::Event> put_off_;
};

}  // namespace hikkoshi::engine
