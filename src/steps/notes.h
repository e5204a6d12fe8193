// What steps leave in the journal for later steps, and for themselves after a crash.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "engine/step.h"

namespace hikkoshi::steps {

/// The newest fact, unless its step has taken it back by telling null.
std::optional<Json> told(const engine::Notebook& notebook, std::string_view step,
                         std::string_view key);

/// Runs work of several effects under a mark in the journal. A crash or failure inside leaves the
/// mark, and `cut_off` sees what the first effects alone would hide: a file without its reload.
void whole(engine::Notebook& notebook, const std::function<void()>& work);

/// Whether the last `whole` of the step did not come to its end.
bool cut_off(const engine::Notebook& notebook, std::string_view step);

}  // namespace hikkoshi::steps
