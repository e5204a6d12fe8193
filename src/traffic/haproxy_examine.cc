// What the doctor finds about a HAProxy.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "traffic/haproxy_balancer.h"
#include "traffic/haproxy_launch.h"

namespace hikkoshi::traffic {

namespace {

/// Whole seconds that a command prints; 0 when it fails.
long seconds(hosts::Host& host, std::vector<std::string> arguments) {
  hosts::Command command;
  command.arguments = std::move(arguments);
  auto result = host.run(command);
  return result.status == 0 ? std::atol(result.output.c_str()) : 0;
}

/// The value of "Key: value" in `show info`.
std::string info_value(const std::string& info, const std::string& key) {
  for (const std::string& line : split(info, '\n'))
    if (line.starts_with(key + ": ")) return std::string(trim(line.substr(key.size() + 2)));
  return "";
}

}  // namespace

std::vector<Finding> HaproxyBalancer::examine() {
  std::lock_guard lock(mutex_);
  std::vector<Finding> findings;
  auto level = cli_.try_ask("show cli level");
  if (!level)
    findings.push_back(
        {true, fmt::format("{}: nothing answers on the master socket {}", name(), options_.master),
         "start HAProxy with -W -S " + options_.master +
             " (Debian: EXTRAOPTS in /etc/default/haproxy), open to the login"});
  else if (trim(*level) != "admin")
    findings.push_back({true,
                        fmt::format("{}: the master socket gives level {}, not admin", name(),
                                    printable(trim(*level))),
                        "start HAProxy with -S " + options_.master + ",level,admin"});
  auto admin = HaproxyCli(host_, options_.socket, clock_, Millis(0)).try_ask("show cli level");
  if (!admin || trim(*admin) != "admin")
    findings.push_back(
        {false, fmt::format("{}: {} is no runtime API of level admin", name(), options_.socket),
         "stats socket " + options_.socket + " mode 600 level admin"});
  examine_configuration(findings);
  return findings;
}

void HaproxyBalancer::examine_configuration(std::vector<Finding>& findings) {
  auto config = host_.read_file(options_.config);
  if (!config) {
    findings.push_back(
        {true, fmt::format("{}: there is no {} on {}", name(), options_.config, host_.name()),
         "name the file that HAProxy reads as `config`"});
    return;
  }
  HaproxySetup setup = read_haproxy_config(config->content);
  auto names = frontends(setup);
  if (names.empty())
    findings.push_back({true, name() + ": no HTTP frontend names a backend", "check `config`"});
  for (const std::string& wanted : names) {
    auto found = std::find_if(setup.frontends.begin(), setup.frontends.end(),
                              [&](const auto& frontend) { return frontend.name == wanted; });
    if (found == setup.frontends.end())
      findings.push_back({true, fmt::format("{}: there is no frontend '{}'", name(), wanted),
                          "name existing frontends in `listen`"});
    else if (!found->http)
      findings.push_back({true,
                          fmt::format("{}: frontend '{}' is not in mode http", name(), wanted),
                          "only HTTP frontends can show a page"});
    else if (!found->idle_close)
      findings.push_back({false,
                          fmt::format("{}: frontend '{}' breaks idle keep-alive connections at "
                                      "every reload",
                                      name(), wanted),
                          "add `option idle-close-on-response` (a reload is needed once)"});
  }
  if (!setup.hard_stop)
    findings.push_back({false, name() + ": old workers live as long as their last client",
                        "add `hard-stop-after 60s` to the global section"});
  if (cli_.try_ask("show proc")) examine_running(setup, findings);
}

void HaproxyBalancer::examine_running(const HaproxySetup& setup, std::vector<Finding>& findings) {
  HaproxyProcesses processes = cli_.processes();
  auto numbers = split(processes.version, '.');
  int major = std::atoi(numbers[0].c_str());
  int minor = numbers.size() < 2 ? 0 : std::atoi(numbers[1].c_str());
  if (major < 2 || (major == 2 && minor < 4))
    findings.push_back({true, fmt::format("{} is HAProxy {}", name(), processes.version),
                        "2.4 is the oldest that works"});
  HaproxyLaunch launch = find_launch(host_, processes.master);
  auto fault = check_configuration(host_, launch, options_.config, options_.config);
  if (!fault.empty())
    findings.push_back(
        {true,
         fmt::format("{}: HAProxy would not load {} as it is: {}", name(), options_.config, fault),
         "mend the configuration"});
  for (const HaproxyWorker& worker : processes.workers) {
    auto info = cli_.ask(worker.pid, "show info");
    if (worker.old || !info) continue;
    long changed = seconds(host_, {"stat", "-L", "-c", "%Y", "--", options_.config});
    long started =
        seconds(host_, {"date", "+%s"}) - std::atol(info_value(*info, "Uptime_sec").c_str());
    if (changed > started + 1)
      findings.push_back(
          {false,
           fmt::format("{}: {} was changed after HAProxy had loaded it", name(), options_.config),
           "reload HAProxy, or bring back what runs"});
  }
  State seen;
  read_statistics(setup, processes.workers, seen);
  for (const std::string& server : seen.sick)
    findings.push_back({false, fmt::format("{}: {}", name(), server), "mend the server"});
}

}  // namespace hikkoshi::traffic
