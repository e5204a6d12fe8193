#include "report/report.h"

#include <filesystem>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/file.h"
#include "journal/reader.h"

namespace hikkoshi::app {

Exit report(const Options& options) {
  StatePaths paths = state_paths(options);
  journal::State state = begun_run(paths);
  journal::Reader reader(paths.journal());
  Json outside;
  if (!options.outside.empty()) {
    outside = parse_json(read_file(options.outside), options.outside);
    report::require_outside(outside, options.outside);
  }
  Json made = report::make_report(state, reader.events(), outside);
  std::string folder = options.output.empty() ? paths.folder : options.output;
  std::filesystem::create_directories(folder);
  write_file_atomically(folder + "/report.json", made.dump(2) + "\n");
  write_file_atomically(folder + "/report.html", report::render_html(made));
  if (options.json)
    print_json(made);
  else
    print(report::render_text(made));
  say("written: " + folder + "/report.html and report.json");
  return Exit::ok;
}

}  // namespace hikkoshi::app
