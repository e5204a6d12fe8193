#include "app/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/grammar.h"
#include "base/text.h"
#include "move/diagnostic.h"

namespace hikkoshi::app {

namespace {

constexpr const char* purpose = "Moves a running stack from an OLD environment to a NEW one.";

constexpr const char* footer = R"(The order of a move:
  check -> doctor -> plan -> run -> report -> finish

What is it doing: status, gate list; the state folder's log has every step.

Exit codes: 0 ok, 1 failed, 2 changes (--detailed-exitcode), 3 warnings, 10 stopped at a gate,
11 rolled back, 12 needs a human, 13 verification mismatch, 14 refused by a limit, 15 stale plan,
20 locked, 64 usage, 65 bad move file, 77 authentication, 130 interrupted.)";

/// Puts commands into the program; each takes the options that all have, and its own.
class Registrar {
 public:
  Registrar(CLI::App& program, Invocation& invocation)
      : program_(program), options_(invocation.options), invocation_(invocation) {}

  CLI::App& add(const std::string& name, const std::string& meaning,
                Exit (*command)(const Options&), CLI::App* parent = nullptr) {
    CLI::App& added = *(parent ? parent : &program_)->add_subcommand(name, meaning);
    std::string words = parent ? parent->get_name() + " " + name : name;
    // A command's own callback comes after those of the commands below it, which count more.
    added.callback([this, command, words, &added] {
      if (!added.get_subcommands().empty()) return;
      invocation_.command = command;
      options_.command = words;
    });
    return added;
  }

  void flag(CLI::App& command, const std::string& name, bool& value, const std::string& meaning) {
    command.add_flag(name, value, meaning);
  }

  void flag_off(CLI::App& command, const std::string& name, bool& value,
                const std::string& meaning) {
    command.add_flag_callback(
        name, [&value] { value = false; }, meaning);
  }

  Options& options() { return options_; }

