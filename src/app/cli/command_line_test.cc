#include "app/cli/command_line.h"

#include <gtest/gtest.h>

#include "app/cli/commands.h"

namespace hikkoshi::app {

namespace {

Invocation parsed(std::vector<const char*> words) {
  words.insert(words.begin(), "hikkoshi");
  return parse_command_line(int(words.size()), words.data());
}

using Command = Exit (*)(const Options&);

/// Which function a command line would call.
Command called(std::vector<const char*> words) {
  auto command = parsed(std::move(words)).command;
  auto* target = command.target<Command>();
  return target ? *target : nullptr;
}

Options options_of(std::vector<const char*> words) {
  return parsed(std::move(words)).options;
}

struct Complaint {
  std::string text, remedy;
};

Complaint complaint(std::vector<const char*> words) {
  try {
    parsed(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::usage);
    EXPECT_EQ(error.retry(), Retry::never);
    return {error.what(), error.remedy()};
  }
  ADD_FAILURE() << "accepted";
  return {};
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST(CommandLine, calls_the_function_of_every_command) {
  const std::pair<const char*, Command> commands[] = {
      {"check", check}, {"doctor", doctor}, {"plan", plan},         {"show", show},
      {"run", run},     {"finish", finish}, {"rollback", rollback}, {"status", status},
      {"pause", pause}, {"resume", resume}, {"abort", abort_run},   {"verify", verify},
      {"probe", probe}, {"report", report}, {"version", version},   {"gate", list_gates},
  };
  for (const auto& [word, command] : commands) EXPECT_EQ(called({word}), command) << word;
}

TEST(CommandLine, lists_gates_unless_one_is_approved) {
  EXPECT_EQ(called({"gate"}), list_gates);
  EXPECT_EQ(called({"gate", "list"}), list_gates);
  EXPECT_EQ(called({"gate", "approve", "service/approve"}), approve);
  EXPECT_EQ(options_of({"gate", "approve", "service/approve"}).gate, "service/approve");
}

TEST(CommandLine, approves_nothing_without_a_gates_id) {
  EXPECT_TRUE(holds(complaint({"gate", "approve"}).text, "gate"));
  EXPECT_EQ(complaint({"gate", "approve"}).remedy, "hikkoshi gate approve --help");
  complaint({"gate", "list", "approve", "x"});
}

TEST(CommandLine, without_options_has_the_documented_defaults) {
  Options options = options_of({"run"});
  EXPECT_EQ(options.move_file, "move.yaml");
  EXPECT_TRUE(options.overlays.empty());
  EXPECT_EQ(options.state, "");
  EXPECT_TRUE(options.save);
  EXPECT_TRUE(options.wait);
  for (bool off : {options.json, options.detailed_exitcode, options.offline, options.markdown,
                   options.grants, options.yes, options.lose_writes, options.watch})
    EXPECT_FALSE(off);
  for (const std::string& empty :
       {options.gate, options.who, options.outside, options.output, options.service})
    EXPECT_EQ(empty, "");
}

TEST(CommandLine, puts_every_flag_where_its_command_reads_it) {
  EXPECT_TRUE(options_of({"doctor", "--grants"}).grants);
  EXPECT_TRUE(options_of({"plan", "--offline"}).offline);
  EXPECT_TRUE(options_of({"plan", "--markdown"}).markdown);
  EXPECT_FALSE(options_of({"plan", "--no-save"}).save);
  EXPECT_TRUE(options_of({"plan", "--detailed-exitcode"}).detailed_exitcode);
  EXPECT_TRUE(options_of({"show", "--markdown"}).markdown);
  EXPECT_FALSE(options_of({"run", "--no-wait"}).wait);
  EXPECT_TRUE(options_of({"run", "--yes"}).yes);
  EXPECT_TRUE(options_of({"rollback", "--lose-writes-since-cutover"}).lose_writes);
  EXPECT_FALSE(options_of({"finish", "--no-wait"}).wait);
  EXPECT_TRUE(options_of({"status", "--watch"}).watch);
  for (const char* command : {"pause", "resume", "abort"})
    EXPECT_FALSE(options_of({command, "--no-wait"}).wait) << command;
  EXPECT_FALSE(options_of({"gate", "approve", "a/b", "--no-wait"}).wait);
}

TEST(CommandLine, puts_every_value_where_its_command_reads_it) {
  for (const char* command : {"pause", "resume", "abort"})
    EXPECT_EQ(options_of({command, "--who", "mika"}).who, "mika") << command;
  EXPECT_EQ(options_of({"gate", "approve", "a/b", "--who", "mika"}).who, "mika");
  EXPECT_EQ(options_of({"probe", "frames"}).service, "frames");
  EXPECT_EQ(options_of({"report", "--outside", "load.json"}).outside, "load.json");
  EXPECT_EQ(options_of({"report", "--output", "out"}).output, "out");
}

TEST(CommandLine, takes_the_options_of_all_before_and_after_the_command) {
  for (auto words :
       {std::vector<const char*>{"-f", "a.yaml", "--overlay", "b.yaml", "--overlay", "c.yaml",
                                 "--state", "s", "--json", "status"},
        std::vector<const char*>{"status", "-f", "a.yaml", "--overlay", "b.yaml", "--overlay",
                                 "c.yaml", "--state", "s", "--json"},
        std::vector<const char*>{"--file", "a.yaml", "gate", "list", "--json", "--state=s",
                                 "--overlay=b.yaml", "--overlay=c.yaml"}}) {
    Options options = options_of(words);
    EXPECT_EQ(options.move_file, "a.yaml");
    EXPECT_EQ(options.overlays, (std::vector<std::string>{"b.yaml", "c.yaml"}));
    EXPECT_EQ(options.state, "s");
    EXPECT_TRUE(options.json);
  }
}

TEST(CommandLine, names_a_mistyped_command_and_the_one_that_was_meant) {
  Complaint said = complaint({"chekc"});
  EXPECT_EQ(said.text, "hikkoshi does not know 'chekc'");
  EXPECT_EQ(said.remedy, "did you mean 'check'? See hikkoshi --help");
  said = complaint({"gate", "aprove"});
  EXPECT_EQ(said.text, "hikkoshi gate does not know 'aprove'");
  EXPECT_EQ(said.remedy, "did you mean 'approve'? See hikkoshi gate --help");
}

TEST(CommandLine, names_a_mistyped_option_and_the_one_that_was_meant) {
  Complaint said = complaint({"plan", "--ofline"});
  EXPECT_EQ(said.text, "hikkoshi plan does not know '--ofline'");
  EXPECT_EQ(said.remedy, "did you mean '--offline'? See hikkoshi plan --help");
  said = complaint({"status", "--stat=x"});  // An option of all commands.
  EXPECT_EQ(said.text, "hikkoshi status does not know '--stat'");
  EXPECT_EQ(said.remedy, "did you mean '--state'? See hikkoshi status --help");
}

TEST(CommandLine, suggests_nothing_for_a_word_like_no_other) {
  EXPECT_EQ(complaint({"teleport"}).remedy, "hikkoshi --help");
  EXPECT_EQ(complaint({"run", "--immediately"}).remedy, "hikkoshi run --help");
}

TEST(CommandLine, refuses_an_option_of_another_command) {
  EXPECT_EQ(complaint({"check", "--lose-writes-since-cutover"}).text,
            "hikkoshi check does not know '--lose-writes-since-cutover'");
  complaint({"status", "--yes"});
  complaint({"finish", "--yes"});
}

TEST(CommandLine, needs_a_command_and_needs_it_once) {
  EXPECT_EQ(complaint({}).remedy, "hikkoshi --help");
  complaint({"--json"});
  complaint({"check", "plan"});
}

TEST(CommandLine, needs_the_value_of_an_option_that_has_one) {
  EXPECT_TRUE(holds(complaint({"check", "-f"}).text, "--file"));
  EXPECT_TRUE(holds(complaint({"pause", "--who"}).text, "--who"));
}

TEST(CommandLine, explains_the_order_of_a_move_and_the_exit_codes) {
  Invocation asked = parsed({"--help"});
  EXPECT_FALSE(asked.command);
  EXPECT_TRUE(holds(asked.text, "check -> doctor -> plan -> run -> report -> finish"));
  EXPECT_TRUE(holds(asked.text, "13 verification mismatch"));
  for (const char* command :
       {"check", "doctor", "plan", "show", "run", "rollback", "finish", "status", "gate", "pause",
        "resume", "abort", "verify", "probe", "report", "version"})
    EXPECT_TRUE(holds(asked.text, std::string("\n  ") + command + " ")) << command;
}

TEST(CommandLine, explains_the_command_that_is_asked_about) {
  Invocation asked = parsed({"rollback", "--help"});
  EXPECT_FALSE(asked.command);
  EXPECT_TRUE(holds(asked.text, "--lose-writes-since-cutover"));
  EXPECT_FALSE(holds(asked.text, "--offline"));
  asked = parsed({"gate", "approve", "--help"});
  EXPECT_FALSE(asked.command);
  EXPECT_TRUE(holds(asked.text, "service/approve"));
  EXPECT_TRUE(holds(asked.text, "--who"));
}

TEST(CommandLine, explains_a_command_by_its_whole_name_with_the_options_of_all) {
  for (auto words : {std::vector<const char*>{"run", "--help"}, {"gate", "approve", "--help"}}) {
    std::string text = parsed(words).text;
    std::string name = "hikkoshi " + std::string(words[0]);
    EXPECT_TRUE(holds(text, "Usage: " + name)) << text;
    for (const char* option : {"--file", "--overlay", "--state", "--json"})
      EXPECT_TRUE(holds(text, option)) << text;
  }
  EXPECT_TRUE(holds(parsed({"gate", "approve", "--help"}).text, "Usage: hikkoshi gate approve"));
}

TEST(CommandLine, says_that_a_cutover_waits_for_its_approval_also_without_waiting) {
  EXPECT_TRUE(holds(parsed({"run", "--help"}).text, "also for the approval"));
}

TEST(CommandLine, tells_its_version_by_the_habitual_option_too) {
  EXPECT_EQ(called({"--version"}), version);
  EXPECT_EQ(options_of({"--version"}).command, "version");
}

TEST(CommandLine, names_the_command_for_the_log) {
  EXPECT_EQ(options_of({"run"}).command, "run");
  EXPECT_EQ(options_of({"gate", "approve", "a/b"}).command, "gate approve");
  EXPECT_EQ(options_of({"gate"}).command, "gate");
}

}  // namespace hikkoshi::app
