// A page for every code: what causes it, an example, what to do.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "move/diagnostic.h"

namespace hikkoshi::move {

/// What stands behind one code. `wrong` and `right` are parts of move files, as an overlay would
/// hold them; both are empty where a few lines cannot show it.
struct Page {
  Code code;
  std::string_view cause, wrong, right, remedy;
};

/// One page for each code, in the order of `codes()`.
std::vector<Page> pages();
const Page& page_of(Code code);

/// "HK012", also in lower case; empty when no code has this number.
std::optional<Code> code_numbered(std::string_view number);

std::string explain(Code code);   ///< For a terminal, some fifteen lines.
Json explain_as_json(Code code);  ///< {code, severity, meaning, cause, wrong, right, remedy}.
std::string explain_all();        ///< Every page in Markdown, as doc/codes.md holds them.

}  // namespace hikkoshi::move
