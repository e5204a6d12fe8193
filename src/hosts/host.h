// A machine that we can log in to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/address.h"
#include "base/clock.h"

namespace hikkoshi::hosts {

/// A command for a host: words, never a shell string built from data.
struct Command {
  std::vector<std::string> arguments;
  std::string input;  ///< For its standard input.
  Millis timeout{60'000};
  /// Takes standard output in pieces, on the caller's thread, instead of keeping it.
  std::function<void(std::string_view)> on_output;
};

struct CommandResult {
  int status = 0;  ///< Its exit code; never the transport's.
  std::string output;
  std::string error;
};

struct File {
  std::string content;
  mode_t mode = 0644;
  std::string
      owner;  ///< "user:group"; empty in a write: keep the replaced file's, else the login's.

  bool operator==(const File&) const = default;
};

/// Something that listens on a host's side: a TCP endpoint or a unix socket's path.
struct Remote {
  Endpoint endpoint;
  std::string socket;  ///< Used when not empty.
};

/// A way to a Remote that stays open as long as it lives. `local` is a TCP endpoint on loopback,
/// `socket` the path of a local unix socket; the one that matches the Remote is set. Both open the
/// way again when it was lost, and throw as Host does: ask before each use. Must not outlive its
/// host.
class Forward {
 public:
  virtual ~Forward() = default;
  virtual Endpoint local() const = 0;
  virtual std::string socket() const = 0;
};

/// A host. Thread-safe; every call blocks. Failures to reach it are Error(safe) when nothing can
/// have happened, Error(ask) when a command may have run, Error(never, authentication) when the
/// login or its host key is refused.
class Host {
 public:
  virtual ~Host() = default;
  virtual std::string name() const = 0;  ///< As in the move file: "old.web1".

  /// Runs to its end. A non-zero status is a result, not an Error.
  virtual CommandResult run(const Command& command, std::stop_token stop = {}) = 0;

  /// Empty when there is no such file. Error(never) when it cannot be read.
  virtual std::optional<File> read_file(const std::string& path) = 0;

  /// Replaces by rename in the same folder, after fsync; a symbolic link is followed to its target.
  /// After any failure (full disk, lost connection) the old content or the new is there, whole,
  /// and no temporary file of ours once a later write succeeds.
  virtual void write_file(const std::string& path, const File& file) = 0;

  virtual void remove_file(const std::string& path) = 0;  ///< Nothing when it is not there.

  /// Opens a way from this machine, as seen from the host.
  virtual std::unique_ptr<Forward> forward(const Remote& remote) = 0;

  /// The newest holder wins: raises the run's epoch on the host, kept in a file changed under
  /// flock, and refuses with Error(never, needs_human) when a higher one is there (design section
  /// 5). From then on `run`, `write_file` and `remove_file` of this object are refused in the same
  /// way once another holder has raised it further. Epochs of different runs do not meet.
  virtual void raise_epoch(const std::string& run, std::uint64_t epoch) = 0;

  /// Takes the run's epoch off the host, when the run is over, and with the last one the files and
  /// the folder that they are in, if nothing else is there. Idempotent. Another holder's hand is
  /// refused from then on; this object's is free.
  virtual void drop_epoch(const std::string& run) = 0;
};

}  // namespace hikkoshi::hosts
