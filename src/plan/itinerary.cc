#include "plan/itinerary.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::plan {

namespace {

[[noreturn]] void bad(std::string message) {
  throw Error(Retry::never, std::move(message), Exit::bad_move_file);
}

bool is_below(const std::string& name, const std::string& domain) {
  return name == domain || name.ends_with("." + domain);
}

}  // namespace

Itinerary::Itinerary(const move::Move& move) : move_(move) {
  if (move.stages.empty()) bad("the move has no stages: nothing would move");
  std::set<std::string> names;
  for (const move::Stage& stage : move.stages) {
    if (stage.name.empty()) bad("a stage has no name");
    if (stage.name == "prepare" || stage.name == "finish") {
      bad(fmt::format("a stage cannot be called '{}': Hikkoshi's own is", stage.name));
    }
    if (!names.insert(stage.name).second) bad(fmt::format("two stages are '{}'", stage.name));
    if (stage.move.empty()) bad(fmt::format("stage {} moves nothing", stage.name));
    legs_.push_back(Leg{.name = stage.name, .services = {}, .databases = {}, .zones = {}});
    for (const std::string& thing : stage.move) place(thing, stage);
  }
  for (std::size_t leg = 0; leg < legs_.size(); ++leg) {
    for (const std::string& name : legs_[leg].services) check_service(name);
    for (const std::string& name : legs_[leg].databases) check_database(name);
    for (const std::string& name : legs_[leg].zones) check_zone(name, leg);
  }
}

void Itinerary::place(const std::string& thing, const move::Stage& stage) {
  if (!leg_of_.emplace(thing, legs_.size() - 1).second) {
    bad(fmt::format("{} is moved twice, the second time by stage {}", thing, stage.name));
  }
  bool service = move_.services.contains(thing),
       database = move_.old_side.databases.contains(thing),
       bucket = move_.old_side.buckets.contains(thing), zone = move_.old_side.zones.contains(thing);
  if (service + database + bucket + zone > 1) {
    bad(fmt::format("stage {} moves '{}', which names more than one thing", stage.name, thing));
  }
  if (bucket) {
    throw Error(Retry::never,
                fmt::format("stage {} moves bucket {}: this version does not move buckets yet",
                            stage.name, thing),
                Exit::refused)
        .remedy("take it out of the stage and move its objects by other means");
  }
  if (service) return legs_.back().services.push_back(thing);
  if (database) return legs_.back().databases.push_back(thing);
  if (zone) return legs_.back().zones.push_back(thing);
  bad(fmt::format("stage {} moves '{}', which is no service, store or zone of OLD", stage.name,
                  thing));
}

void Itinerary::check_service(const std::string& name) const {
  const move::Service& service = move_.services.at(name);
  for (move::Side side : {move::Side::old_side, move::Side::new_side}) {
    bool old_side = side == move::Side::old_side;
    for (const std::string& host : (old_side ? service.old_side : service.new_side).hosts) {
      if (!move_.side(side).hosts.contains(host)) {
        bad(fmt::format("service {} runs on host {}, which {} does not have", name, host,
                        old_side ? "OLD" : "NEW"));
      }
    }
  }
  if (service.new_side.hosts.empty()) bad(fmt::format("service {} has no host on NEW", name));
  if (!service.balancer.empty() && !move_.old_side.balancers.contains(service.balancer) &&
      !move_.new_side.balancers.contains(service.balancer)) {
    bad(fmt::format("service {} is behind balancer {}, which neither side has", name,
                    service.balancer));
  }
  for (const std::string& used : service.uses) {
    if (!move_.services.contains(used) && !move_.old_side.databases.contains(used) &&
        !move_.old_side.buckets.contains(used)) {
      bad(fmt::format("service {} uses '{}', which is no service or store of OLD", name, used));
    }
  }
}

void Itinerary::check_database(const std::string& name) const {
  auto there = move_.new_side.databases.find(name);
  if (there == move_.new_side.databases.end()) {
    bad(fmt::format("database {} moves, but NEW has none of this name", name));
  }
  const move::Database& here = move_.old_side.databases.at(name);
  if (here.schemas.empty()) bad(fmt::format("database {} moves, but names no schemas", name));
  for (const std::string& product : {here.product, there->second.product}) {
    if (product == "mariadb") continue;
    throw Error(Retry::never,
                fmt::format("database {} is {}: this version moves MariaDB only", name, product),
                Exit::refused);
  }
}

void Itinerary::check_zone(const std::string& name, std::size_t leg) const {
  std::vector<std::string> names = names_in(name);
  if (names.empty()) bad(fmt::format("zone {} moves, but no moved service has a name in it", name));
  for (const auto& [service, about] : move_.services) {
    std::size_t when = leg_of(service);
    if (when <= leg || when == legs_.size()) continue;
    for (const std::string& own : about.names) {
      if (!std::binary_search(names.begin(), names.end(), own)) continue;
      bad(fmt::format("stage {} would send {} to NEW before stage {} brings service {} there",
                      legs_[leg].name, own, legs_[when].name, service));
    }
  }
}

std::size_t Itinerary::leg_of(const std::string& thing) const {
  auto found = leg_of_.find(thing);
  return found == leg_of_.end() ? legs_.size() : found->second;
}

move::Side Itinerary::side_after(const std::string& thing, std::size_t leg) const {
  return leg_of(thing) <= leg && leg_of_.contains(thing) ? move::Side::new_side
                                                         : move::Side::old_side;
}

std::vector<std::string> Itinerary::names_in(const std::string& zone) const {
  const std::string& domain = move_.old_side.zones.at(zone).zone;
  std::set<std::string> names;
  for (const auto& [service, about] : move_.services) {
    if (!leg_of_.contains(service)) continue;
    for (const std::string& name : about.names) {
      // A name belongs to the longest domain above it; zones that share one domain (public and
      // internal) both answer for it.
      bool nearer = std::any_of(
          move_.old_side.zones.begin(), move_.old_side.zones.end(), [&](const auto& other) {
            return other.second.zone.size() > domain.size() && is_below(name, other.second.zone);
          });
      if (is_below(name, domain) && !nearer) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> Itinerary::users_of(const std::vector<std::string>& databases) const {
  std::vector<std::string> users;
  for (const auto& entry : move_.services) {
    const move::Service& service = entry.second;
    bool uses = std::any_of(databases.begin(), databases.end(), [&](const std::string& database) {
      return std::find(service.uses.begin(), service.uses.end(), database) != service.uses.end();
    });
    if (uses) users.push_back(entry.first);
  }
  return users;
}

std::vector<PlacementRow> Itinerary::placement() const {
  std::vector<PlacementRow> rows;
  auto add = [&](const char* kind, const std::string& name) {
    PlacementRow row{fmt::format("{} {}", kind, name), {"old"}};
    for (std::size_t leg = 0; leg < legs_.size(); ++leg) {
      row.sides.push_back(side_after(name, leg) == move::Side::old_side ? "old" : "new");
    }
    rows.push_back(std::move(row));
  };
  for (const auto& [name, service] : move_.services) add("service", name);
  for (const auto& [name, database] : move_.old_side.databases) add("database", name);
  for (const auto& [name, bucket] : move_.old_side.buckets) add("bucket", name);
  for (const auto& [name, zone] : move_.old_side.zones) add("zone", name);
  return rows;
}

}  // namespace hikkoshi::plan
