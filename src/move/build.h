// From a document to the move that it means.
#pragma once

#include "move/document.h"
#include "move/move.h"

namespace hikkoshi::move {

/// The move that `root` means, with the table's defaults. Values that `validate` refuses are left
/// at their defaults, so it may be called for any document.
Move build(const Node& root, const Reporter& reporter);

}  // namespace hikkoshi::move
