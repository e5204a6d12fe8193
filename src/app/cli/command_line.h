// The command line: what it may say, and what it says.
#pragma once

#include <functional>
#include <string>

#include "app/cli/options.h"
#include "base/error.h"

namespace hikkoshi::app {

/// A command with its options, ready to be run.
struct Invocation {
  std::function<Exit(const Options&)> command;  ///< Empty: `text` was asked for (--help).
  Options options;
  std::string text;
};

/// Throws Error(never, usage) for what the program does not know, with the nearest word it knows.
Invocation parse_command_line(int count, const char* const* words);

}  // namespace hikkoshi::app
