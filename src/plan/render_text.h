// A plan for a terminal: what `hikkoshi plan` prints.
#pragma once

#include <string>

#include "plan/plan.h"

namespace hikkoshi::plan {

/// Placement table, stages with every step, its mark, "[OLD]", duration and undo, what finish does,
/// downtime, total, risks, hash. No colour and no character of its own outside ASCII.
std::string render_text(const Plan& plan);

}  // namespace hikkoshi::plan
