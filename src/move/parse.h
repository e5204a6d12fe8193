// Reads move files: text in, a Move or everything that is wrong with it out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "move/diagnostic.h"
#include "move/move.h"

namespace hikkoshi::move {

/// A text and the name that its diagnostics carry.
struct MoveText {
  std::string name;
  std::string text;
};

struct Parsed {
  std::optional<Move> move;             ///< Given when no diagnostic is an error.
  std::vector<Diagnostic> diagnostics;  ///< In the order of files and lines; may be warnings only.
};

/// Pure; never throws for any text. Overlays are laid on the file in their order: mappings merge,
/// anything else replaces, a null value takes the key away.
Parsed parse(const MoveText& file, const std::vector<MoveText>& overlays = {});

/// The same for files. Throws Error(never) naming the path that cannot be read.
Parsed load(const std::string& path, const std::vector<std::string>& overlays = {});

}  // namespace hikkoshi::move
