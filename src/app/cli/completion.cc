#include <fmt/format.h>

#include "app/cli/grammar.h"
#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::app {

namespace {

/// Every command with its own page of words: the program first, then depth first.
void collect(const Command& command, std::vector<const Command*>& all) {
  all.push_back(&command);
  for (const Command& below : command.commands) collect(below, all);
}

std::vector<const Command*> every(const Command& program) {
  std::vector<const Command*> all;
  collect(program, all);
  return all;
}

std::string last_word(const Command& command) {
  return split(command.words, ' ').back();
}

std::string quoted(std::string text) {
  return "'" + replace_all(std::move(text), "'", "'\\''") + "'";
}

std::vector<std::string> names_of(const Argument& option) {
  std::vector<std::string> names;
  if (!option.short_name.empty()) names.push_back(option.short_name);
  names.push_back(option.long_name);
  return names;
}

/// What may come after these words: commands below, choices of its words, options.
std::string words_after(const Command& command, const Command& program) {
  std::vector<std::string> words;
  for (const Command& below : command.commands) words.push_back(last_word(below));
  for (const Argument& argument : command.arguments)
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
  std::vector<Argument> options = command.options;
  if (&command != &program)
    options.insert(options.end(), program.options.begin(), program.options.end());
  for (const Argument& option : options)
    for (const std::string& name : names_of(option))
      if (std::find(words.begin(), words.end(), name) == words.end()) words.push_back(name);
  return join(words, " ");
}

/// Options with a value, once each, as a pattern of the shell's `case`; by what the value is.
std::string pattern_of_values(const Command& program, bool files) {
  std::vector<std::string> names;
  for (const Command* command : every(program))
    for (const Argument& option : command->options) {
      bool is_file = option.value == "FILE" || option.value == "FOLDER";
      if (option.value.empty() || is_file != files) continue;
      for (const std::string& name : names_of(option))
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  return join(names, "|");
}

std::string bash(const Command& program) {
  std::string commands, words;
  for (const Command* command : every(program)) {
    if (!command->words.empty()) commands += fmt::format(" {}", quoted(command->words));
    words += fmt::format("    {}) words={} ;;\n", quoted(command->words),
                         quoted(words_after(*command, program)));
  }
  std::string text = R"(# Completion of hikkoshi for bash. Made by: hikkoshi completion bash
_hikkoshi() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local at='' next words i command skip=0
  local -a commands=(@COMMANDS@)
  COMPREPLY=()
  case $before in
    @FILES@)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    @VALUES@) return ;;
  esac
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if ((skip)); then skip=0; continue; fi
    case ${COMP_WORDS[i]} in
      @FILES@|@VALUES@) skip=1; continue ;;
      -*) continue ;;
    esac
    next=${at:+$at }${COMP_WORDS[i]}
    for command in "${commands[@]}"; do
      [[ $command == "$next" ]] && at=$next
    done
  done
  case $at in
@WORDS@  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _hikkoshi hikkoshi
)";
  text = replace_all(std::move(text), "@COMMANDS@", trim(commands));
  text = replace_all(std::move(text), "@FILES@", pattern_of_values(program, true));
  text = replace_all(std::move(text), "@VALUES@", pattern_of_values(program, false));
  return replace_all(std::move(text), "@WORDS@", words);
}

/// Of a description in the middle of a specification of _arguments.
std::string zsh_text(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"})
    text = replace_all(std::move(text), special, std::string("\\") + special);
  return text;
}

std::string zsh_value(const Argument& argument) {
  if (argument.value.empty()) return "";
  std::string action = argument.value == "FILE"     ? "_files"
                       : argument.value == "FOLDER" ? "_files -/"
                       : argument.choices.empty()   ? " "
                                                    : "(" + join(argument.choices, " ") + ")";
  return fmt::format(":{}:{}", zsh_text(argument.value), action);
}

std::string zsh_option(const Argument& option) {
  std::string text;
  for (const std::string& name : names_of(option))
    text += fmt::format(
        "    {} \\\n",
        quoted(fmt::format("*{}[{}]{}", name, zsh_text(option.meaning), zsh_value(option))));
  return text;
}

