// Whether the stages of a move make sense, and what policy says about them.
#pragma once

#include "move/document.h"
#include "move/move.h"
#include "move/reporter.h"

namespace hikkoshi::move {

/// Reports what is moved twice, never or in an order that breaks something on the way, and
/// contradictions in `policy`. `root` is the document that `move` was built from.
void check_stages(const Move& move, const Node& root, Reporter& reporter);

}  // namespace hikkoshi::move
