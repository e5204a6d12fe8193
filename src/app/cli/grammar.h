// The command line as data: what completion scripts and manual pages are made of.
#pragma once

#include <string>
#include <vector>

namespace hikkoshi::app {

/// One option, or a word that stands without one.
struct Argument {
  std::string short_name;  ///< "-f", or empty.
  std::string long_name;   ///< "--file"; of a word: its name in help, "gate".
  std::string value;       ///< "FILE", "FOLDER", "CODE", ...; empty for a flag.
  std::string meaning;
  bool required = false;
  std::vector<std::string> choices;  ///< Every value that it takes; empty: any.
};

struct Command {
  std::string words;  ///< "gate approve"; empty for the program itself.
  std::string meaning;
  std::vector<Argument> options;  ///< With --help; those of all commands are the program's.
  std::vector<Argument> arguments;
  std::vector<Command> commands;  ///< Below it.
};

/// The program, with everything that `parse_command_line` knows.
Command grammar();

/// Shell code that completes commands, options and their values; `shell` is one of shells().
std::string completion_script(const Command& program, const std::string& shell);
std::vector<std::string> shells();

struct ManualPage {
  std::string name;  ///< "hikkoshi-gate-approve"; its file is NAME.1.
  std::string text;  ///< For man(7).
};

/// The program's page and one for each command.
std::vector<ManualPage> manual(const Command& program);

}  // namespace hikkoshi::app
