#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"

namespace hikkoshi::app {

Exit check(const Options& options) {
  move::Parsed parsed = read_move(options);
  if (options.json) {
    Json list = Json::array();
    for (const move::Diagnostic& diagnostic : parsed.diagnostics)
      list.push_back(move::to_json(diagnostic));
    print_json({{"diagnostics", list}, {"good", parsed.move.has_value()}});
  } else {
    print(move::render(parsed.diagnostics));
    if (parsed.move) say(fmt::format("{}: good", options.move_file));
  }
  if (!parsed.move) return Exit::bad_move_file;
  return parsed.diagnostics.empty() ? Exit::ok : Exit::warnings;
}

}  // namespace hikkoshi::app
