#include <cstdlib>

#include "app/cli/command_line.h"
#include "app/cli/console.h"
#include "base/error.h"

namespace hikkoshi::app {

namespace {

Exit main_command(int count, char** words) {
  Invocation invocation = parse_command_line(count, words);
  if (invocation.command) return invocation.command(invocation.options);
  print(invocation.text);
  return Exit::ok;
}

}  // namespace

}  // namespace hikkoshi::app

int main(int count, char** words) {
  using namespace hikkoshi;
  try {
    return int(app::main_command(count, words));
  } catch (const Error& error) {
    app::say(std::string("error: ") + error.what());
    if (!error.remedy().empty()) app::say("  help: " + error.remedy());
    return int(error.exit());
  } catch (const std::exception& error) {
    app::say(std::string("error: ") + error.what() + " (this is a bug of hikkoshi)");
    return int(Exit::failed);
  }
}
