#include "plan/stages.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::plan {

namespace {

constexpr std::array<std::pair<std::string_view, Sign>, 22> signs{{
    {"prepare-balancer", Sign::change}, {"lower-ttl", Sign::change},
    {"check-reach", Sign::check},       {"push-config", Sign::change},
    {"examine", Sign::check},           {"show-page", Sign::change},
    {"drain-balancer", Sign::wait},     {"fence-database", Sign::change},
    {"copy-database", Sign::copy},      {"verify-database", Sign::check},
    {"open-database", Sign::change},    {"check-service", Sign::check},
    {"hide-page", Sign::change},        {"forward-balancer", Sign::change},
    {"switch-record", Sign::change},    {"watch-propagation", Sign::wait},
    {"watch-stragglers", Sign::wait},   {"raise-ttl", Sign::change},
    {"clean-balancer", Sign::remove},   {"record-answers", Sign::check},
    {"admit-team", Sign::change},       {"await-health", Sign::wait},
}};

Sign sign_of(std::string_view kind) {
  for (const auto& [name, sign] : signs) {
    if (name == kind) return sign;
  }
  return Sign::remove;  // clean-database, clean-config
}

std::string forward_target(const move::Move& move, const std::string& name) {
  const move::Service& service = move.services.at(name);
  std::string address = new_addresses(move, name).front();
  bool balanced = move.new_side.balancers.contains(service.balancer);
  std::uint16_t port = balanced || service.new_side.port == 0 ? 80 : service.new_side.port;
  return Endpoint{address, port}.text();
}

}  // namespace

std::string item_id(std::string_view stage, std::string_view kind, std::string_view thing) {
  return fmt::format("{}/{}:{}", stage, kind, thing);
}

Item step_item(Step step) {
  step.sign = sign_of(step.kind);
  if (step.arguments.is_null()) step.arguments = Json::object();
  return Item{.step = std::move(step), .gate = {}};
}

Item gate_item(Gate gate) {
  if (gate.arguments.is_null()) gate.arguments = Json::object();
  return Item{.step = {}, .gate = std::move(gate)};
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 3;
  if (names.size() <= shown) return join(names, ", ");
  return fmt::format("{} and {} more", join({names.begin(), names.begin() + shown}, ", "),
                     names.size() - shown);
}

void append(std::vector<Item>& items, std::vector<Item> more) {
  std::move(more.begin(), more.end(), std::back_inserter(items));
}

bool shows_page(const move::Policy& policy) {
  return policy.prefer == "page" || (policy.prefer == "hold" && policy.otherwise != "none");
}

std::vector<SidedName> page_balancers(const Sources& sources, std::size_t leg) {
  const Leg& about = sources.itinerary.legs()[leg];
  std::set<SidedName> found;
  auto add = [&](move::Side side, const std::string& service) {
    const std::string& balancer = sources.move.services.at(service).balancer;
    if (sources.move.side(side).balancers.contains(balancer)) found.insert({side, balancer});
  };
  for (const std::string& service : about.services) {
    add(move::Side::new_side, service);
    add(move::Side::old_side, service);
  }
  for (const std::string& user : sources.itinerary.users_of(about.databases)) {
    add(sources.itinerary.side_after(user, leg), user);
  }
  std::vector<SidedName> sorted(found.begin(), found.end());
  std::stable_partition(sorted.begin(), sorted.end(),
                        [](const SidedName& balancer) { return !balancer.on_old(); });
  return sorted;
}

std::vector<Forwarding> forwardings(const Sources& sources, std::size_t leg) {
  std::map<std::string, std::string> targets;
  for (const std::string& service : sources.itinerary.legs()[leg].services) {
    const std::string& balancer = sources.move.services.at(service).balancer;
    if (!sources.move.old_side.balancers.contains(balancer)) continue;
    std::string target = forward_target(sources.move, service);
    auto [known, is_new] = targets.emplace(balancer, target);
    if (!is_new && known->second != target) {
      throw Error(Retry::never,
                  fmt::format("OLD's balancer {} would have to forward to {} and to {}", balancer,
                              known->second, target),
                  Exit::refused)
          .remedy("put the services behind one balancer on NEW");
    }
  }
  for (const auto& [name, service] : sources.move.services) {
    if (!targets.contains(service.balancer) || sources.itinerary.leg_of(name) <= leg) continue;
    throw Error(Retry::never,
                fmt::format("OLD's balancer {} would forward the requests of service {} too, "
                            "which stage {} leaves on OLD",
                            service.balancer, name, sources.itinerary.legs()[leg].name),
                Exit::refused)
        .remedy("move the services behind one balancer in one stage");
  }
  std::vector<Forwarding> result;
  for (const auto& [balancer, target] : targets) result.push_back({balancer, target});
  return result;
}

std::vector<std::string> new_addresses(const move::Move& move, const std::string& service) {
  const move::Service& about = move.services.at(service);
  auto balancer = move.new_side.balancers.find(about.balancer);
  if (balancer != move.new_side.balancers.end()) {
    if (!balancer->second.address.empty()) return {balancer->second.address};
    throw Error(Retry::never,
                fmt::format("NEW's balancer {} has no address, but names of service {} move to it",
                            about.balancer, service),
                Exit::bad_move_file);
  }
  std::vector<std::string> addresses;
  for (const std::string& host : about.new_side.hosts) {
    addresses.push_back(move.new_side.hosts.at(host).ssh.host);
  }
  return addresses;
}

std::vector<Rung> rungs(const Sources& sources, const std::string& zone) {
  std::optional<std::int64_t> present = 0;
  for (const std::string& name : sources.itinerary.names_in(zone)) {
    auto seen = sources.observed.names.find(name);
    if (seen == sources.observed.names.end()) {
      present.reset();
      break;
    }
    present = std::max<std::int64_t>(*present, seen->second.ttl);
  }
  std::vector<Rung> result;
  std::int64_t above = INT64_MAX;
  std::size_t number = 0;
  for (Millis length : sources.move.policy.ttl.ladder) {
    ++number;
    std::int64_t seconds = length.count() / 1000;
    if (length.count() % 1000 != 0 || seconds < 1 || seconds > INT32_MAX || seconds >= above) {
      throw Error(Retry::never,
                  fmt::format("rung {} of policy.ttl.ladder is {} ms: whole seconds are expected, "
                              "each fewer than before",
                              number, length.count()),
                  Exit::bad_move_file);
    }
    above = seconds;
    if (!present || seconds < *present) result.push_back({number, seconds});
  }
  return result;
}

std::string lower_ttl_id(const std::string& zone, std::size_t rung) {
  return item_id("prepare", "lower-ttl", fmt::format("{}#{}", zone, rung));
}

Item ttl_gate(const std::string& stage, const std::string& zone, std::size_t rung) {
  return gate_item({.id = item_id(stage, "ttl-expired", fmt::format("{}#{}", zone, rung)),
                    .kind = Gate::Kind::time,
                    .condition = "ttl-expired",
                    .title = fmt::format(
                        "Copies with the TTL from before rung {} of zone {} are gone", rung, zone),
                    .arguments = {{"step", lower_ttl_id(zone, rung)}},
                    .forecast = {}});
}

std::string zone_stage_name(const Itinerary& itinerary, std::size_t leg) {
  const Leg& about = itinerary.legs()[leg];
  if (!about.cuts_over()) return about.name;
  std::string name = about.name + "-zones";
  auto taken = [&](const Leg& other) {
    return other.name == name;
  };
  while (std::any_of(itinerary.legs().begin(), itinerary.legs().end(), taken)) name += "-too";
  return name;
}

}  // namespace hikkoshi::plan
