// One login by the OpenSSH client, shared by everything that is done on a host.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/process.h"
#include "hosts/host.h"

namespace hikkoshi::hosts {

/// A folder of mode 0700 for sockets, removed at the end. Its path is short, since a unix socket's
/// has 107 bytes and ssh appends 17 while it makes one, and needs no quoting anywhere.
class SocketFolder {
 public:
  /// Below `parent` when that is short and plain enough, else below /tmp.
  explicit SocketFolder(const std::string& parent);
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;
  ~SocketFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A ControlMaster of ours (ssh_config(5)). It is started when first needed, started again when it
/// has died, and ends with us, however we end. Host keys are never learned, nothing is asked, no
/// agent is forwarded. Thread-safe.
class SshConnection {
 public:
  struct Options {
    std::string name;     ///< As in the move file, for messages.
    Endpoint endpoint;    ///< Port 22: what the configuration says, which is 22 by default.
    std::string user;     ///< Empty: what the configuration says.
    std::string config;   ///< A file for `ssh -F`; empty: the user's own.
    SshConnection* jump;  ///< The bastion; null: none of ours. Must outlive this object.
    std::string folder;   ///< Where sockets may be made; empty: /tmp.
  };

  /// Throws Error(never) when a name cannot be one (a host that begins with '-', say).
  explicit SshConnection(Options options);

  /// Logs in unless that is done. Throws as Host does when it cannot be reached.
  void open(std::stop_token stop = {});

  /// The argument vector of an ssh that runs `line` in the remote login shell, over the open
  /// login only: without it, `witness` is written to standard error and nothing is run.
  std::vector<std::string> session(const std::string& line, const std::string& witness) const;

  /// Opens a way; it is opened again with each new login until it is closed. Gives its number.
  int add_forward(const Remote& remote);
  void close_forward(int number) noexcept;
  /// The local end, after a new login when the last one was lost.
  Endpoint local_endpoint(int number);
  std::string local_socket(int number);

  const Options& options() const { return options_; }
  pid_t pid();  ///< Of the ssh that holds the login, 0 when there is none.

 private:
  struct Way {
    Endpoint local;
    std::string socket;
    std::string specification;  ///< As ssh's -L takes it.
  };

  void open_locked(std::stop_token stop);
  void log_in(std::stop_token stop);
  std::vector<std::string> master_words() const;
  std::string proxy_command() const;
  ProcessResult control(const std::string& verb, const Way& way) const;
  Way try_forward(const Remote& remote);
  void request(const Way& way);

  Options options_;
  SocketFolder folder_;
  std::string socket_;
  std::mutex mutex_;
  std::unique_ptr<BackgroundProcess> master_;
  std::map<int, Way> ways_;
  int last_way_ = 0;
};

}  // namespace hikkoshi::hosts
