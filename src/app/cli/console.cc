#include "app/cli/console.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace hikkoshi::app {

void print(std::string_view text) {
  size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0) return;
  if (errno != EPIPE) throw Error(Retry::never, "standard output cannot be written");
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

int exit_code(const std::function<Exit()>& command,
              const std::function<void(const std::string&)>& also) {
  auto tell = [&](const std::string& line) {
    say(line);
    if (also) also(line);
  };
  try {
    return int(command());
  } catch (const Error& error) {
    tell(std::string("error: ") + error.what());
    if (!error.remedy().empty()) tell("  help: " + error.remedy());
    return int(error.exit());
  } catch (const std::filesystem::filesystem_error& error) {
    tell("error: " + error.path1().string() + ": " + error.code().message());
    tell("  help: see whether the path is there and may be used by this account");
    return int(Exit::failed);
  } catch (const std::exception& error) {
    tell(std::string("error: ") + error.what() + " (this is a bug of hikkoshi)");
    return int(Exit::failed);
  }
}

bool is_terminal() {
  return ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO);
}

bool can_write_over() {
  const char* kind = std::getenv("TERM");
  return is_terminal() && kind && *kind && std::string_view(kind) != "dumb";
}

}  // namespace hikkoshi::app