/// A function for each command: `_hikkoshi_gate_approve`.
std::string zsh_function(const Command& command, const Command& program) {
  std::string name = "_hikkoshi";
  for (const std::string& word : split(command.words, ' '))
    if (!word.empty()) name += "_" + word;
  std::string text = name + "() {\n";
  text += "  local context state state_descr line\n  typeset -A opt_args\n";
  text += "  _arguments -C \\\n";
  for (const Argument& option : command.options) text += zsh_option(option);
  if (&command != &program)
    for (const Argument& option : program.options)
      if (option.long_name != "--help") text += zsh_option(option);
  for (const Argument& argument : command.arguments)
    text +=
        fmt::format("    {} \\\n", quoted(":" + zsh_text(argument.meaning) +
                                          zsh_value(argument).substr(argument.value.size() + 1)));
  if (command.commands.empty()) return text + "    && return 0\n}\n";
  text += "    '1: :->command' '*:: :->rest' && return 0\n  case $state in\n    command)\n";
  text += "      local -a commands=(\n";
  for (const Command& below : command.commands)
    text += fmt::format("        {}\n", quoted(last_word(below) + ":" + zsh_text(below.meaning)));
  text += "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
  for (const Command& below : command.commands)
    text += fmt::format("        {0}) {1}_{0} ;;\n", last_word(below), name);
  return text + "      esac ;;\n  esac\n}\n";
}

std::string zsh(const Command& program) {
  std::string text =
      "#compdef hikkoshi\n# Completion of hikkoshi for zsh. Made by: hikkoshi completion zsh\n";
  for (const Command* command : every(program)) text += zsh_function(*command, program);
  return text +
         "if [ \"$funcstack[1]\" = _hikkoshi ]; then\n  _hikkoshi \"$@\"\nelse\n"
         "  compdef _hikkoshi hikkoshi\nfi\n";
}

std::string fish_quoted(std::string text) {
  return "'" + replace_all(replace_all(std::move(text), "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const std::string& condition, const Argument& option) {
  std::string text = "complete -c hikkoshi" + condition;
  if (!option.short_name.empty()) text += " -s " + option.short_name.substr(1);
  text += " -l " + option.long_name.substr(2);
  if (option.value == "FILE")
    text += " -rF";
  else if (option.value == "FOLDER")
    text += " -xa '(__fish_complete_directories)'";
  else if (!option.value.empty())
    text += option.choices.empty() ? " -x" : " -xa " + fish_quoted(join(option.choices, " "));
  return text + " -d " + fish_quoted(option.meaning) + "\n";
}

/// When the words so far have reached the command: `__fish_seen_subcommand_from gate; and ...`.
std::string fish_condition(const Command& command) {
  if (command.words.empty()) return "";
  std::string text;
  for (const std::string& word : split(command.words, ' '))
    text += (text.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
  return " -n " + fish_quoted(text);
}

std::string fish_commands(const Command& command) {
  std::vector<std::string> names;
  for (const Command& below : command.commands) names.push_back(last_word(below));
  std::string none = "not __fish_seen_subcommand_from " + join(names, " ");
  if (!command.words.empty())
    none = "__fish_seen_subcommand_from " + last_word(command) + "; and " + none;
  std::string text;
  for (const Command& below : command.commands)
    text += fmt::format("complete -c hikkoshi -f -n {} -a {} -d {}\n", fish_quoted(none),
                        last_word(below), fish_quoted(below.meaning));
  return text;
}

std::string fish(const Command& program) {
  std::string text =
      "# Completion of hikkoshi for fish. Made by: hikkoshi completion fish\n"
      "complete -c hikkoshi -f\n";
  for (const Command* command : every(program)) {
    if (!command->commands.empty()) text += fish_commands(*command);
    for (const Argument& option : command->options)
      text += fish_option(fish_condition(*command), option);
    for (const Argument& argument : command->arguments)
      if (!argument.choices.empty())
        text += fmt::format("complete -c hikkoshi -f{} -a {}\n", fish_condition(*command),
                            fish_quoted(join(argument.choices, " ")));
  }
  return text;
}

}  // namespace

std::vector<std::string> shells() {
  return {"bash", "zsh", "fish"};
}

std::string completion_script(const Command& program, const std::string& shell) {
  if (shell == "bash") return bash(program);
  if (shell == "zsh") return zsh(program);
  if (shell == "fish") return fish(program);
  throw Error(Retry::never, "there is no completion for the shell '" + shell + "'", Exit::usage)
      .remedy("it is one of: " + join(shells(), ", "));
}

}  // namespace hikkoshi::app
