#include "traffic/haproxy_cli.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

constexpr size_t largest_answer = 64 << 20;

struct Socket {
  int descriptor = -1;
  ~Socket() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

/// What a command is answered until the other side closes; empty when it cannot be had.
std::string answer_of(const std::string& path, std::string_view request) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return "";
  std::memcpy(address.sun_path, path.data(), path.size());
  Socket socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  timeval limit{10, 0};
  ::setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  auto* where = reinterpret_cast<sockaddr*>(&address);
  if (::connect(socket.descriptor, where, sizeof address) != 0) return "";
  while (!request.empty()) {
    ssize_t sent = ::send(socket.descriptor, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) return "";
    request.remove_prefix(size_t(sent));
  }
  ::shutdown(socket.descriptor, SHUT_WR);  // The master waits for more commands until then.
  std::string answer;
  char buffer[16384];
  while (answer.size() < largest_answer) {
    ssize_t got = ::recv(socket.descriptor, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return "";
    if (got == 0) break;
    answer.append(buffer, size_t(got));
  }
  return answer;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end == text.data()) return {};
  return value;
}

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> found;
  for (std::string& word : split(line, ' '))
    if (!word.empty()) found.push_back(std::move(word));
  return found;
}

/// "map" or "acl": what the runtime API calls our file.
const char* kind_of(const std::string& file) {
  return file.ends_with(".map") ? "map" : "acl";
}

}  // namespace

std::optional<HaproxyProcesses> parse_processes(std::string_view text) {
  HaproxyProcesses found;
  bool old = false;
  size_t reloads = 2;  // 2.4 has a column more.
  for (const std::string& line : split(text, '\n')) {
    auto titles = split(line, '<');
    for (size_t i = 0; i < titles.size(); ++i)
      if (titles[i].starts_with("reloads>")) reloads = i - 1;
    if (line.starts_with("# old workers")) old = true;
    if (line.starts_with("# programs") || line.starts_with("# old programs")) break;
    auto column = words(line);
    if (line.starts_with("#") || column.size() <= reloads + 1) continue;
    int pid = number<int>(column[0]).value_or(0);
    if (column[1] == "master") {
      found.master = pid;
      found.reloads = number<int>(column[reloads]).value_or(0);
      found.version = column.back();
    } else if (column[1] == "worker") {
      found.workers.push_back({pid, old});
    }
  }
  if (found.master == 0) return {};
  return found;
}

std::vector<HaproxyRow> parse_statistics(std::string_view csv) {
  std::vector<HaproxyRow> rows;
  std::map<std::string, size_t> columns;
  for (const std::string& line : split(csv, '\n')) {
    if (line.empty()) continue;
    auto cells = split(line.starts_with("# ") ? std::string_view(line).substr(2) : line, ',');
    if (line.starts_with("# ")) {
      for (size_t i = 0; i < cells.size(); ++i) columns[cells[i]] = i;
      for (const char* name :
           {"pxname", "svname", "status", "check_status", "scur", "qcur", "req_tot", "type"})
        if (!columns.contains(name))
          throw Error(Retry::never, fmt::format("HAProxy's statistics have no '{}'", name));
      continue;
    }
    auto cell = [&](const char* name) {
      size_t at = columns[name];
      return at < cells.size() ? cells[at] : std::string();
    };
    auto count = [&](const char* name) {
      return number<std::uint64_t>(cell(name)).value_or(0);
    };
    if (columns.empty() || count("type") > 2) continue;
    rows.push_back({HaproxyRow::Kind(count("type")), cell("pxname"), cell("svname"), cell("status"),
                    cell("check_status"), count("scur"), count("qcur"), count("req_tot")});
  }
  return rows;
}

HaproxyCli::HaproxyCli(hosts::Host& host, std::string socket, Clock& clock, Millis patience)
    : host_(host), socket_(std::move(socket)), clock_(clock), patience_(patience) {}

std::string HaproxyCli::connect_and_ask(const std::string& command) {
  std::string path;
  {
    std::lock_guard lock(mutex_);
    if (!forward_) forward_ = host_.forward({{}, socket_});
    path = forward_->socket();
  }
  std::string answer = answer_of(path, command + "\n");
  if (answer.empty()) {
    std::lock_guard lock(mutex_);
    forward_.reset();
  }
  return answer;
}

std::optional<std::string> HaproxyCli::try_ask(const std::string& command) {
  std::string answer = connect_and_ask(command);
  if (answer.empty()) return {};
  return answer;
}

HaproxyProcesses HaproxyCli::processes() {
  Millis start = clock_.steady();
  for (;;) {
    auto found = parse_processes(connect_and_ask("show proc"));
    if (found && !found->workers.empty()) return *found;
    if (clock_.steady() - start >= patience_)
      throw Error(Retry::safe, fmt::format("HAProxy's master does not answer on {} of {}", socket_,
                                           host_.name()))
          .remedy(
              "is it running in master-worker mode with -S, and may the login open the socket?");
    clock_.sleep(Millis(50), {});
  }
}

std::optional<std::string> HaproxyCli::ask(int worker, const std::string& command) {
  std::string answer = connect_and_ask(fmt::format("@!{} {}", worker, command));
  if (answer.empty() || answer.starts_with("Can't find the target")) return {};
  return answer;
}

std::optional<HaproxyLines> HaproxyCli::lines(int worker, const std::string& file) {
  auto answer = ask(worker, fmt::format("show {} {}", kind_of(file), file));
  if (!answer || answer->starts_with("Unknown")) return {};
  HaproxyLines found;
  for (const std::string& line : split(*answer, '\n'))
    if (size_t space = line.find(' '); space != line.npos) found.push_back(line.substr(space + 1));
  return found;
}

bool HaproxyCli::replace(int worker, const std::string& file, const HaproxyLines& lines) {
  const char* kind = kind_of(file);
  auto refuse = [&](const std::string& words) {
    return Error(Retry::never,
                 fmt::format("HAProxy refuses a change of {}: {}", file, printable(trim(words))));
  };
  auto opened = ask(worker, fmt::format("prepare {} {}", kind, file));
  if (!opened) return false;
  constexpr std::string_view created = "New version created: ";
  if (!opened->starts_with(created)) throw refuse(*opened);
  auto version = number<unsigned>(std::string_view(*opened).substr(created.size()));
  if (!version) throw refuse(*opened);
  for (const std::string& line : lines) {
    auto added = ask(worker, fmt::format("add {} @{} {} {}", kind, *version, file, line));
    if (!added) return false;
    if (!trim(*added).empty()) throw refuse(*added);
  }
  auto committed = ask(worker, fmt::format("commit {} @{} {}", kind, *version, file));
  if (!committed) return false;
  if (!trim(*committed).empty()) throw refuse(*committed);
  return true;
}

std::string HaproxyCli::reload(Millis limit) {
  HaproxyProcesses before = processes();
  connect_and_ask("reload");
  Millis start = clock_.steady();
  while (clock_.steady() - start < limit) {
    HaproxyProcesses now = processes();
    if (now.reloads > before.reloads || now.master != before.master) {
      bool fresh = std::any_of(now.workers.begin(), now.workers.end(), [&](auto& worker) {
        return !worker.old && std::find(before.workers.begin(), before.workers.end(), worker) ==
                                  before.workers.end();
      });
      return fresh ? "" : "HAProxy does not accept the configuration at a reload; see its log";
    }
    clock_.sleep(Millis(20), {});
  }
  return fmt::format("HAProxy has not reloaded within {} ms", limit.count());
}

}  // namespace hikkoshi::traffic
