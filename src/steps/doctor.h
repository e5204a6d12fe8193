// Looks at everything that a move names, and says what would break it. Reads only.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "steps/drivers.h"

namespace hikkoshi::steps {

/// What was found about one thing of the move file.
struct Finding {
  enum class Weight { good, warning, error };
  Weight weight = Weight::good;
  std::string thing;   ///< "old.database.main".
  std::string text;    ///< "MariaDB 10.11.14, 3 tables, 210 MiB".
  std::string remedy;  ///< Empty when there is nothing to do.
};

std::string_view to_string(Finding::Weight weight);
Json to_json(const Finding& finding);

/// Logs in to every host, asks every server. A thing that cannot be reached is a finding, and so
/// is a thing without fault (good). Blocks; one thing after the other, in a stable order.
std::vector<Finding> examine(const Names& names, Drivers& drivers, const Clock& clock);

}  // namespace hikkoshi::steps
