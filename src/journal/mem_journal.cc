#include "journal/mem_journal.h"

#include <utility>

#include "base/text.h"

namespace hikkoshi::journal {

MemJournal::MemJournal(std::string& disk) : disk_(disk) {
  size_t end = disk_.rfind("\n\n");
  disk_.resize(end == std::string::npos ? 0 : end + 2);
  for (const Event& event : events_on(disk_)) {
    check_link(event, state_.seq, state_.head);
    state_.fold(event);
  }
}

std::vector<Event> MemJournal::append(std::vector<Event> events) {
  events = chained(std::move(events), state_.seq, state_.head);
  TrialState trial(state_);
  for (const Event& event : events) trial.fold(event);
  disk_ += lines(events);
  trial.commit();
  return events;
}

void MemJournal::progress(const std::string& subject, const Json& value, WallTime) {
  progress_[subject] = value;
}

std::string MemJournal::lines(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text += canonical(to_json(event)) + "\n";
  return text + "\n";
}

std::vector<Event> events_on(const std::string& disk) {
  std::vector<Event> events;
  for (const std::string& line : split(disk, '\n'))
    if (!line.empty()) events.push_back(event_from_json(parse_json(line, "a line of the journal")));
  return events;
}

}  // namespace hikkoshi::journal
