// What a run did, from its journal: one JSON value that every rendering is made of. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "journal/event.h"
#include "journal/state.h"

namespace hikkoshi::report {

/// The whole report. `outside` is what a load program saw (lab/README.md says its shape), or null.
/// Keys: result, text, move, plan_hash, begun, ended, forecast_s {of the time behind the page, for
/// one cutover}, actual_s {of all times behind the page, of every attempt}, behind_the_page [{from,
/// to, seconds, ended: "moved", "went back" or "still up"}], stages [{name, critical, state, steps,
/// gates}], databases, dns, stragglers, placement, timeline [{at, what, subject, text}], outside,
/// left [sentences: what remains to be done]. Throws Error(never) when there is no run in the
/// journal.
Json make_report(const journal::State& state, const std::vector<journal::Event>& events,
                 const Json& outside);

/// Throws Error(never, usage) naming `file` and the place when `outside`, read from it, is not what
/// a load program writes.
void require_outside(const Json& outside, const std::string& file);

/// The report for a terminal.
std::string render_text(const Json& report);

/// One self-contained file: no script, no outside reference; pictures are inline SVG.
std::string render_html(const Json& report);

}  // namespace hikkoshi::report
