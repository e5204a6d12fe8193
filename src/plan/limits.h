// What a plan must not exceed, and what its reader should know before the night. Pure.
#pragma once

#include <vector>

#include "plan/plan.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

/// Throws Error(never, refused), naming both figures, when even the forecast's low downtime is over
/// policy.limits.max_downtime, or when more of a zone's records than policy.limits.dns_changes
/// would change (only when the zone's size was observed).
void check_limits(const Plan& plan, const Sources& sources);

/// Everything that may go wrong or surprise, with what to do about it.
std::vector<Risk> risks_of(const Plan& plan, const Sources& sources);

}  // namespace hikkoshi::plan
