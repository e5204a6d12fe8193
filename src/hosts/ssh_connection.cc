#include "hosts/ssh_connection.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "hosts/ssh_failure.h"

namespace hikkoshi::hosts {

namespace {

constexpr std::string_view plain_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";
constexpr Millis login_limit{45'000};  // A hop's ConnectTimeout is 10 s, then keys are offered.
constexpr Millis control_limit{10'000};
constexpr int port_attempts = 5;

bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && path.find_first_not_of(plain_characters) == path.npos;
}

bool is_user_name(std::string_view user) {
  if (user.starts_with('-')) return false;
  for (char c : user)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || std::strchr("'\"`$\\;&<>|(){}", c))
      return false;
  return true;
}

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port() {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool bound = descriptor >= 0 &&
               ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
               ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  int code = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!bound)
    throw Error(Retry::safe, fmt::format("no free port on 127.0.0.1: {}", std::strerror(code)));
  return ntohs(address.sin_port);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

}  // namespace

SocketFolder::SocketFolder(const std::string& parent) {
  constexpr size_t longest = 60;  // + "/hkXXXXXX/m" + ssh's 17 while it makes the socket < 108.
  bool usable = !parent.empty() && parent.size() <= longest && is_plain_path(parent);
  path_ = (usable ? parent : "/tmp") + "/hkXXXXXX";
  if (!::mkdtemp(path_.data()))
    throw Error(Retry::never,
                fmt::format("cannot make the folder {}: {}", path_, std::strerror(errno)));
}

SocketFolder::~SocketFolder() {
  std::error_code ignored;  // Nothing can be done about a leftover here.
  std::filesystem::remove_all(path_, ignored);
}

SshConnection::SshConnection(Options options)
    : options_(std::move(options)), folder_(options_.folder), socket_(folder_.path() + "/m") {
  if (!is_host_name(options_.endpoint.host))
    throw Error(Retry::never,
                fmt::format("{}: '{}' is no host name", options_.name, options_.endpoint.host));
  if (!is_user_name(options_.user))
    throw Error(Retry::never,
                fmt::format("{}: '{}' is no user name", options_.name, options_.user));
}

void SshConnection::open(std::stop_token stop) {
  std::lock_guard lock(mutex_);
  open_locked(stop);
}

void SshConnection::open_locked(std::stop_token stop) {
  if (master_ && !master_->exited()) return;
  if (options_.jump) options_.jump->open(stop);
  log_in(stop);
  for (const auto& [number, way] : ways_) {
    if (!way.socket.empty()) ::unlink(way.socket.c_str());
    request(way);
  }
}

/// The socket appears, by link(2), when the login is complete.
void SshConnection::log_in(std::stop_token stop) {
  SshPlace place{options_.name, options_.endpoint, options_.user};
  std::string log = folder_.path() + "/log";
  master_.reset();
  ::unlink(log.c_str());
  ::unlink(socket_.c_str());
  auto master = std::make_unique<BackgroundProcess>(master_words(), log);
  SystemClock clock;
  for (Millis start = clock.steady(); ::access(socket_.c_str(), F_OK) != 0;) {
    if (master->exited()) throw login_failure(place, read_file(log));
    if (clock.steady() - start > login_limit)
      throw Error(
          Retry::safe,
          fmt::format("the login to {} took over {} s", place.text(),
                      std::chrono::duration_cast<std::chrono::seconds>(login_limit).count()));
    if (!clock.sleep(Millis(5), stop))
      throw Error(Retry::safe, "the login to " + place.text() + " was stopped", Exit::interrupted);
  }
  master_ = std::move(master);
}

std::vector<std::string> SshConnection::master_words() const {
  std::vector<std::string> words{"ssh"};
  if (!options_.config.empty()) words.insert(words.end(), {"-F", options_.config});
  words.insert(words.end(), {"-M", "-N", "-T", "-S", socket_});
  for (const char* option :
       {"BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ConnectTimeout=10",
        "ServerAliveInterval=5", "ServerAliveCountMax=3", "ControlPersist=no", "ForwardAgent=no",
        "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no", "RemoteCommand=none",
        "ForkAfterAuthentication=no", "LogLevel=ERROR"})
    words.insert(words.end(), {"-o", option});
  if (options_.jump)
    words.insert(words.end(), {"-o", "ProxyCommand=" + options_.jump->proxy_command()});
  if (!options_.user.empty()) words.insert(words.end(), {"-l", options_.user});
  if (options_.endpoint.port != 22)
    words.insert(words.end(), {"-p", std::to_string(options_.endpoint.port)});
  words.insert(words.end(), {"--", options_.endpoint.host});
  return words;
}

/// ssh without a control socket would silently log in by itself, with other options: a proxy
/// command that fails keeps it from that. (`sh -c`, since ssh kills a proxy command that closes its
/// output, as a bare `echo >&2` does.) The user's configuration was the login's affair.
std::vector<std::string> SshConnection::session(const std::string& line,
                                                const std::string& witness) const {
  return {"ssh",       "-F",
          "/dev/null", "-T",
          "-S",        socket_,
          "-o",        "ProxyCommand=sh -c 'echo " + witness + " >&2; exit 1'",
          "-o",        "BatchMode=yes",
          "-o",        "LogLevel=ERROR",
          "--",        options_.endpoint.host,
          line};
}

/// ProxyJump does not hand its options on to the jump's ssh, so the way is spelled out.
std::string SshConnection::proxy_command() const {
  return fmt::format(
      "ssh -F /dev/null -S {} -o ProxyCommand=false -o LogLevel=ERROR -W [%h]:%p -- {}", socket_,
      options_.endpoint.host);
}

ProcessResult SshConnection::control(const std::string& verb, const Way& way) const {
  ProcessOptions options;
  options.arguments = {"ssh",
                       "-F",
                       "/dev/null",
                       "-S",
                       socket_,
                       "-o",
                       "LogLevel=ERROR",
                       "-O",
                       verb,
                       "-L",
                       way.specification,
                       "--",
                       options_.endpoint.host};
  options.timeout = control_limit;
  return run_process(options);
}

int SshConnection::add_forward(const Remote& remote) {
  if (remote.socket.empty() && (!is_host_name(remote.endpoint.host) || remote.endpoint.port == 0))
    throw Error(Retry::never,
                fmt::format("{}: no way to '{}'", options_.name, remote.endpoint.text()));
  if (!remote.socket.empty() && (!is_plain_path(remote.socket) || remote.socket.size() > 107))
    throw Error(Retry::never,
                fmt::format("{}: the socket '{}' is not an absolute path of at most 107 letters, "
                            "digits and ._/-",
                            options_.name, remote.socket));
  std::lock_guard lock(mutex_);
  open_locked({});
  Way way = try_forward(remote);
  ways_.emplace(++last_way_, std::move(way));
  return last_way_;
}

SshConnection::Way SshConnection::try_forward(const Remote& remote) {
  if (!remote.socket.empty()) {
    std::string local = fmt::format("{}/w{}", folder_.path(), last_way_ + 1);
    Way way{{}, local, local + ":" + remote.socket};
    ::unlink(local.c_str());
    request(way);
    return way;
  }
  for (int attempt = 1;; ++attempt) {
    Endpoint local{"127.0.0.1", free_port()};
    Way way{local, "",
            fmt::format("{}:{}:{}", local.text(), bracketed(remote.endpoint.host),
                        remote.endpoint.port)};
    auto result = control("forward", way);
    if (result.status == 0) return way;
    if (attempt == port_attempts)  // Somebody may have taken the port in between, not 5 times.
      throw Error(Retry::safe, fmt::format("{}: no way to {}: {}", options_.name,
                                           remote.endpoint.text(), quoted_words(result.error)));
  }
}

void SshConnection::request(const Way& way) {
  auto result = control("forward", way);
  if (result.status != 0)
    throw Error(Retry::safe, fmt::format("{}: cannot open the way {}: {}", options_.name,
                                         way.specification, quoted_words(result.error)));
}

void SshConnection::close_forward(int number) noexcept {
  std::lock_guard lock(mutex_);
  auto found = ways_.find(number);
  if (found == ways_.end()) return;
  Way way = std::move(found->second);
  ways_.erase(found);
  if (!master_ || master_->exited()) return;
  try {
    control("cancel", way);
  } catch (const Error&) {
    master_.reset();  // A login that does not obey any more takes its open ways with it.
  }
}

Endpoint SshConnection::local_endpoint(int number) {
  std::lock_guard lock(mutex_);
  open_locked({});
  return ways_.at(number).local;
}

std::string SshConnection::local_socket(int number) {
  std::lock_guard lock(mutex_);
  open_locked({});
  return ways_.at(number).socket;
}

pid_t SshConnection::pid() {
  std::lock_guard lock(mutex_);
  return master_ && !master_->exited() ? master_->pid() : 0;
}

}  // namespace hikkoshi::hosts
