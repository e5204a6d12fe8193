#include "app/cli/commands.h"
#include "app/cli/console.h"

namespace hikkoshi::app {

Exit version(const Options& options) {
  if (options.json)
    print_json({{"name", "hikkoshi"}, {"version", HIKKOSHI_VERSION}});
  else
    print("hikkoshi " HIKKOSHI_VERSION "\n");
  return Exit::ok;
}

}  // namespace hikkoshi::app
