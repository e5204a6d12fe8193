// Words and figures that both renderings of a plan share. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace hikkoshi::plan {

/// A range as people read it, rounded: "580ms-5.4s", "31s".
std::string range(const Forecast& forecast);

/// "~ change", "? gate", "! pivot": symbol and word, never one alone.
std::string mark(const Item& item);

/// The title on one line, with control characters made visible.
std::string title(const Item& item);
const std::string& undo(const Item& item);  ///< Empty for gates.
bool changes_old(const Item& item);

/// Columns on a terminal: one a code point.
std::size_t width(std::string_view text);

/// The placement table, a header row first: "", "before", then the stages of the move file.
std::vector<std::vector<std::string>> placement_table(const Plan& plan);

/// What rollback can still do, in one sentence.
std::string way_back_sentence(const Plan& plan);

/// The stages with a pivot, by name, comma-separated.
std::string critical_names(const Plan& plan);

}  // namespace hikkoshi::plan
