// What `fault_of` accepts, as regular expressions (ECMA 262), for the JSON Schema.
#pragma once

#include <string>

#include "move/fields.h"

namespace hikkoshi::move {

/// Matches exactly the texts that the field's type takes, except for sums: the lengths of durations
/// and, in bytes, of texts. Anchored at both ends. Empty for mappings and words.
std::string pattern_of(const Field& field);

/// Of keys that users choose: names, or of `value` the keys of a dotenv file.
std::string key_pattern_of(const Field& field);

}  // namespace hikkoshi::move