 private:
  CLI::App& program_;
  Options& options_;
  Invocation& invocation_;
};

void add_before(Registrar& registrar) {
  Options& options = registrar.options();
  registrar.add("check", "read the move file and say everything that is wrong with it", check);
  auto& doctor_command =
      registrar.add("doctor", "log in everywhere and say what would break", doctor);
  registrar.flag(doctor_command, "--grants", options.grants,
                 "print the statements that make the mover's database accounts");
  auto& plan_command =
      registrar.add("plan", "compile the move file into steps, print and save them", plan);
  registrar.flag(plan_command, "--offline", options.offline,
                 "ask nobody; the forecast uses defaults");
  registrar.flag(plan_command, "--markdown", options.markdown, "print the runbook");
  registrar.flag_off(plan_command, "--no-save", options.save, "print only");
  registrar.flag(plan_command, "--detailed-exitcode", options.detailed_exitcode,
                 "exit 2 when the saved plan changed");
  auto& show_command = registrar.add("show", "print the saved plan", show);
  registrar.flag(show_command, "--markdown", options.markdown, "as the runbook");
}

void add_run(Registrar& registrar) {
  Options& options = registrar.options();
  auto& run_command = registrar.add("run", "execute the saved plan, or go on with it", run);
  registrar.flag_off(run_command, "--no-wait", options.wait,
                     "stop at a shut gate with exit code 10; inside a cutover it waits all the "
                     "same, also for the approval: leaving would leave users behind the page");
  registrar.flag(run_command, "--yes", options.yes, "do not ask before it begins");
  auto& back = registrar.add("rollback", "undo everything that the run did", rollback);
  registrar.flag(back, "--lose-writes-since-cutover", options.lose_writes,
                 "go back although NEW holds writes that OLD will not have");
  auto& end = registrar.add("finish", "raise the TTLs again, remove what was added", finish);
  registrar.flag_off(end, "--no-wait", options.wait, "stop at a shut gate with exit code 10");
  auto& status_command = registrar.add("status", "say where the run is", status);
  registrar.flag(status_command, "--watch", options.watch,
                 "again whenever it changed, until it ends");
  auto& gate = registrar.add("gate", "list the gates of the run, or approve one", list_gates);
  registrar.add("list", "list the gates of the run", list_gates, &gate);
  auto& yes = registrar.add("approve", "approve a gate, bound to the plan's hash", approve, &gate);
  yes.add_option("gate", options.gate, "its id, for example service/approve")
      ->required()
      ->option_text("GATE");
  gate.require_subcommand(0, 1);
  for (CLI::App* command :
       {&yes, &registrar.add("pause", "stop before the next step", pause),
        &registrar.add("resume", "go on after a pause", resume),
        &registrar.add("abort", "go back, as long as the pivot is not passed", abort_run)}) {
    command->add_option("--who", options.who, "the person who asks; default: the login name")
        ->option_text("NAME");
    registrar.flag_off(*command, "--no-wait", options.wait,
                       "do not wait for the engine's answer (10 s at most; refused: exit 14)");
  }
}

void add_after(Registrar& registrar) {
  Options& options = registrar.options();
  registrar.add("verify", "compare OLD's and NEW's databases now", verify);
  auto& probe_command =
      registrar.add("probe", "ask each host of the services for its health", probe);
  probe_command.add_option("service", options.service, "only this one")->option_text("SERVICE");
  auto& report_command =
      registrar.add("report", "write report.html and report.json of the run", report);
  report_command.add_option("--outside", options.outside, "what a load program saw (JSON)")
      ->option_text("FILE");
  report_command.add_option("--output", options.output, "folder; default: the state folder")
      ->option_text("FOLDER");
  registrar.add("version", "print the version", version);
}

/// What the program says of itself.
void add_about(Registrar& registrar) {
  Options& options = registrar.options();
  auto& explain_command =
      registrar.add("explain", "say what a code of check means and what to do", explain);
  explain_command.add_option("code", options.code, "for example HK012; without it all are listed")
      ->option_text("CODE");
  registrar.add("schema", "print the JSON Schema of move files, for editors", schema);
  auto& completion_command =
      registrar.add("completion", "print the code that makes a shell complete", completion);
  completion_command.add_option("shell", options.shell, "bash, zsh or fish")
      ->required()
      ->option_text("SHELL");
  auto& man_command = registrar.add("man", "print or write the manual pages", man);
  man_command.add_option("page", options.page, "of a command, as gate-approve")
      ->option_text("PAGE");
  man_command.add_option("--output", options.output, "write all pages into this folder")
      ->option_text("FOLDER");
}

void add_common(CLI::App& program, Options& options) {
  program.add_option("-f,--file", options.move_file, "the move file (default move.yaml)")
      ->option_text("FILE");
  program.add_option("--overlay", options.overlays, "a file whose values replace the move file's")
      ->option_text("FILE");
  program
      .add_option("--state", options.state,
                  "where plan and journal are (default .hikkoshi beside the move file)")
      ->option_text("FOLDER");
  program.add_flag("--json", options.json, "data as JSON on standard output");
}

/// The help of the command that the words had reached, with the options that all commands have.
std::string help_of(const CLI::App& program) {
  std::string text = program.help();  // Of the command that was reached, with its whole name.
  if (program.get_subcommands().empty()) return text;
  CLI::Formatter formatter;
  std::vector<const CLI::Option*> all = program.get_options([](const CLI::Option* option) {
    return !option->check_lname("help") && !option->check_lname("version");
  });
  return text + formatter.make_group("Options of all commands", false, all) + "\n";
}

/// What the words of a failed parse were about: the command that they had reached, and what is
/// known there.
struct Reached {
  std::string command = "hikkoshi";
  std::vector<std::string> options, commands;
};

Reached reached(const CLI::App& program) {
  Reached result;
  const CLI::App* at = &program;
  for (;;) {
    for (const CLI::Option* option : at->get_options())
      for (const std::string& name : option->get_lnames()) result.options.push_back("--" + name);
    if (at->get_subcommands().empty()) break;
    at = at->get_subcommands()[0];
    result.command += " " + at->get_name();
  }
  for (const CLI::App* below : at->get_subcommands([](const CLI::App*) { return true; }))
    result.commands.push_back(below->get_name());
  return result;
}

/// A word that nothing took is named first: "a command is required" would not help who mistyped it.
Error refusal(const CLI::App& program, const std::string& message) {
  Reached at = reached(program);
  std::string help = at.command + " --help";
  auto left = program.remaining(true);
  if (left.empty()) return Error(Retry::never, message, Exit::usage).remedy(help);
  std::string word = left[0].substr(0, left[0].find('='));
  std::string near = nearest(word, word.starts_with('-') ? at.options : at.commands);
  return Error(Retry::never, fmt::format("{} does not know '{}'", at.command, word), Exit::usage)
      .remedy(near.empty() ? help : fmt::format("did you mean '{}'? See {}", near, help));
}

void assemble(CLI::App& program, Registrar& registrar) {
  program.fallthrough();  // Before any subcommand: options of all stand after their names too.
  program.footer(footer);
  program.require_subcommand(1);
  program.set_version_flag("--version", "hikkoshi " HIKKOSHI_VERSION);
  add_common(program, registrar.options());
  add_before(registrar);
  add_run(registrar);
  add_after(registrar);
  add_about(registrar);
}

std::vector<std::string> choices_of(const std::string& value) {
  std::vector<std::string> choices;
  if (value == "SHELL") choices = shells();
  if (value == "CODE")
    for (const move::CodeEntry& entry : move::codes()) choices.emplace_back(entry.number);
  return choices;
}

Argument argument_of(const CLI::Option& option) {
  Argument argument;
  if (!option.get_snames().empty()) argument.short_name = "-" + option.get_snames()[0];
  argument.long_name =
      option.get_positional() ? option.get_name(true) : "--" + option.get_lnames()[0];
  argument.value = option.get_option_text();
  argument.meaning = option.get_description();
  argument.required = option.get_required();
  argument.choices = choices_of(argument.value);
  return argument;
}

Command command_of(const CLI::App& app, const std::string& words) {
  Command command;
  command.words = words;
  command.meaning = app.get_description();
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? command.arguments : command.options)
        .push_back(argument_of(*option));
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    command.commands.push_back(
        command_of(*below, words.empty() ? below->get_name() : words + " " + below->get_name()));
  return command;
}

}  // namespace

Invocation parse_command_line(int count, const char* const* words) {
  Invocation invocation;
  // CLI11 calls back into the registrar, which must live as long as the program object.
  CLI::App program{purpose, "hikkoshi"};
  Registrar registrar(program, invocation);
  assemble(program, registrar);
  try {
    program.parse(count, words);
  } catch (const CLI::CallForHelp&) {
    invocation.command = nullptr;
    invocation.text = help_of(program);
  } catch (const CLI::CallForVersion&) {
    invocation.command = version;
    invocation.options.command = "version";
  } catch (const CLI::ParseError& error) {
    throw refusal(program, error.what());
  }
  return invocation;
}

Command grammar() {
  Invocation invocation;
  CLI::App program{purpose, "hikkoshi"};
  Registrar registrar(program, invocation);
  assemble(program, registrar);
  return command_of(program, "");
}

}  // namespace hikkoshi::app
