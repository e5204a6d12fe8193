// HAProxy 2.4 or later in master-worker mode, with an ordinary configuration of its owner's.
// The manual page is doc/drivers/haproxy_balancer.md.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "hosts/host.h"
#include "traffic/balancer.h"
#include "traffic/haproxy_cli.h"
#include "traffic/haproxy_config.h"
#include "traffic/haproxy_switch.h"

namespace hikkoshi::traffic {

class HaproxyBalancer : public Balancer {
 public:
  struct Options {
    std::string name;  ///< As in the move file: "old.edge".
    std::string config = "/etc/haproxy/haproxy.cfg";
    std::string socket = "/run/haproxy/admin.sock";   ///< `stats socket`, level admin.
    std::string master = "/run/haproxy/master.sock";  ///< -S; what we speak to.
    std::vector<std::string> frontends;  ///< Empty: all HTTP frontends that name backends.
    std::string folder = "";             ///< Of our files; empty: "hikkoshi" beside the config.
    Millis patience{5'000};              ///< For a HAProxy that is being restarted.
    Millis reload_limit{30'000};
    Millis old_workers{10'000};  ///< For workers of before `prepare`, which know no page.
  };

  /// `host` and `clock` outlive this. Throws Error(never) when a path has other characters than
  /// letters, digits and "/._-", which a configuration could read as something else.
  HaproxyBalancer(Options options, hosts::Host& host, Clock& clock);

  std::string name() const override { return options_.name; }
  std::vector<Finding> examine() override;
  State state() override;
  void prepare() override;
  void restore() override;
  void set_page(const std::optional<Page>& page) override;
  void forward_to(const std::optional<Endpoint>& target) override;

 private:
  /// What prepare did, kept on the host: hashes of the bytes before and after.
  struct Record {
    std::string original, prepared;
  };

  std::string path(const std::string& file) const { return options_.folder + "/" + file; }
  std::string backup() const { return options_.config + ".before-hikkoshi"; }
  std::string candidate() const { return options_.config + ".hikkoshi-candidate"; }
  std::string record() const { return path("prepared.json"); }

  hosts::File read_config();
  std::optional<Record> read_record();
  std::vector<std::string> frontends(const HaproxySetup& setup) const;
  void require_version(const std::string& version) const;

  void install(const hosts::File& original);
  void write_our_files(const hosts::File& original, const std::string& prepared);
  void require_valid(const std::string& file);
  bool knows_rules(int worker);
  bool loaded();
  void remove_our_files();

  std::optional<HaproxySwitch> told();
  void wait_for_unprepared_workers();
  HaproxySwitch require_prepared();
  void put_lists(const HaproxySwitch& before, const HaproxySwitch& wanted);
  void put(const std::string& file, const HaproxyLines& lines);
  bool lists_differ(const HaproxyLists& wanted);

  std::optional<HaproxyLists> running(int worker);
  void read_running(const std::vector<HaproxyWorker>& workers, State& state);
  void read_statistics(const HaproxySetup& setup, const std::vector<HaproxyWorker>& workers,
                       State& state);
  void count(const HaproxyRow& row, const HaproxySetup& setup, bool old, State& state);
  void examine_configuration(std::vector<Finding>& findings);
  void examine_running(const HaproxySetup& setup, std::vector<Finding>& findings);

  Options options_;
  hosts::Host& host_;
  Clock& clock_;
  HaproxyCli cli_;
  std::mutex mutex_;  ///< One change or reading at a time.
};

}  // namespace hikkoshi::traffic
