// Reads from the world what a plan's forecast stands on.
#pragma once

#include "app/cli/session.h"
#include "plan/observed.h"

namespace hikkoshi::app {

/// Sizes of OLD's databases, TTLs of the moved names. What cannot be read becomes a finding, and so
/// a risk of the plan. Reads only.
plan::Observed observe(Session& session);

}  // namespace hikkoshi::app
