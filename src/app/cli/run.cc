#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "app/cli/command_log.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "app/cli/work.h"
#include "base/file.h"
#include "engine/supervisor.h"
#include "journal/reader.h"

namespace hikkoshi::app {

namespace {

bool has_begun(const StatePaths& paths) {
  if (!has_journal(paths)) return false;
  journal::State state = journal::Reader(paths.journal()).verified();
  return !state.run.id.empty() && !state.run.over();
}

bool confirmed(const std::string& question) {
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "yes");
}

/// The engine is a child: killed, it is back at once.
Exit supervised(const Options& options, Errand errand) {
  StatePaths paths = state_paths(options);
  make_state_folder(paths);
  engine::SuperviseOptions supervision;
  CommandLog log(options);
  supervision.on_death = [&](const std::string& why) {
    say("the engine died: " + why);
    log.error(why);
  };
  return Exit(engine::supervise(supervision, [&](std::stop_token stop) {
    return exit_code([&] { return work(options, errand, stop); },
                     [&](const std::string& line) { log.error(line); });
  }));
}

}  // namespace

Exit run(const Options& options) {
  StatePaths paths = state_paths(options);
  if (!has_begun(paths)) {
    if (!std::filesystem::exists(paths.plan())) {
      if (!is_terminal())
        throw Error(Retry::never, "there is no saved plan, and nobody here to look at one",
                    Exit::usage)
            .remedy("make and read one first: hikkoshi plan");
      plan(options);
    }
    plan::Plan saved = saved_plan(options);
    require_fresh(saved, load_move(options));
    if (is_terminal() && !options.yes &&
        !confirmed(
            fmt::format("Run plan {} of {}?", plan::hash(saved).substr(0, 12), saved.move))) {
      say("nothing was begun");
      return Exit::failed;
    }
  }
  return supervised(options, Errand::run);
}

Exit rollback(const Options& options) {
  begun_run(state_paths(options));
  return supervised(options, Errand::rollback);
}
Exit finish(const Options& options) {
  begun_run(state_paths(options));
  return supervised(options, Errand::finish);
}

}  // namespace hikkoshi::app
