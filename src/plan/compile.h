// From a move file's meaning and what was observed to a plan. Pure: equal input, equal plan.
#pragma once

#include <string>

#include "move/move.h"
#include "plan/observed.h"
#include "plan/plan.h"

namespace hikkoshi::plan {

/// Compiles every stage: prepare, then one or two a stage of the move file (cutover, zones), and
/// what `finish` does. `move_hash` is the SHA-256 of the move's canonical JSON.
///
/// Throws Error(never): bad_move_file for what leads nowhere or has unknown words; refused for what
/// this version cannot do (buckets, following) and for what is over a limit of the move file.
Plan compile(const move::Move& move, const Observed& observed, const std::string& move_hash);

}  // namespace hikkoshi::plan
