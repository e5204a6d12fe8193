// What one part of a move file says about another: references, cycles, the order of stages.
#pragma once

#include "move/document.h"
#include "move/move.h"
#include "move/reporter.h"

namespace hikkoshi::move {

/// Reports every contradiction between the parts of `move`; `root` tells where they stand.
void relate(const Move& move, const Node& root, Reporter& reporter);

}  // namespace hikkoshi::move
