#include "engine/notebook.h"

#include <utility>

namespace hikkoshi::engine {

void StepNotebook::progress(const Json& progress) {
  progress_.with([&](auto& newest) { newest = progress; });
}

std::optional<Json> StepNotebook::take_progress() {
  return progress_.with([](auto& newest) { return std::exchange(newest, std::nullopt); });
}

void StepNotebook::fact(std::string_view key, const Json& value) {
  hand_.ask_owner([&] {
    ledger_.record(journal::Kind::fact, step_, {{"key", key}, {"value", value}});
  });
}

std::optional<Json> StepNotebook::recall(std::string_view step, std::string_view key) const {
  std::optional<Json> value;
  hand_.ask_owner([&] {
    const auto& facts = ledger_.state().facts;
    auto found = facts.find({std::string(step), std::string(key)});
    if (found != facts.end()) value = found->second;
  });
  return value;
}

std::optional<Json> StepNotebook::before_of(std::string_view step) const {
  std::optional<Json> before;
  hand_.ask_owner([&] {
    journal::StepRow row = ledger_.state().step(std::string(step));
    if (row.intent != 0) before = row.before;
  });
  return before;
}

}  // namespace hikkoshi::engine
