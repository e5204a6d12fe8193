// Reads YAML into a tree. The only place that knows the YAML library (libfyaml).
#pragma once

#include "move/document.h"
#include "move/reporter.h"

namespace hikkoshi::move {

constexpr size_t largest_file = 512 << 10;  ///< Bytes; 10,000 lines have half of it.
constexpr size_t largest_tree = 200'000;  ///< Values, aliases expanded; 10,000 lines have a sixth.
constexpr int deepest_nesting = 24;       ///< The deepest field stands at 7.

/// The document of `reporter.text(source)`, in `tree`; null when it is none, or says nothing.
/// Everything wrong with it as YAML is reported: a syntax error ends the reading, duplicate keys do
/// not (the first one counts). Any bytes are safe to pass.
const Node* read_yaml(Reporter& reporter, int source, Tree& tree);

}  // namespace hikkoshi::move
