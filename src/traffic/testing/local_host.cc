#include "traffic/testing/local_host.h"

#include <filesystem>

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

namespace hikkoshi::traffic {

namespace {

class SameSocket : public hosts::Forward {
 public:
  explicit SameSocket(hosts::Remote remote) : remote_(std::move(remote)) {}
  Endpoint local() const override { return remote_.endpoint; }
  std::string socket() const override { return remote_.socket; }

 private:
  const hosts::Remote remote_;
};

}  // namespace

hosts::CommandResult LocalHost::run(const hosts::Command& command, std::stop_token stop) {
  ProcessOptions options;
  options.arguments = command.arguments;
  options.input = command.input;
  options.timeout = command.timeout;
  options.on_output = command.on_output;
  auto result = run_process(options, stop);
  return {result.status, result.output, result.error};
}

std::optional<hosts::File> LocalHost::read_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return hosts::File{hikkoshi::read_file(path), status.st_mode & 07777, "root:root"};
}

void LocalHost::write_file(const std::string& path, const hosts::File& file) {
  write_file_atomically(path, file.content, file.mode);
}

void LocalHost::remove_file(const std::string& path) {
  std::filesystem::remove(path);
}

std::unique_ptr<hosts::Forward> LocalHost::forward(const hosts::Remote& remote) {
  return std::make_unique<SameSocket>(remote);
}

hosts::CommandResult WatchedHost::run(const hosts::Command& command, std::stop_token stop) {
  before("run " + command.arguments.at(0));
  auto result = inner_.run(command, stop);
  after("run " + command.arguments.at(0));
  return result;
}

void WatchedHost::write_file(const std::string& path, const hosts::File& file) {
  before("write " + path);
  inner_.write_file(path, file);
  after("write " + path);
}

void WatchedHost::remove_file(const std::string& path) {
  before("remove " + path);
  inner_.remove_file(path);
  after("remove " + path);
}

}  // namespace hikkoshi::traffic
