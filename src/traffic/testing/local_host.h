// For tests: this machine as a Host, and a decorator that fails where it is told.
#pragma once

#include <functional>
#include <string>

#include "hosts/host.h"

namespace hikkoshi::traffic {

/// Commands run here, paths are this machine's, a unix socket's forward is the socket itself.
class LocalHost : public hosts::Host {
 public:
  std::string name() const override { return "here"; }
  hosts::CommandResult run(const hosts::Command& command, std::stop_token stop = {}) override;
  std::optional<hosts::File> read_file(const std::string& path) override;
  void write_file(const std::string& path, const hosts::File& file) override;
  void remove_file(const std::string& path) override;
  std::unique_ptr<hosts::Forward> forward(const hosts::Remote& remote) override;
  void raise_epoch(const std::string&, std::uint64_t) override {}
  void drop_epoch(const std::string&) override {}
};

/// Calls `before` and `after` around each call that has an effect; what they throw is what the
/// connection to the host did.
class WatchedHost : public hosts::Host {
 public:
  using Watch = std::function<void(const std::string& what)>;

  explicit WatchedHost(hosts::Host& inner) : inner_(inner) {}
  std::string name() const override { return inner_.name(); }
  hosts::CommandResult run(const hosts::Command& command, std::stop_token stop = {}) override;
  std::optional<hosts::File> read_file(const std::string& path) override {
    return inner_.read_file(path);
  }
  void write_file(const std::string& path, const hosts::File& file) override;
  void remove_file(const std::string& path) override;
  std::unique_ptr<hosts::Forward> forward(const hosts::Remote& remote) override {
    return inner_.forward(remote);
  }
  void raise_epoch(const std::string& run, std::uint64_t epoch) override {
    inner_.raise_epoch(run, epoch);
  }
  void drop_epoch(const std::string& run) override { inner_.drop_epoch(run); }

  Watch before = [](const std::string&) {
  };
  Watch after = [](const std::string&) {
  };

 private:
  hosts::Host& inner_;
};

}  // namespace hikkoshi::traffic
