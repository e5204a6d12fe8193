#include "app/drivers.h"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "database/mariadb/mariadb_database.h"
#include "database/mariadb/mariadb_fence.h"
#include "database/mariadb/mariadb_transfer.h"
#include "dns/rfc2136_zone.h"
#include "hosts/ssh_host.h"
#include "traffic/haproxy_balancer.h"

namespace hikkoshi::app {

namespace {

/// What a balancer takes as its page (traffic/page.cc).
constexpr std::size_t largest_page = 1 << 20;

using database::MariadbServer;
using Key = std::pair<std::string, std::string>;  // Side and name.

/// What a map of the move file holds under a name; the plan may fit another file.
template <typename Map>
const auto& named(const Map& map, const std::string& name, const char* what) {
  auto found = map.find(name);
  if (found == map.end())
    throw Error(Retry::never, std::string("the move file has no ") + what + " '" + name + "'",
                Exit::stale_plan)
        .remedy("plan again from this move file");
  return found->second;
}

/// Made at its first use, kept for ever.
template <typename Thing, typename Make>
Thing& made(std::map<Key, std::unique_ptr<Thing>>& things, const Key& key, Make make) {
  auto& place = things[key];
  if (!place) place = make();
  return *place;
}

class MoveDrivers : public steps::Drivers {
 public:
  MoveDrivers(const move::Move& move, std::string folder, Clock& clock)
      : move_(move), folder_(std::move(folder)), clock_(clock) {}

  /// What goes through a host dies before it, and the hosts behind a bastion before the bastion.
  ~MoveDrivers() override {
    transfers_.clear();
    fences_.clear();
    databases_.clear();
    balancers_.clear();
    forwards_.clear();
    while (!hosts_.empty()) hosts_.pop_back();
  }

  hosts::Host& host(std::string_view side, const std::string& name) override {
    std::lock_guard lock(mutex_);
    return ssh_host(std::string(side), name);
  }

  traffic::Balancer& balancer(std::string_view side_text, const std::string& name) override {
    std::lock_guard lock(mutex_);
    std::string side(side_text);
    return made(balancers_, {side, name}, [&]() -> std::unique_ptr<traffic::Balancer> {
      const move::Balancer& it = named(environment(side).balancers, name, "balancer");
      traffic::HaproxyBalancer::Options options;
      options.name = side + "." + name;
      options.config = it.config;
      options.socket = it.socket;
      options.master = it.master;
      options.frontends = it.listen;
      return std::make_unique<traffic::HaproxyBalancer>(options, ssh_host(side, it.host), clock_);
    });
  }

  database::Database& database(std::string_view side_text, const std::string& name) override {
    std::lock_guard lock(mutex_);
    std::string side(side_text);
    return made(databases_, {side, name}, [&]() -> std::unique_ptr<database::Database> {
      return std::make_unique<database::MariadbDatabase>(server(side, name));
    });
  }

  database::Fence& fence(std::string_view side_text, const std::string& name) override {
    std::lock_guard lock(mutex_);
    std::string side(side_text);
    return made(fences_, {side, name}, [&]() -> std::unique_ptr<database::Fence> {
      return std::make_unique<database::MariadbFence>(server(side, name));
    });
  }

  database::Transfer& transfer(const std::string& name) override {
    std::lock_guard lock(mutex_);
    return made(transfers_, {"", name}, [&]() -> std::unique_ptr<database::Transfer> {
      return std::make_unique<database::MariadbTransfer>(server("old", name), server("new", name));
    });
  }

  dns::Zone& zone(const std::string& name) override {
    std::lock_guard lock(mutex_);
    return made(zones_, {"", name}, [&]() -> std::unique_ptr<dns::Zone> {
      const move::Zone& it = named(move_.old_side.zones, name, "zone");
      dns::Rfc2136Options options;
      options.primary = it.server;
      options.zone = it.zone;
      options.tsig = resolve(it.tsig, move_folder());
      return std::make_unique<dns::Rfc2136Zone>(std::move(options));
    });
  }

