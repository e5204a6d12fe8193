// Turns a thrown Error into a value, where a failure is a result to report and not an end.
#pragma once

#include <functional>
#include <optional>

#include "base/error.h"

namespace hikkoshi::steps {

/// Runs `work`; the Error that it threw, or empty.
std::optional<Error> attempt(const std::function<void()>& work);

}  // namespace hikkoshi::steps
