// Completion scripts and manual pages speak of everything that the command line knows.
#include "app/cli/grammar.h"

#include <set>

#include <gtest/gtest.h>

#include "app/cli/command_line.h"
#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::app {

namespace {

void walk_commands(const Command& command, std::vector<const Command*>& all) {
  all.push_back(&command);
  for (const Command& below : command.commands) walk_commands(below, all);
}

std::vector<const Command*> all_of(const Command& program) {
  std::vector<const Command*> all;
  walk_commands(program, all);
  return all;
}

std::string page_named(const std::vector<ManualPage>& pages, const std::string& name) {
  for (const ManualPage& page : pages)
    if (page.name == name) return replace_all(page.text, "\\-", "-");
  ADD_FAILURE() << "no page " << name;
  return "";
}

}  // namespace

TEST(Grammar, holds_every_command_that_the_command_line_calls) {
  const Command program = grammar();
  std::set<std::string> words;
  for (const Command* command : all_of(program)) words.insert(command->words);
  for (const char* known : {"check", "doctor", "plan", "run", "gate", "gate list", "gate approve",
                            "explain", "schema", "completion", "man", "version"})
    EXPECT_TRUE(words.contains(known)) << known;
  EXPECT_GE(words.size(), 22u);
}

TEST(Grammar, says_what_each_option_takes) {
  const Command program = grammar();
  for (const Command* command : all_of(program))
    for (const Argument& option : command->options) {
      EXPECT_TRUE(option.long_name.starts_with("--")) << command->words;
      EXPECT_NE(option.meaning, "") << option.long_name;
    }
  auto named = [&](const std::string& name) {
    for (const Argument& option : program.options)
      if (option.long_name == name) return option;
    return Argument{};
  };
  EXPECT_EQ(named("--file").value, "FILE");
  EXPECT_EQ(named("--file").short_name, "-f");
  EXPECT_EQ(named("--state").value, "FOLDER");
  EXPECT_EQ(named("--json").value, "");
}

TEST(Grammar, knows_the_words_that_explain_and_completion_take) {
  const Command program = grammar();
  for (const Command& command : program.commands) {
    if (command.words == "explain") {
      EXPECT_GE(command.arguments.at(0).choices.size(), 50u);
    }
    if (command.words == "completion") {
      EXPECT_EQ(command.arguments.at(0).choices, shells());
    }
  }
}

TEST(Completion, speaks_of_every_command_and_option_in_each_shell) {
  const Command program = grammar();
  for (const std::string& shell : shells()) {
    std::string script = completion_script(program, shell);
    for (const Command* command : all_of(program)) {
      std::string word = split(command->words, ' ').back();
      EXPECT_NE(script.find(word), std::string::npos) << shell << " " << word;
      for (const Argument& option : command->options) {
        std::string name = shell == "fish" ? "-l " + option.long_name.substr(2) : option.long_name;
        EXPECT_NE(script.find(name), std::string::npos) << shell << " " << name;
      }
    }
    for (const char* gap : {"@COMMANDS@", "@FILES@", "@VALUES@", "@WORDS@"})
      EXPECT_EQ(script.find(gap), std::string::npos) << shell << " " << gap;
  }
}

TEST(Completion, of_an_unknown_shell_names_those_that_there_are) {
  try {
    completion_script(grammar(), "tcsh");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::usage);
    EXPECT_NE(error.remedy().find("fish"), std::string::npos);
  }
}

TEST(Manual, has_a_page_for_every_command_with_all_its_options) {
  const Command program = grammar();
  std::vector<ManualPage> pages = manual(program);
  EXPECT_EQ(pages.size(), all_of(program).size());
  for (const Command* command : all_of(program)) {
    std::string name =
        command->words.empty() ? "hikkoshi" : "hikkoshi-" + replace_all(command->words, " ", "-");
    std::string text = page_named(pages, name);
    for (const Argument& option : command->options)
      EXPECT_NE(text.find(option.long_name), std::string::npos) << name << option.long_name;
    for (const Argument& option : program.options)
      EXPECT_NE(text.find(option.long_name), std::string::npos) << name << option.long_name;
    for (const Command& below : command->commands)
      EXPECT_NE(text.find("hikkoshi-" + replace_all(below.words, " ", "-")), std::string::npos);
  }
}

TEST(Manual, writes_no_line_that_the_formatter_would_take_for_its_own) {
  Command program;
  program.meaning = ".so /etc/passwd 'quoted' back\\slash";
  std::string text = manual(program).front().text;
  EXPECT_EQ(text.find("\n.so"), std::string::npos);
  EXPECT_NE(text.find("\\(aqquoted\\(aq back\\eslash"), std::string::npos);
}

}  // namespace hikkoshi::app
