// What a move file sets and this version does nothing with: said, never silently accepted.
#pragma once

#include "move/document.h"
#include "move/move.h"
#include "move/reporter.h"

namespace hikkoshi::move {

/// Warns of each such field where it stands in `root`, the document that `move` was built from.
void warn_of_pointless(const Move& move, const Node& root, Reporter& reporter);

}  // namespace hikkoshi::move
