// For tests: real OpenSSH servers on loopback, in a temporary folder, with keys of their own.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "base/process.h"
#include "hosts/ssh_host.h"

namespace hikkoshi::hosts {

/// One sshd on 127.0.0.1, ended with this object.
class SshServer {
 public:
  /// `settings` go before our own sshd_config lines, so that they win.
  SshServer(const std::string& folder, const std::string& authorized_keys,
            const std::string& settings = "");
  ~SshServer();

  Endpoint endpoint() const { return endpoint_; }
  std::string known_host() const;  ///< Its line for known_hosts.
  std::string log() const;
  void change_key();    ///< Starts again with another host key.
  void stop();          ///< No new logins; those that are there live on.
  void start();         ///< At the same port.
  void end_sessions();  ///< Kills every process that serves a login.

 private:
  void write_key();

  std::string folder_;
  Endpoint endpoint_;
  std::unique_ptr<BackgroundProcess> process_;
};

/// A bastion, and a host; the account is the one that the test runs as.
class SshWorld {
 public:
  /// `settings` are the host's own, as SshServer takes them.
  explicit SshWorld(const std::string& settings = "");

  SshServer& bastion() { return *bastion_; }
  SshServer& server() { return *server_; }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  const std::string& folder() const { return folder_.path(); }

  /// Options for a host named "new.app1" behind no bastion.
  SshHost::Options options() const;
  void pin(const std::string& known_hosts) const;  ///< Replaces the known_hosts file.
  void pin_all() const;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<SshServer> bastion_, server_;
};

/// For root: a mount namespace of the test's own, with the folder that sshd wants below /run and
/// nothing else there. False for an ordinary user, whose sshd wants none, and where it is
/// forbidden.
bool enter_private_mounts();

/// A full disk: mounts a tmpfs of `bytes` on the folder. False when it may not.
bool mount_small_disk(const std::string& folder, size_t bytes);

}  // namespace hikkoshi::hosts
