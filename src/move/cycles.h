// Circles among references.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace hikkoshi::move {

/// From each name to those that it refers to; names without an entry refer to nothing.
using References = std::map<std::string, std::vector<std::string>>;

/// Circles that share no name, at most `limit`: {"a", "b"} for a -> b -> a. Names that take part in
/// several circles appear in one of them. Each begins with its first name in alphabetical order.
std::vector<std::vector<std::string>> cycles(References references, size_t limit = 10);

}  // namespace hikkoshi::move
