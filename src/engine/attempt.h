// The one place where an attempt's failure becomes a value.
#pragma once

#include <functional>
#include <optional>

#include "base/error.h"

namespace hikkoshi::engine {

/// Runs `work`. The failure it threw, or empty. What a library threw past its driver is a bug of
/// ours with an unknown outcome: Error(ask).
std::optional<Error> attempt(const std::function<void()>& work);

}  // namespace hikkoshi::engine
