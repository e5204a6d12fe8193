// The two streams: data and talk.
#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace hikkoshi::app {

void print(
    std::string_view text);  ///< To standard output, as it is. Throws Error(never) when lost.
void print_json(const Json& value);  ///< Indented, with a newline.
/// To standard error with a newline: redacted, and without what could steer a terminal.
void say(std::string_view text);
/// Runs `command`; a failure is said with its remedy and becomes its exit code.
int exit_code(const std::function<Exit()>& command);

bool is_terminal();  ///< Standard input and error are a person's.

}  // namespace hikkoshi::app
