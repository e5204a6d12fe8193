// Compares a document with the table of fields: keys, shapes, types, secrets.
#pragma once

#include "move/document.h"
#include "move/reporter.h"

namespace hikkoshi::move {

/// Reports everything in `root` that the table does not allow.
void validate(const Node& root, Reporter& reporter);

/// Hides in a text that is not even YAML what seems to be the value of a secret field.
void hide_seeming_secrets(Reporter& reporter, int source);

}  // namespace hikkoshi::move
