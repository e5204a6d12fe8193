#include "app/cli/console.h"

#include <cstdio>
#include <filesystem>

#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace hikkoshi::app {

void print(std::string_view text) {
  size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written != text.size() || std::fflush(stdout) != 0)
    throw Error(Retry::never, "standard output cannot be written");
}

void print_json(const Json& value) {
  print(value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void say(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string lines;
  for (const std::string& line : split(redact(std::string(text)), '\n'))
    lines += printable(line) + "\n";
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

int exit_code(const std::function<Exit()>& command) {
  try {
    return int(command());
  } catch (const Error& error) {
    say(std::string("error: ") + error.what());
    if (!error.remedy().empty()) say("  help: " + error.remedy());
    return int(error.exit());
  } catch (const std::filesystem::filesystem_error& error) {
    say("error: " + error.path1().string() + ": " + error.code().message());
    say("  help: see whether the path is there and may be used by this account");
    return int(Exit::failed);
  } catch (const std::exception& error) {
    say(std::string("error: ") + error.what() + " (this is a bug of hikkoshi)");
    return int(Exit::failed);
  }
}

bool is_terminal() {
  return ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO);
}

}  // namespace hikkoshi::app
