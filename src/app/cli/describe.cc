// The commands that say what the program knows of itself: schema, explain, completion, man.
#include <filesystem>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/grammar.h"
#include "base/file.h"
#include "base/text.h"
#include "move/explain.h"
#include "move/schema.h"

namespace hikkoshi::app {

namespace {

std::string list_of_codes() {
  std::string text;
  for (const move::CodeEntry& entry : move::codes())
    text += fmt::format("{}  {:<7}  {}\n", entry.number, move::to_string(entry.severity),
                        entry.meaning);
  return text;
}

Error no_code(const std::string& word) {
  std::vector<std::string> known;
  for (const move::CodeEntry& entry : move::codes()) known.emplace_back(entry.number);
  std::string near = nearest(word, known);
  return Error(Retry::never, "there is no code '" + word + "'", Exit::usage)
      .remedy(near.empty() ? "list them: hikkoshi explain"
                           : fmt::format("did you mean '{}'? List them: hikkoshi explain", near));
}

}  // namespace

Exit schema(const Options&) {
  print_json(move::schema());
  return Exit::ok;
}

Exit explain(const Options& options) {
  if (options.code.empty()) {
    Json all = Json::array();
    for (const move::CodeEntry& entry : move::codes())
      all.push_back(move::explain_as_json(entry.code));
    if (options.json)
      print_json({{"codes", all}});
    else
      print(list_of_codes());
    return Exit::ok;
  }
  auto code = move::code_numbered(options.code);
  if (!code) throw no_code(options.code);
  if (options.json)
    print_json(move::explain_as_json(*code));
  else
    print(move::explain(*code));
  return Exit::ok;
}

Exit completion(const Options& options) {
  print(completion_script(grammar(), options.shell));
  return Exit::ok;
}

Exit man(const Options& options) {
  std::vector<ManualPage> pages = manual(grammar());
  if (options.output.empty()) {
    for (const ManualPage& page : pages)
      if (page.name == "hikkoshi" + (options.page.empty() ? "" : "-" + options.page)) {
        print(page.text);
        return Exit::ok;
      }
    throw Error(Retry::never, "there is no page for '" + options.page + "'", Exit::usage)
        .remedy("name a command, as in: hikkoshi man gate-approve");
  }
  std::filesystem::create_directories(options.output);
  for (const ManualPage& page : pages)
    write_file_atomically(options.output + "/" + page.name + ".1", page.text);
  return Exit::ok;
}

}  // namespace hikkoshi::app
