// A journal in memory, for tests of everything above it.
#pragma once

#include <map>
#include <string>

#include "journal/journal.h"

namespace hikkoshi::journal {

/// Keeps its lines in `disk`, one event a line and an empty line after each append, so that a new
/// MemJournal on the same disk continues. What follows the last empty line was never acknowledged
/// (a torn write) and is dropped on opening. Throws Error(never, needs_human) when the rest of the
/// disk was changed.
class MemJournal : public Journal {
 public:
  explicit MemJournal(std::string& disk);
  std::vector<Event> append(std::vector<Event> events) override;
  const State& state() const override { return state_; }
  void progress(const std::string& subject, const Json& value, WallTime now) override;

  const std::map<std::string, Json>& progresses() const { return progress_; }

  /// The text that append writes for `events`.
  static std::string lines(const std::vector<Event>& events);

 private:
  std::string& disk_;
  State state_;
  std::map<std::string, Json> progress_;
};

/// Every whole event on a MemJournal's disk.
std::vector<Event> events_on(const std::string& disk);

}  // namespace hikkoshi::journal
