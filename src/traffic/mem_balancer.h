// A balancer in memory, for tests and simulations of everything above it.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "traffic/balancer.h"

namespace hikkoshi::traffic {

struct MemRequest {
  std::string path = "/";
  std::string host = "frames.test";
  std::string from = "127.0.0.1";  ///< IPv4 or IPv6 address.
};

struct MemAnswer {
  int status = 200;
  std::string body;
  std::string retry_after;    ///< Seconds; empty when there is none.
  std::string cache_control;  ///< Empty when there is none.
  std::string server;         ///< "own", the target that it was forwarded to, or empty.
};

/// Behaves as the contract says, at once. Thread-safe.
class MemBalancer : public Balancer {
 public:
  explicit MemBalancer(std::string name, std::string configuration = "frontend http\n");

  std::string name() const override { return name_; }
  std::vector<Finding> examine() override;
  State state() override;
  void prepare() override;
  void restore() override;
  void set_page(const std::optional<Page>& page) override;
  void forward_to(const std::optional<Endpoint>& target) override;

  // The world around it.
  MemAnswer answer(const MemRequest& request);  ///< As a client would get it; counts it.
  std::string configuration() const;
  void set_configuration(std::string text);  ///< Somebody edits it.
  void set_in_flight(std::uint64_t count);
  void set_sick(std::vector<std::string> servers);
  void set_findings(std::vector<Finding> findings);

 private:
  void require_prepared() const;

  const std::string name_;
  mutable std::mutex mutex_;
  std::string configuration_, original_;
  State state_;
  std::vector<Finding> findings_;
};

}  // namespace hikkoshi::traffic
