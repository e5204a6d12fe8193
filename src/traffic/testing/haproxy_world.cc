#include "traffic/testing/haproxy_world.h"

#include <filesystem>
#include <thread>

#include <signal.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

const char* const HaproxyWorld::ordinary = R"(# An ordinary balancer.
global
  maxconn 200
  nbthread 1
  hard-stop-after 30s
  stats socket FOLDER/admin.sock mode 600 level admin

defaults
  mode http
  option forwardfor
  option idle-close-on-response
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout http-keep-alive 30s

frontend http
  bind FRONT
  http-request set-header X-Seen yes
  default_backend frames

# The application.
backend frames
  server web1 OWN check inter 200ms
)";

HaproxyWorld::HaproxyWorld(const std::string& config) {
  write_config(config);
  start();
}

HaproxyWorld::~HaproxyWorld() {
  if (process_) stop();
}

HaproxyBalancer::Options HaproxyWorld::options() const {
  HaproxyBalancer::Options options;
  options.name = "old.edge";
  options.config = config_path();
  options.socket = folder_.path() + "/admin.sock";
  options.master = folder_.path() + "/master.sock";
  return options;
}

void HaproxyWorld::write_config(const std::string& text) {
  std::string filled = replace_all(text, "SECOND", second_front().text());
  filled = replace_all(filled, "FRONT", front().text());
  filled = replace_all(filled, "OWN", own.endpoint().text());
  filled = replace_all(filled, "FOLDER", folder_.path());
  write_file_atomically(config_path(), filled, 0640);
}

void HaproxyWorld::start() {
  process_ = std::make_unique<BackgroundProcess>(
      std::vector<std::string>{"haproxy", "-W", "-S", folder_.path() + "/master.sock,level,admin",
                               "-f", config_path()},
      folder_.path() + "/log");
  HaproxyCli cli(here, folder_.path() + "/master.sock", clock, Millis(10'000));
  cli.processes();
}

void HaproxyWorld::stop() {
  auto found = parse_processes(ask("show proc"));
  ::kill(process_->pid(), SIGKILL);
  while (!process_->exited()) std::this_thread::sleep_for(Millis(2));
  process_.reset();
  if (!found) return;
  // Without their master the workers end by themselves; the port must be free before a start.
  for (const HaproxyWorker& worker : found->workers) {
    ::kill(worker.pid, SIGKILL);
    while (::kill(worker.pid, 0) == 0 &&
           std::filesystem::exists("/proc/" + std::to_string(worker.pid) + "/exe"))
      std::this_thread::sleep_for(Millis(2));
  }
}

std::string HaproxyWorld::ask(const std::string& command) {
  HaproxyCli cli(here, folder_.path() + "/master.sock", clock, Millis(0));
  return cli.try_ask(command).value_or("");
}

}  // namespace hikkoshi::traffic
