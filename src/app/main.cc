#include "app/cli/command_line.h"
#include "app/cli/console.h"
#include "base/error.h"

namespace hikkoshi::app {

static Exit main_command(int count, char** words) {
  Invocation invocation = parse_command_line(count, words);
  if (invocation.command) return invocation.command(invocation.options);
  print(invocation.text);
  return Exit::ok;
}

}  // namespace hikkoshi::app

int main(int count, char** words) {
  return hikkoshi::app::exit_code([&] { return hikkoshi::app::main_command(count, words); });
}
