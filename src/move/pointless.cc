#include "move/pointless.h"

#include <string>

#include <fmt/format.h>

namespace hikkoshi::move {

namespace {

void warn(Reporter& reporter, const Node* node, const std::string& what, const std::string& help) {
  if (node) reporter.add(Code::pointless, node->span, what, help);
}

}  // namespace

void warn_of_pointless(const Move& move, const Node& root, Reporter& reporter) {
  for (const char* side : {"old", "new"}) {
    const Node* databases = at(&root, {side, "databases"});
    if (!databases) continue;
    for (const Entry& entry : databases->entries)
      warn(reporter, at(entry.value, {"options"}),
           fmt::format("the 'options' of '{}' have no effect in this version", entry.key),
           "a fence is kept in the server's grant tables, which outlive a restart without them");
  }
  warn(reporter, at(&root, {"policy", "cutover", "hold"}),
       "'hold' has no effect in this version: no request is held",
       "plan with the page; the plan says how long it will be up");
  if (!move.policy.ttl.ladder.empty()) return;
  for (const char* key : {"first_step_before", "last_step_before"})
    warn(reporter, at(&root, {"policy", "ttl", key}),
         fmt::format("'{}' has no effect without a 'ladder'", key),
         "give the TTLs to step down through: ladder: [1h, 300s]");
}

}  // namespace hikkoshi::move
