// For tests: a real HAProxy on loopback between two small servers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/process.h"
#include "traffic/haproxy_balancer.h"
#include "traffic/testing/local_host.h"
#include "traffic/testing/small_web.h"

namespace hikkoshi::traffic {

class HaproxyWorld {
 public:
  /// An ordinary configuration; FRONT, OWN and FOLDER become addresses and the folder.
  static const char* const ordinary;

  explicit HaproxyWorld(const std::string& config = ordinary);
  ~HaproxyWorld();

  HaproxyBalancer::Options options() const;
  std::string config_path() const { return folder_.path() + "/haproxy.cfg"; }
  std::string folder() const { return folder_.path(); }
  std::string config() const { return read_file(config_path()); }
  void write_config(const std::string& text);  ///< Placeholders are filled.
  Endpoint front() const { return {"127.0.0.1", port_}; }
  Endpoint second_front() const { return {"127.0.0.1", second_port_}; }

  void start();  ///< And waits until it answers.
  void stop();   ///< At once.
  void restart() { stop(), start(); }
  std::string ask(const std::string& command);  ///< On the master socket.
  std::string log() const { return read_file(folder_.path() + "/log"); }

  SmallServer own{"own"}, other{"other"};
  LocalHost here;
  SystemClock clock;

 private:
  TemporaryFolder folder_;
  std::uint16_t port_ = free_port(), second_port_ = free_port();
  std::unique_ptr<BackgroundProcess> process_;
};

}  // namespace hikkoshi::traffic
