#include "traffic/haproxy_launch.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

/// What a host says to words, without the line's end; empty when it fails.
std::string said(hosts::Host& host, std::vector<std::string> arguments) {
  hosts::Command command;
  command.arguments = std::move(arguments);
  auto result = host.run(command);
  if (result.status != 0) return "";
  if (result.output.ends_with('\n')) result.output.pop_back();
  return result.output;
}

bool takes_a_value(const std::string& option) {
  static constexpr std::array options{"-f", "-C", "-L", "-S", "-p", "-x", "-n", "-N", "-m", "-l"};
  return std::find(options.begin(), options.end(), option) != options.end();
}

/// The same file by whatever name, or through whatever bind mount.
std::string identity(hosts::Host& host, const std::string& path) {
  return said(host, {"stat", "-L", "-c", "%d:%i %F", "--", path});
}

/// The files that stand for one of -f: itself, or a folder's *.cfg in their order.
std::vector<std::string> expand(hosts::Host& host, const std::string& path,
                                const std::string& kind) {
  if (!kind.ends_with("directory")) return {path};
  std::vector<std::string> files;
  for (const std::string& name : split(said(host, {"ls", "-1", "--", path}), '\n'))
    if (name.ends_with(".cfg")) files.push_back(path + "/" + name);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

HaproxyLaunch parse_command_line(std::string_view words) {
  HaproxyLaunch launch;
  auto argument = split(words, '\0');
  if (!argument.empty() && argument.back().empty()) argument.pop_back();
  if (argument.empty()) return launch;
  launch.program = argument[0];
  bool only_files = false;
  for (size_t i = 1; i < argument.size(); ++i) {
    const std::string& word = argument[i];
    if (only_files)
      launch.files.push_back(word);
    else if (word == "--")
      only_files = true;
    else if (takes_a_value(word) && i + 1 < argument.size()) {
      const std::string& value = argument[++i];
      if (word == "-f") launch.files.push_back(value);
      if (word == "-C") launch.change_to = value;
    }
  }
  return launch;
}

HaproxyLaunch find_launch(hosts::Host& host, int master) {
  std::string process = fmt::format("/proc/{}/", master);
  HaproxyLaunch launch = parse_command_line(said(host, {"cat", process + "cmdline"}));
  if (launch.files.empty())
    throw Error(Retry::never,
                fmt::format("cannot read how HAProxy ({}) was started on {}", master, host.name()));
  std::string program = said(host, {"readlink", process + "exe"});
  if (size_t gone = program.find(" (deleted)"); gone != program.npos) program.resize(gone);
  if (!program.empty()) launch.program = program;
  launch.folder = said(host, {"readlink", process + "cwd"});
  if (launch.folder.empty()) launch.folder = "/";
  return launch;
}

std::string check_configuration(hosts::Host& host, const HaproxyLaunch& launch,
                                const std::string& config, const std::string& candidate) {
  std::string base = launch.change_to.starts_with("/") ? launch.change_to
                     : launch.change_to.empty()        ? launch.folder
                                                       : launch.folder + "/" + launch.change_to;
  std::string wanted = identity(host, config);
  hosts::Command command;
  command.arguments = {launch.program, "-c", "-C", base};
  bool found = false;
  for (const std::string& given : launch.files) {
    std::string path = given.starts_with("/") ? given : base + "/" + given;
    for (const std::string& file : expand(host, path, identity(host, path))) {
      bool ours = !wanted.empty() && identity(host, file) == wanted;
      found = found || ours;
      command.arguments.insert(command.arguments.end(), {"-f", ours ? candidate : file});
    }
  }
  if (!found)
    throw Error(Retry::never, fmt::format("the running HAProxy does not read {} but {}", config,
                                          join(launch.files, ", ")))
        .remedy("name the file that it reads as the balancer's `config`");
  auto result = host.run(command);
  if (result.status == 0) return "";
  std::string words = std::string(trim(result.error + result.output));
  return words.empty() ? fmt::format("haproxy -c ended with {}", result.status) : words;
}

}  // namespace hikkoshi::traffic
