// The templates of configuration values: "{{ databases.main.host }}". Pure.
#pragma once

#include <cstddef>
#include <string>

#include "move/move.h"
#include "plan/itinerary.h"

namespace hikkoshi::plan {

/// Replaces every template by what it names, on the side where that store is when leg `leg` is
/// over. Known: databases.NAME.{host,port,schemas} (schemas joined by ","), buckets.NAME.url.
/// Throws Error(never, bad_move_file) naming the template that leads nowhere.
std::string resolve_template(const std::string& text, const move::Move& move,
                             const Itinerary& itinerary, std::size_t leg);

}  // namespace hikkoshi::plan
