// Child processes: argument vectors, never shell strings.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"

namespace hikkoshi {

struct ProcessOptions {
  std::vector<std::string> arguments;  ///< arguments[0] is looked for in PATH.
  std::string input;                   ///< Given on standard input, which is then closed.
  /// The whole environment as NAME=VALUE; empty: PATH, HOME, LANG, TERM, USER, SSH_AUTH_SOCK and
  /// TMPDIR of ours only, so that no secret of ours is inherited.
  std::vector<std::string> environment;
  Millis timeout{60'000};           ///< Then the child is killed and Error(ask) thrown.
  size_t output_limit = 256 << 20;  ///< Bytes of standard output kept; more is Error(never).
  /// Receives standard output in pieces instead of keeping it. Called on the caller's thread.
  std::function<void(std::string_view)> on_output;
};

struct ProcessResult {
  int status = 0;  ///< Exit code, or 128 + signal.
  std::string output;
  std::string error;  ///< At most the last 64 KiB of standard error.
};

/// Runs a child to its end. Throws Error(never) when it cannot be started, Error(ask) when it ran
/// out of time or `stop` was requested (the child is terminated, then killed after 2 s, and
/// reaped). Thread-safe.
ProcessResult run_process(const ProcessOptions& options, std::stop_token stop = {});

/// A child that lives as long as this object: terminated, after 2 s killed, and reaped at the end;
/// the kernel kills it when our process dies, however it dies (PR_SET_PDEATHSIG).
class BackgroundProcess {
 public:
  /// Standard input is empty, both outputs go to `log_path` (or nowhere when empty).
  BackgroundProcess(const std::vector<std::string>& arguments, const std::string& log_path);
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;
  ~BackgroundProcess();

  pid_t pid() const { return pid_; }
  std::optional<int> exited();  ///< Its status (as in ProcessResult) once it has ended.

 private:
  pid_t pid_;
  std::optional<int> status_;
};

}  // namespace hikkoshi