  std::string address(std::string_view side, const std::string& host) override {
    return named(environment(side).hosts, host, "host").ssh.host;
  }

  std::string file(const std::string& name) override {
    return read_file(beside(name), largest_page);
  }

 private:
  const move::Environment& environment(std::string_view side) const {
    return side == "old" ? move_.old_side : move_.new_side;
  }

  std::string move_folder() const {
    auto folder = std::filesystem::path(move_.file).parent_path();
    return folder.empty() ? "." : folder.string();
  }

  std::string beside(const std::string& name) const {
    return name.starts_with('/') ? name : move_folder() + "/" + name;
  }

  hosts::SshHost& ssh_host(const std::string& side, const std::string& name) {
    auto found = host_at_.find({side, name});
    if (found != host_at_.end()) return *found->second;
    const move::Host& it = named(environment(side).hosts, name, "host");
    hosts::SshHost::Options options;
    options.name = side + "." + name;
    options.endpoint = it.ssh;
    options.user = it.user;
    options.config = move_.ssh_config.empty() ? "" : beside(move_.ssh_config);
    options.jump = it.via.empty() ? nullptr : &ssh_host(side, it.via);
    options.folder = folder_;
    hosts_.push_back(std::make_unique<hosts::SshHost>(options));
    return *(host_at_[{side, name}] = hosts_.back().get());
  }

  MariadbServer server(const std::string& side, const std::string& name) {
    const move::Database& it = named(environment(side).databases, name, "database");
    MariadbServer server;
    server.name = side + "." + name;
    server.user = it.user;
    server.password = resolve(it.password, move_folder());
    server.schemas = it.schemas;
    server.acknowledged = it.acknowledged;
    if (it.via.empty()) {
      server.endpoint = [endpoint = it.server] {
        return endpoint;
      };
      return server;
    }
    hosts::Host& via = ssh_host(side, it.via);
    auto& way = forwards_[{side, name}];
    if (!way) way = via.forward({it.server, ""});
    server.endpoint = [&forward = *way] {
      return forward.local();
    };
    return server;
  }

  const move::Move& move_;
  const std::string folder_;
  Clock& clock_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<hosts::SshHost>> hosts_;  // Bastions stand before their users.
  std::map<Key, hosts::SshHost*> host_at_;
  std::map<Key, std::unique_ptr<hosts::Forward>> forwards_;
  std::map<Key, std::unique_ptr<traffic::Balancer>> balancers_;
  std::map<Key, std::unique_ptr<database::Database>> databases_;
  std::map<Key, std::unique_ptr<database::Fence>> fences_;
  std::map<Key, std::unique_ptr<database::Transfer>> transfers_;
  std::map<Key, std::unique_ptr<dns::Zone>> zones_;
};

}  // namespace

std::unique_ptr<steps::Drivers> make_drivers(const move::Move& move, const std::string& folder,
                                             Clock& clock) {
  return std::make_unique<MoveDrivers>(move, folder, clock);
}

steps::Names names_of(const move::Move& move) {
  steps::Names names;
  for (auto side : {move::Side::old_side, move::Side::new_side}) {
    const move::Environment& environment = move.side(side);
    std::string text(move::to_string(side));
    for (const auto& [name, host] : environment.hosts) names.hosts.push_back({text, name});
    for (const auto& [name, balancer] : environment.balancers)
      names.balancers.push_back({text, name});
    for (const auto& [name, database] : environment.databases)
      names.databases.push_back({text, name});
  }
  for (const auto& [name, database] : move.old_side.databases)
    if (move.new_side.databases.count(name)) names.transfers.push_back(name);
  for (const auto& [name, zone] : move.old_side.zones) names.zones.push_back(name);
  if (!move.policy.page.file.empty()) names.files.push_back(move.policy.page.file);
  return names;
}

}  // namespace hikkoshi::app
