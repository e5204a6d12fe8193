// What one part of a move file says about another: references, circles, templates, both sides.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "move/document.h"
#include "move/move.h"
#include "move/reporter.h"

namespace hikkoshi::move {

/// Reports references that lead nowhere, and things that one side has and the other lacks.
/// `root` is the document that `move` was built from; it tells where things stand.
void relate(const Move& move, const Node& root, Reporter& reporter);

/// The keys of a map, for suggestions.
template <typename Map>
std::vector<std::string> names_of(const Map& map) {
  constexpr size_t enough = 200;
  std::vector<std::string> names;
  for (const auto& [name, value] : map) {
    names.push_back(name);
    if (names.size() == enough) break;
  }
  return names;
}

/// Reports that `node` names no `what` ("host of old"), with the nearest of `known`.
void report_dangling(Reporter& reporter, const Node& node, std::string_view what,
                     const std::vector<std::string>& known);

/// A scalar whose text can be looked up: given, and a name; anything else was reported before.
bool is_lookup(const Node* node);

/// DNS names in lower case without a final dot.
std::string canonical_name(std::string_view name);

/// Finds the zones that hold a DNS name, however many zones there are.
class ZoneNames {
 public:
  explicit ZoneNames(const std::map<std::string, Zone>& zones);

  /// Names (in the move file) of the zones at or above `name`; empty when it is no host name.
  std::vector<std::string> holding(std::string_view name) const;

 private:
  std::multimap<std::string, std::string> names_;  ///< By DNS name.
};

}  // namespace hikkoshi::move
