// The report's pictures as inline SVG text. Pure.
#pragma once

#include <string>

#include "base/json.h"

namespace hikkoshi::report {

/// One bar a step or gate that took place, under its stage, on one time axis; `report` is what
/// make_report gave. Empty when nothing took place.
std::string timeline_picture(const Json& report);

/// Answers, pages and failures a second as a load program saw them from outside, with the time
/// behind the page marked. `outside` is the report's; empty when there is none.
std::string outside_picture(const Json& outside);

}  // namespace hikkoshi::report
