// For tests: a small move whose every driver is in memory.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "database/mem_database.h"
#include "dns/mem_zone.h"
#include "hosts/mem_host.h"
#include "steps/drivers.h"
#include "traffic/mem_balancer.h"

namespace hikkoshi::steps {

/// Hosts old.web1, new.app1 and new.app2; balancers old.edge and new.edge, prepared; database main
/// with frames.orders on OLD, written by app@%; zone "public" = shop.test on two servers, with
/// www.shop.test; the page's file.
class MemDrivers : public Drivers {
 public:
  MemDrivers();

  hosts::Host& host(std::string_view side, const std::string& name) override;
  traffic::Balancer& balancer(std::string_view side, const std::string& name) override;
  database::Database& database(std::string_view side, const std::string& name) override;
  database::Fence& fence(std::string_view side, const std::string& name) override;
  database::Transfer& transfer(const std::string& name) override;
  dns::Zone& zone(const std::string& name) override;
  std::string address(std::string_view side, const std::string& host) override;
  std::string file(const std::string& name) override;

  /// From now on this one answers instead of the one in memory. Borrowed.
  void replace(std::string_view side, traffic::Balancer& edge);
  void replace(dns::Zone& zone);

  hosts::MemHost web1{"old.web1"}, app1{"new.app1"}, app2{"new.app2"};
  traffic::MemBalancer old_edge{"old.edge"}, new_edge{"new.edge"};
  database::MemServer old_main{"old.main", {"frames"}}, new_main{"new.main", {"frames"}};
  dns::MemZone shop{"shop.test", 2};
  std::map<std::string, std::string> files{{"maintenance.html", "<h1>Back soon</h1>"}};
  std::map<std::string, std::string> addresses;  ///< Of "app2" and the like; others: 127.0.0.1.
  database::MemTransfer main_transfer{old_main, new_main};

 private:
  struct Server {
    explicit Server(database::MemServer& server) : database(server), fence(server) {}
    database::MemDatabase database;
    database::MemFence fence;
  };

  Server old_server_{old_main}, new_server_{new_main};
  std::map<std::pair<std::string, std::string>, hosts::Host*> hosts_;
  std::map<std::pair<std::string, std::string>, traffic::Balancer*> balancers_;
  std::map<std::pair<std::string, std::string>, Server*> databases_;
  std::map<std::string, dns::Zone*> zones_;
};

}  // namespace hikkoshi::steps
