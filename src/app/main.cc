#include <csignal>

#include "app/cli/command_line.h"
#include "app/cli/command_log.h"
#include "app/cli/console.h"
#include "base/error.h"

namespace hikkoshi::app {

static Exit logged(const Invocation& invocation) {
  const Options& options = invocation.options;
  CommandLog log(options);
  log.begun();
  int code = exit_code([&] { return invocation.command(options); },
                       [&](const std::string& line) { log.error(line); });
  log.ended(code);
  return Exit(code);
}

static Exit main_command(int count, char** words) {
  Invocation invocation = parse_command_line(count, words);
  if (!invocation.command) {
    print(invocation.text);
    return Exit::ok;
  }
  return is_logged(invocation.options.command) ? logged(invocation)
                                               : invocation.command(invocation.options);
}

}  // namespace hikkoshi::app

int main(int count, char** words) {
  // Whoever reads our words may leave; an engine must not die of that.
  std::signal(SIGPIPE, SIG_IGN);
  return hikkoshi::app::exit_code([&] { return hikkoshi::app::main_command(count, words); });
}
