// A host behind the OpenSSH client. Manual: doc/drivers/ssh_host.md.
#pragma once

#include <memory>
#include <semaphore>
#include <string>

#include "base/locked.h"
#include "hosts/host.h"
#include "hosts/ssh_connection.h"

namespace hikkoshi::hosts {

/// Logs in when first needed and again after a loss; a loss during a command is Error(ask), before
/// it Error(safe). At most 8 calls run at a time on one host, the others wait (sshd's MaxSessions
/// is 10). The host needs a POSIX login shell and the tools that the manual lists. Every Forward
/// must die before its host; its local() and socket() log in again when the way was lost, and throw
/// as Host does. Once raise_epoch succeeded, each command and each change of a file is refused with
/// Error(never, needs_human) as soon as another holder has raised the run's epoch.
class SshHost : public Host {
 public:
  struct Options {
    std::string name;
    Endpoint endpoint;        ///< Port 22: what the configuration says.
    std::string user;         ///< Empty: what the configuration says.
    std::string config;       ///< A file for `ssh -F`; empty: the user's own.
    SshHost* jump = nullptr;  ///< The bastion; must outlive this object.
    std::string folder;       ///< Where sockets may be made, a short path; empty: /tmp.
    std::string epoch_folder = "/var/lib/hikkoshi";  ///< When not writable: ~/.hikkoshi.
  };

  /// Does not log in. Throws Error(never) when a name cannot be one.
  explicit SshHost(const Options& options);

  std::string name() const override { return connection_.options().name; }
  CommandResult run(const Command& command, std::stop_token stop = {}) override;
  std::optional<File> read_file(const std::string& path) override;
  void write_file(const std::string& path, const File& file) override;
  void remove_file(const std::string& path) override;
  std::unique_ptr<Forward> forward(const Remote& remote) override;
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;

  SshConnection& connection() { return connection_; }

 private:
  /// The epoch that we hold on the host; both are empty before raise_epoch.
  struct Hold {
    std::string file;
    std::string line;  ///< What must be in it: "3 run-1".
  };

  CommandResult run_script(std::string_view script, std::vector<std::string> arguments,
                           std::string input = "");
  CommandResult run_held(const Command& command, const Hold& hold, std::stop_token stop);
  [[noreturn]] void fail(const std::string& action, const CommandResult& result) const;

  std::string epoch_folder_;
  SshConnection connection_;
  std::counting_semaphore<> turns_;
  mutable Locked<Hold> hold_;
};

}  // namespace hikkoshi::hosts
