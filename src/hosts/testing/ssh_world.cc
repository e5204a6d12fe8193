#include "hosts/testing/ssh_world.h"

#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::hosts {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t free_port() {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

bool answers(std::uint16_t port) {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  bool open = ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return open;
}

std::string run_or_throw(const std::vector<std::string>& arguments) {
  ProcessOptions options;
  options.arguments = arguments;
  auto result = run_process(options);
  if (result.status != 0) throw Error(Retry::never, arguments[0] + ": " + result.error);
  return result.output;
}

/// The processes whose parent is `pid`.
std::vector<pid_t> children(pid_t pid) {
  ProcessOptions options;
  options.arguments = {"ps", "-o", "pid=", "--ppid", std::to_string(pid)};
  std::vector<pid_t> found;
  for (const std::string& line : split(run_process(options).output, '\n'))
    if (auto number = trim(line); !number.empty()) found.push_back(std::stoi(std::string(number)));
  return found;
}

}  // namespace

SshServer::SshServer(const std::string& folder, const std::string& authorized_keys,
                     const std::string& settings)
    : folder_(folder), endpoint_{"127.0.0.1", free_port()} {
  ::mkdir(folder.c_str(), 0700);
  write_key();
  write_file_atomically(folder + "/sshd_config",
                        fmt::format("{}\n"
                                    "ListenAddress 127.0.0.1\nPort {}\nHostKey {}/key\n"
                                    "PidFile none\nAuthorizedKeysFile {}\nStrictModes no\n"
                                    "UsePAM no\nPasswordAuthentication no\n"
                                    "KbdInteractiveAuthentication no\nUseDNS no\nPrintMotd no\n"
                                    "PermitRootLogin prohibit-password\nMaxStartups 100\n"
                                    "SetEnv HOME={}\nPerSourcePenalties no\n",
                                    settings, endpoint_.port, folder, authorized_keys, folder));
  std::string config = read_file(folder + "/sshd_config");
  ProcessOptions check;  // Newer servers punish sources that fail to log in; older do not know it.
  check.arguments = {"/usr/sbin/sshd", "-t", "-f", folder + "/sshd_config"};
  if (run_process(check).status != 0)
    write_file_atomically(folder + "/sshd_config",
                          replace_all(config, "PerSourcePenalties no\n", ""));
  start();
}

SshServer::~SshServer() {
  if (process_) end_sessions();
}

void SshServer::write_key() {
  ::unlink((folder_ + "/key").c_str());
  run_or_throw({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder_ + "/key"});
}

std::string SshServer::known_host() const {
  auto words = split(read_file(folder_ + "/key.pub"), ' ');
  return fmt::format("[127.0.0.1]:{} {} {}\n", endpoint_.port, words[0], words[1]);
}

std::string SshServer::log() const {
  return read_file(folder_ + "/log");
}

void SshServer::change_key() {
  stop();
  write_key();
  start();
}

void SshServer::stop() {
  process_.reset();
}

void SshServer::start() {
  process_ = std::make_unique<BackgroundProcess>(
      std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", folder_ + "/sshd_config"},
      folder_ + "/log");
  while (!answers(endpoint_.port)) {
    if (process_->exited()) throw Error(Retry::never, "sshd: " + log());
    std::this_thread::sleep_for(Millis(5));
  }
}

void SshServer::end_sessions() {
  for (pid_t session : children(process_->pid())) {
    for (pid_t worker : children(session)) ::kill(worker, SIGKILL);
    ::kill(session, SIGKILL);
  }
}

SshWorld::SshWorld(const std::string& settings) {
  run_or_throw({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("id")});
  bastion_ = std::make_unique<SshServer>(path("bastion"), path("id.pub"));
  server_ = std::make_unique<SshServer>(path("server"), path("id.pub"), settings);
  write_file_atomically(
      path("config"),
      fmt::format("Host *\n  User {}\n  IdentityFile {}\n  IdentitiesOnly yes\n"
                  "  IdentityAgent none\n  UserKnownHostsFile {}\n"
                  "  GlobalKnownHostsFile /dev/null\n",
                  ::getpwuid(::getuid())->pw_name, path("id"), path("known_hosts")));
  pin_all();
}

SshHost::Options SshWorld::options() const {
  SshHost::Options options;
  options.name = "new.app1";
  options.endpoint = server_->endpoint();
  options.config = path("config");
  options.epoch_folder = path("epochs");
  return options;
}

void SshWorld::pin(const std::string& known_hosts) const {
  write_file_atomically(path("known_hosts"), known_hosts);
}

void SshWorld::pin_all() const {
  pin(bastion_->known_host() + server_->known_host());
}

bool enter_private_mounts() {
  if (::getuid() != 0) return false;
  if (::unshare(CLONE_NEWNS) != 0) {
    ::mkdir("/run/sshd", 0755);  // The one thing that cannot be done elsewhere.
    return false;
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0 && ::mkdir("/run/sshd", 0755) == 0;
}

bool mount_small_disk(const std::string& folder, size_t bytes) {
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, fmt::format("size={}", bytes).c_str()) == 0;
}

}  // namespace hikkoshi::hosts
