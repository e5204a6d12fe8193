// The JSON Schema of move files, for editors and other programs.
#pragma once

#include "base/json.h"

namespace hikkoshi::move {

/// Draft-07, from the table of fields: what an editor completes, explains and underlines. It
/// refuses nothing that `parse` takes. What it cannot say (references, cycles, the order of stages,
/// YAML's tags) only `parse` finds; tests/move_files/beyond_schema.txt lists it case by case.
Json schema();

}  // namespace hikkoshi::move
