#include "engine/ledger.h"

#include <iterator>
#include <utility>

#include "engine/attempt.h"

namespace hikkoshi::engine {

void Ledger::sign(const std::string& run, std::uint64_t epoch) {
  run_ = run;
  epoch_ = epoch;
}

journal::Event Ledger::draft(journal::Kind kind, const std::string& subject, Json body,
                             int attempt) const {
  journal::Event event;
  event.kind = kind;
  event.subject = subject;
  event.attempt = attempt;
  event.body = std::move(body);
  event.run = run_;
  event.epoch = epoch_;
  event.wall = clock_.now();
  event.steady = clock_.steady();
  return event;
}

void Ledger::record(journal::Kind kind, const std::string& subject, Json body, int attempt) {
  record({draft(kind, subject, std::move(body), attempt)});
}

void Ledger::record(std::vector<journal::Event> events) {
  std::vector<journal::Event> all = put_off_;
  std::move(events.begin(), events.end(), std::back_inserter(all));
  with_room([&] { all = journal_.append(all); });
  put_off_.clear();
  for (const journal::Event& event : all) listener_.event(event);
}

/// A failure that may be repeated is the disk's (journal.h): then the room that was kept is used.
void Ledger::with_room(const std::function<void()>& write) {
  auto failure = attempt(write);
  if (!failure) return;
  if (failure->retry() != Retry::safe || !reserve_.release()) throw Error(*failure);
  disk_is_full_ = true;
  write();
}

void Ledger::put_off(journal::Kind kind, const std::string& subject, Json body, int attempt) {
  put_off_.push_back(draft(kind, subject, std::move(body), attempt));
}

void Ledger::tell(const std::string& step, const Json& progress) {
  with_room([&] { journal_.progress(step, progress, clock_.now()); });
  listener_.progress(step, progress);
}

void Ledger::tell(const std::string& gate, const Reading& reading) {
  Json json{{"open", reading.open}, {"evidence", reading.evidence}};
  if (reading.opens_at) json["opens_at"] = format_time(*reading.opens_at);
  with_room([&] { journal_.progress(gate, json, clock_.now()); });
  listener_.reading(gate, reading);
}

}  // namespace hikkoshi::engine
