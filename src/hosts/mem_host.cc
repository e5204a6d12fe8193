#include "hosts/mem_host.h"

#include <type_traits>

#include <fmt/format.h>

namespace hikkoshi::hosts {

namespace {

constexpr int most_links = 40;  // As Linux follows (path_resolution(7)).

Error overtaken(const std::string& name, const std::string& run, std::uint64_t epoch) {
  return Error(Retry::never,
               fmt::format("another holder has raised the epoch of {}: '{} {}'", name, epoch, run),
               Exit::needs_human);
}

class MemForward : public Forward {
 public:
  explicit MemForward(Remote remote) : remote_(std::move(remote)) {}
  Endpoint local() const override { return remote_.socket.empty() ? remote_.endpoint : Endpoint{}; }
  std::string socket() const override { return remote_.socket; }

 private:
  Remote remote_;
};

}  // namespace

MemHost::MemHost(std::string name)
    : name_(std::move(name)), machine_(std::make_shared<Locked<Machine>>()) {}

MemHost::MemHost(std::string name, const MemHost& other)
    : name_(std::move(name)), machine_(other.machine_) {}

/// Counts the call, and fails it when that was asked for.
template <typename Work>
auto MemHost::call(Work work) {
  auto failure = script_.with([](Script& script) -> std::optional<Failure> {
    auto node = script.failures.extract(++script.calls);
    if (node.empty()) return {};
    return std::move(node.mapped());
  });
  if (failure && !failure->after_its_work) throw failure->error;
  if constexpr (std::is_void_v<decltype(work())>) {
    work();
    if (failure) throw failure->error;
  } else {
    auto result = work();
    if (failure) throw failure->error;
    return result;
  }
}

void MemHost::check_epoch() {
  std::string run;
  std::uint64_t held = 0;
  script_.with([&](Script& script) {
    run = script.run;
    held = script.held;
  });
  if (run.empty()) return;
  auto epoch = machine_->with([&](Machine& machine) { return machine.epochs[run]; });
  if (epoch != held) throw overtaken(name_, run, epoch);
}

std::string MemHost::resolve(const Machine& machine, std::string path) {
  for (int hops = 0; hops < most_links; ++hops) {
    auto link = machine.links.find(path);
    if (link == machine.links.end()) return path;
    path = link->second;
  }
  throw Error(Retry::never, "too many links at " + path);
}

void MemHost::require_file(const Machine& machine, const std::string& path) {
  if (!path.starts_with('/') || path.ends_with('/'))
    throw Error(Retry::never, fmt::format("'{}' is not an absolute path of a file", path));
  auto below = machine.files.lower_bound(path + "/");
  if (below != machine.files.end() && below->first.starts_with(path + "/"))
    throw Error(Retry::never, path + ": it is not a regular file");
}

CommandResult MemHost::run(const Command& command, std::stop_token) {
  HIKKOSHI_ASSERT(!command.arguments.empty());
  return call([&] {
    check_epoch();
    auto replies = script_.with([&](Script& script) {
      script.commands.push_back(command);
      return script.replies;
    });
    CommandResult result{127, "", command.arguments[0] + ": not found\n"};
    for (auto reply = replies.rbegin(); reply != replies.rend(); ++reply)
      if (auto answered = (*reply)(command)) {
        result = *answered;
        break;
      }
    if (command.on_output) command.on_output(std::exchange(result.output, ""));
    return result;
  });
}

std::optional<File> MemHost::read_file(const std::string& path) {
  return call([&] {
    return machine_->with([&](Machine& machine) -> std::optional<File> {
      std::string target = resolve(machine, path);
      require_file(machine, target);
      auto file = machine.files.find(target);
      if (file == machine.files.end()) return {};
      return file->second;
    });
  });
}

void MemHost::write_file(const std::string& path, const File& file) {
  call([&] {
    check_epoch();
    machine_->with([&](Machine& machine) {
      std::string target = resolve(machine, path);
      require_file(machine, target);
      File& kept = machine.files[target];
      std::string owner = kept.owner.empty() ? "mover:mover" : kept.owner;
      kept = file;
      if (file.owner.empty()) kept.owner = owner;
    });
  });
}

void MemHost::remove_file(const std::string& path) {
  call([&] {
    check_epoch();
    machine_->with([&](Machine& machine) {
      require_file(machine, path);
      if (machine.links.erase(path) == 0) machine.files.erase(path);
    });
  });
}

std::unique_ptr<Forward> MemHost::forward(const Remote& remote) {
  return call([&] { return std::make_unique<MemForward>(remote); });
}

void MemHost::raise_epoch(const std::string& run, std::uint64_t epoch) {
  call([&] {
    machine_->with([&](Machine& machine) {
      if (machine.epochs[run] > epoch) throw overtaken(name_, run, machine.epochs[run]);
      machine.epochs[run] = epoch;
    });
    script_.with([&](Script& script) {
      script.run = run;
      script.held = epoch;
    });
  });
}

void MemHost::drop_epoch(const std::string& run) {
  call([&] {
    machine_->with([&](Machine& machine) { machine.epochs.erase(run); });
    script_.with([&](Script& script) {
      if (script.run == run) script.run.clear();
    });
  });
}

void MemHost::answer(const std::vector<std::string>& words, const CommandResult& result) {
  answer([words, result](const Command& command) -> std::optional<CommandResult> {
    if (command.arguments != words) return {};
    return result;
  });
}

void MemHost::answer(Reply reply) {
  script_.with([&](Script& script) { script.replies.push_back(std::move(reply)); });
}

void MemHost::fail_at(int n, const Error& error, bool after_its_work) {
  HIKKOSHI_ASSERT(n >= 1);
  script_.with([&](Script& script) {
    script.failures.insert_or_assign(script.calls + n, Failure{error, after_its_work});
  });
}

int MemHost::calls() const {
  return script_.copy().calls;
}

std::vector<Command> MemHost::commands() const {
  return script_.copy().commands;
}

std::map<std::string, File> MemHost::files() const {
  return machine_->copy().files;
}

void MemHost::link(const std::string& path, const std::string& target) {
  machine_->with([&](Machine& machine) { machine.links[path] = target; });
}

}  // namespace hikkoshi::hosts
