// Text that may stand in HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace hikkoshi::report {

/// & < > " ' become references; control characters become visible, as in base/text.h.
std::string escape_html(std::string_view text);

}  // namespace hikkoshi::report
