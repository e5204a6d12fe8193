#include "move/relations.h"

namespace hikkoshi::move {

void relate(const Move&, const Node&, Reporter&) {}

}  // namespace hikkoshi::move
