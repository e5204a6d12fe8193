// How long each item of a plan will take, and where the figure comes from. Pure.
#pragma once

#include <vector>

#include "move/move.h"
#include "plan/observed.h"
#include "plan/plan.h"

namespace hikkoshi::plan {

/// The plan with every forecast filled in. Origins: "default", "default rate", "default size",
/// "measured rate", "TTL", "default TTL", "policy", "default and latency" and, for change windows,
/// "calendar (not counted)".
Plan forecasted(Plan plan, const Observed& observed, const move::TtlPolicy& ttl);

/// The time behind the page: in each critical stage from the page on OLD to its end, or without a
/// page from the fence to the forwarding. Needs filled forecasts.
Forecast downtime_of(const std::vector<Stage>& stages);

/// One after the other; the origin names every part's once.
Forecast sum(const std::vector<Forecast>& parts);

const Forecast& forecast_of(const Item& item);

}  // namespace hikkoshi::plan
