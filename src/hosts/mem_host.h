// A host in memory, for tests.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/locked.h"
#include "hosts/host.h"

namespace hikkoshi::hosts {

/// Files, links, scripted commands, failures on demand. Every folder exists; a folder that holds
/// something is no file. A Remote is on this machine, so the way to it is the Remote itself.
/// Thread-safe.
class MemHost : public Host {
 public:
  using Reply = std::function<std::optional<CommandResult>(const Command&)>;

  explicit MemHost(std::string name);
  /// Another login to the machine of `other`: same files and epoch, own calls and failures.
  MemHost(std::string name, const MemHost& other);

  std::string name() const override { return name_; }
  CommandResult run(const Command& command, std::stop_token stop = {}) override;
  std::optional<File> read_file(const std::string& path) override;
  void write_file(const std::string& path, const File& file) override;
  void remove_file(const std::string& path) override;
  std::unique_ptr<Forward> forward(const Remote& remote) override;
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;

  /// From now on the command with exactly these words ends so. Any other ends with 127.
  void answer(const std::vector<std::string>& words, const CommandResult& result);
  /// Asked first, and newest first, for every command; empty: somebody else answers. It must not
  /// call this host's answer or fail_at.
  void answer(Reply reply);

  /// The n-th call from now (1: the next) throws this: instead of its work, or after it, as when
  /// only the answer was lost.
  void fail_at(int n, const Error& error, bool after_its_work = false);
  int calls() const;  ///< Of Host's methods but name(), so far.

  std::vector<Command> commands() const;  ///< Those that were run, in order.
  std::map<std::string, File> files() const;
  void link(const std::string& path, const std::string& target);  ///< A symbolic link.

 private:
  struct Machine {
    std::map<std::string, File> files;
    std::map<std::string, std::string> links;
    std::map<std::string, std::uint64_t> epochs;  ///< By run.
  };
  struct Failure {
    Error error;
    bool after_its_work;
  };
  struct Script {
    std::vector<Reply> replies;
    std::map<int, Failure> failures;  ///< By the number of the call.
    std::vector<Command> commands;
    int calls = 0;
    std::string run;         ///< That this login raised the epoch of; may be empty.
    std::uint64_t held = 0;  ///< That epoch.
  };

  template <typename Work>
  auto call(Work work);
  void check_epoch();
  static std::string resolve(const Machine& machine, std::string path);
  static void require_file(const Machine& machine, const std::string& path);

  std::string name_;
  std::shared_ptr<Locked<Machine>> machine_;  // Shared by the logins to one machine.
  mutable Locked<Script> script_;
};

}  // namespace hikkoshi::hosts
