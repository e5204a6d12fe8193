// HAProxy's runtime API, by way of its master process.
//
// Source: HAProxy 2.6 Management Guide, sections 9.3 (commands) and 9.4 (master CLI).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hosts/host.h"
#include "traffic/haproxy_switch.h"

namespace hikkoshi::traffic {

/// A worker: the present one takes new connections, old ones finish theirs after a reload.
struct HaproxyWorker {
  int pid = 0;
  bool old = false;

  bool operator==(const HaproxyWorker&) const = default;
};

/// What `show proc` says.
struct HaproxyProcesses {
  int master = 0;
  int reloads = 0;  ///< Tried since the master started.
  std::string version;
  std::vector<HaproxyWorker> workers;
};

/// Reads `show proc`. Empty when it is something else.
std::optional<HaproxyProcesses> parse_processes(std::string_view text);

/// A row of `show stat` that we use.
struct HaproxyRow {
  enum class Kind { frontend = 0, backend = 1, server = 2 };
  Kind kind = Kind::frontend;
  std::string proxy, name, status, check;
  std::uint64_t sessions = 0, queued = 0, requests = 0;
};

/// Reads `show stat` by the names in its first line. Throws Error(never) when one is missing.
std::vector<HaproxyRow> parse_statistics(std::string_view csv);

/// One connection a command. Thread-safe. Throws Error(safe) when the master cannot be asked.
class HaproxyCli {
 public:
  /// Both outlive this. Waits up to `patience` for a master that does not answer: it may be
  /// between its death and its next start.
  HaproxyCli(hosts::Host& host, std::string socket, Clock& clock, Millis patience);

  /// A command to the master, or to what stands behind the socket. Empty when nothing answers.
  std::optional<std::string> try_ask(const std::string& command);

  HaproxyProcesses processes();

  /// A command to a worker. Empty when it has gone.
  std::optional<std::string> ask(int worker, const std::string& command);

  /// The lines of a map or list by its file; empty when the worker has gone or has no such file.
  std::optional<HaproxyLines> lines(int worker, const std::string& file);

  /// Replaces all lines in one transaction. False when the worker has gone meanwhile.
  /// Throws Error(never) with HAProxy's words when it refuses.
  bool replace(int worker, const std::string& file, const HaproxyLines& lines);

  /// Tells the master to read its configuration again. Empty when it does so, else why not.
  std::string reload(Millis limit);

 private:
  std::string connect_and_ask(const std::string& command);

  hosts::Host& host_;
  const std::string socket_;
  Clock& clock_;
  const Millis patience_;
  std::mutex mutex_;
  std::unique_ptr<hosts::Forward> forward_;  ///< Made at first use, kept: each one costs a login.
};

}  // namespace hikkoshi::traffic
