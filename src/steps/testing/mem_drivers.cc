#include "steps/testing/mem_drivers.h"

#include "base/error.h"

namespace hikkoshi::steps {

namespace {

template <typename Map, typename Key>
const auto& named(const Map& map, const Key& key, const std::string& name) {
  auto found = map.find(key);
  if (found == map.end()) throw Error(Retry::never, "the move names no " + name, Exit::stale_plan);
  return found->second;
}

template <typename Thing>
auto& sided(const std::map<std::pair<std::string, std::string>, Thing*>& things,
            std::string_view side, const std::string& name) {
  return *named(things, std::pair(std::string(side), name), std::string(side) + "." + name);
}

}  // namespace

MemDrivers::MemDrivers()
    : hosts_{{{"old", "web1"}, &web1}, {{"new", "app1"}, &app1}, {{"new", "app2"}, &app2}},
      balancers_{{{"old", "edge"}, &old_edge}, {{"new", "edge"}, &new_edge}},
      databases_{{{"old", "main"}, &old_server_}, {{"new", "main"}, &new_server_}},
      zones_{{"public", &shop}} {
  old_edge.prepare();
  new_edge.prepare();
  old_main.with([](database::MemContents& all) {
    all.tables["frames.orders"] = {{"1", "one"}, {"2", "two"}};
    all.accounts = all.writers = {"app@%"};
    all.events = {{"frames.forget", true}};
  });
  shop.put({"www.shop.test", dns::Type::a, 3600, {"127.10.0.80"}});
}

hosts::Host& MemDrivers::host(std::string_view side, const std::string& name) {
  return sided(hosts_, side, name);
}

traffic::Balancer& MemDrivers::balancer(std::string_view side, const std::string& name) {
  return sided(balancers_, side, name);
}

database::Database& MemDrivers::database(std::string_view side, const std::string& name) {
  return sided(databases_, side, name).database;
}

database::Fence& MemDrivers::fence(std::string_view side, const std::string& name) {
  return sided(databases_, side, name).fence;
}

database::Transfer& MemDrivers::transfer(const std::string& name) {
  sided(databases_, "old", name);
  return main_transfer;
}

dns::Zone& MemDrivers::zone(const std::string& name) {
  return *named(zones_, name, name);
}

std::string MemDrivers::address(std::string_view side, const std::string& host) {
  sided(hosts_, side, host);
  auto found = addresses.find(host);
  return found == addresses.end() ? "127.0.0.1" : found->second;
}

std::string MemDrivers::file(const std::string& name) {
  return named(files, name, name);
}

void MemDrivers::replace(std::string_view side, traffic::Balancer& edge) {
  balancers_[{std::string(side), "edge"}] = &edge;
}

void MemDrivers::replace(dns::Zone& zone) {
  zones_["public"] = &zone;
}

}  // namespace hikkoshi::steps
