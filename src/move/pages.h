// The pages' texts, by what the codes speak of; explain.h puts them together.
#pragma once

#include <span>

#include "move/explain.h"

namespace hikkoshi::move {

std::span<const Page> pages_of_text();       ///< HK001 to HK019: files, YAML, shapes.
std::span<const Page> pages_of_values();     ///< HK020 to HK038.
std::span<const Page> pages_of_relations();  ///< HK040 and above.

}  // namespace hikkoshi::move
