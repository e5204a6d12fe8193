#include "steps/notes.h"

namespace hikkoshi::steps {

namespace {

constexpr std::string_view mark = "unfinished";

}  // namespace

std::optional<Json> told(const engine::Notebook& notebook, std::string_view step,
                         std::string_view key) {
  auto fact = notebook.recall(step, key);
  if (fact && fact->is_null()) return {};
  return fact;
}

void whole(engine::Notebook& notebook, const std::function<void()>& work) {
  notebook.fact(mark, true);
  work();
  notebook.fact(mark, nullptr);
}

bool cut_off(const engine::Notebook& notebook, std::string_view step) {
  return told(notebook, step, mark).has_value();
}

}  // namespace hikkoshi::steps
