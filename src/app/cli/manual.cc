#include <fmt/format.h>

#include "app/cli/grammar.h"
#include "base/text.h"

namespace hikkoshi::app {

namespace {

/// Text between man(7)'s macros: no line may look like one, and '-' is a minus to be copied.
std::string roff(std::string text) {
  text = replace_all(std::move(text), "\\", "\\e");
  text = replace_all(std::move(text), "-", "\\-");
  text = replace_all(std::move(text), "'", "\\(aq");
  return text.starts_with('.') ? "\\&" + text : text;
}

std::string page_name(const Command& command) {
  return command.words.empty() ? "hikkoshi" : "hikkoshi-" + replace_all(command.words, " ", "-");
}

std::string full_name(const Command& command) {
  return command.words.empty() ? "hikkoshi" : "hikkoshi " + command.words;
}

std::string term(const Argument& option) {
  std::string text = ".TP\n";
  std::string names = option.short_name.empty() ? "" : "\\fB" + roff(option.short_name) + "\\fR, ";
  names += "\\fB" + roff(option.long_name) + "\\fR";
  if (!option.value.empty()) names += " \\fI" + roff(option.value) + "\\fR";
  text += names + "\n" + roff(option.meaning) + ".\n";
  if (!option.choices.empty() && option.choices.size() <= 8)
    text += "One of: " + roff(join(option.choices, ", ")) + ".\n";
  return text;
}

std::string synopsis(const Command& command) {
  std::string text = ".SH SYNOPSIS\n.B " + roff(full_name(command)) + "\n";
  if (!command.options.empty()) text += "[\\fIOPTION\\fR]...\n";
  if (!command.commands.empty())
    text += command.words.empty() ? "\\fICOMMAND\\fR\n" : "[\\fICOMMAND\\fR]\n";
  for (const Argument& argument : command.arguments)
    text += argument.required ? "\\fI" + roff(argument.value) + "\\fR\n"
                              : "[\\fI" + roff(argument.value) + "\\fR]\n";
  return text;
}

std::string commands_of(const Command& command) {
  std::string text;
  for (const Command& below : command.commands)
    text += ".TP\n.BR " + roff(page_name(below)) + " (1)\n" + roff(below.meaning) + ".\n";
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

std::string options_of(const Command& command, const Command& program) {
  std::string text;
  for (const Argument& argument : command.arguments) {
    Argument shown = argument;
    shown.long_name = argument.value;
    shown.value.clear();
    text += term(shown);
  }
  if (!text.empty()) text = ".SH ARGUMENTS\n" + text;
  text += ".SH OPTIONS\n";
  for (const Argument& option : command.options) text += term(option);
  if (&command != &program) {
    text += ".SS Of all commands\n";
    for (const Argument& option : program.options)
      if (option.long_name != "--help") text += term(option);
  }
  return text;
}

constexpr const char* program_sections = R"(.SH FILES
.TP
.I move.yaml
The move file: what moves, from where to where, in which order.
.TP
.I .hikkoshi/
Beside the move file: the saved plan, the journal, the lock, requests to a running engine.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed; the message says what to do.
.TP
.B 2
The saved plan changed (\fBplan \-\-detailed\-exitcode\fR).
.TP
.B 3
Warnings only.
.TP
.B 10
Stopped at a gate, or paused.
.TP
.B 11
Rolled back.
.TP
.B 12
Needs a human.
.TP
.B 13
The databases differ.
.TP
.B 14
Refused by a limit of the move file, or because writes would be lost.
.TP
.B 15
The plan is stale.
.TP
.B 20
Locked: another engine is at work.
.TP
.B 64
Wrong usage.
.TP
.B 65
The move file has errors.
.TP
.B 77
A login, a host key or a secret is refused.
.TP
.B 130
Interrupted.
)";

std::string page(const Command& command, const Command& program, const std::string& version) {
  std::string name = page_name(command), title = name;
  for (char& c : title) c = char(std::toupper(static_cast<unsigned char>(c)));
  std::string text =
      fmt::format(".TH {} 1 \"\" \"hikkoshi {}\" \"hikkoshi\"\n", roff(title), roff(version));
  text += ".SH NAME\n" + roff(name) + " \\- " + roff(command.meaning) + "\n";
  text += synopsis(command) + commands_of(command) + options_of(command, program);
  if (&command == &program) return text + program_sections;
  return text + ".SH SEE ALSO\n.BR hikkoshi (1)\n";
}

void add_pages(const Command& command, const Command& program, const std::string& version,
               std::vector<ManualPage>& pages) {
  pages.push_back({page_name(command), page(command, program, version)});
  for (const Command& below : command.commands) add_pages(below, program, version, pages);
}

}  // namespace

std::vector<ManualPage> manual(const Command& program) {
  std::vector<ManualPage> pages;
  add_pages(program, program, HIKKOSHI_VERSION, pages);
  return pages;
}

}  // namespace hikkoshi::app
