// The two streams: data and talk.
#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace hikkoshi::app {

/// To standard output, as it is. Throws Error(never) when it is lost, but not when whoever reads it
/// has seen enough (`hikkoshi plan | head`).
void print(std::string_view text);
void print_json(const Json& value);  ///< Indented, with a newline.
/// To standard error with a newline: redacted, and without what could steer a terminal.
void say(std::string_view text);
/// Runs `command`; a failure is said with its remedy and becomes its exit code. `also` is told each
/// line that is said of it.
int exit_code(const std::function<Exit()>& command,
              const std::function<void(const std::string&)>& also = {});

bool is_terminal();     ///< Standard input and error are a person's.
bool can_write_over();  ///< That, and the terminal obeys the usual sequences (TERM is not dumb).

}  // namespace hikkoshi::app
