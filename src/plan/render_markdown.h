// A plan as the team's runbook, in the order of the night.
#pragma once

#include <string>

#include "plan/plan.h"

namespace hikkoshi::plan {

/// Markdown (GitHub's tables and check boxes): a heading a stage with its steps, each with clock
/// times relative to the start, who does it, its undo and what to do when it fails; the commands
/// that abort and roll back; a check list for the team at each pivot. Whatever names in the move
/// file hold stays text.
std::string render_markdown(const Plan& plan);

}  // namespace hikkoshi::plan
