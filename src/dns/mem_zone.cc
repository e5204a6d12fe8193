#include "dns/mem_zone.h"

#include <algorithm>

#include "base/error.h"
#include "dns/name.h"
#include "dns/record_set.h"

namespace hikkoshi::dns {
namespace {

void check_question(const std::string& name, Type type) {
  if (!is_valid_name(name) || type == Type::other) {
    throw Error(Retry::never, "'" + name + "' is no name that can be asked for");
  }
}

}  // namespace

MemZone::MemZone(std::string zone, size_t servers) : zone_(normal_name(zone)) {
  RecordSet ns{zone_, Type::ns, 3600, {}};
  for (size_t i = 1; i <= servers; ++i) ns.values.push_back("ns" + std::to_string(i) + "." + zone_);
  std::sort(ns.values.begin(), ns.values.end());
  Server server;
  server.records[{zone_, Type::ns}] = ns;
  server.records[{zone_, Type::soa}] = soa_of(server.serial);
  state_.with([&](State& state) { state.servers.assign(servers, server); });
}

RecordSet MemZone::soa_of(std::uint32_t serial) const {
  return {
      zone_,
      Type::soa,
      3600,
      {"ns1." + zone_ + " hostmaster." + zone_ + " " + std::to_string(serial) + " 30 10 600 5"}};
}

Properties MemZone::properties() const {
  return {state_.copy().lowest_ttl, true};
}

std::vector<Answer> MemZone::ask_all(const std::string& name, Type type) {
  const std::string normal = normal_name(name);
  check_question(normal, type);
  return state_.with([&](State& state) {
    if (!state.servers[0].reachable) {
      throw Error(Retry::safe, "the primary of " + zone_ + " does not answer");
    }
    std::vector<Answer> answers;
    for (size_t i = 0; i < state.servers.size(); ++i) {
      const Server& server = state.servers[i];
      Answer answer;
      answer.server = "ns" + std::to_string(i + 1) + "." + zone_ + " (memory)";
      answer.reachable = answer.authoritative = server.reachable;
      if (!server.reachable) answer.fault = "no answer in time";
      auto place = server.records.find({normal, type});
      if (server.reachable) answer.serial = server.serial;
      if (server.reachable && place != server.records.end()) answer.records = place->second;
      answers.push_back(answer);
    }
    return answers;
  });
}

std::optional<RecordSet> MemZone::read(const std::string& name, Type type) {
  const std::string normal = normal_name(name);
  check_question(normal, type);
  return state_.with([&](State& state) -> std::optional<RecordSet> {
    if (!state.servers[0].reachable) {
      throw Error(Retry::safe, "the primary of " + zone_ + " does not answer");
    }
    auto place = state.servers[0].records.find({normal, type});
    if (place == state.servers[0].records.end()) return std::nullopt;
    return place->second;
  });
}

void MemZone::store(State& state, const std::vector<RecordSet>& sets) const {
  Server& primary = state.servers[0];
  for (const RecordSet& set : sets) {
    if (set.values.empty()) {
      primary.records.erase({set.name, set.type});
    } else {
      RecordSet& stored = primary.records[{set.name, set.type}] = set;
      stored.ttl = std::max(stored.ttl, state.lowest_ttl);
    }
  }
  ++primary.serial;
  primary.records[{zone_, Type::soa}] = soa_of(primary.serial);
  for (Server& server : state.servers) {
    if (server.lagging) continue;
    server.records = primary.records;
    server.serial = primary.serial;
  }
}

void MemZone::compare(const State& state, const Change& change) const {
  const Records& records = state.servers[0].records;
  for (const RecordSet& set : change.before) {
    auto place = records.find({set.name, set.type});
    bool is_same =
        place == records.end() ? set.values.empty() : !set.values.empty() && place->second == set;
    if (!is_same) {
      throw Error(Retry::never,
                  "the zone " + zone_ + " is not as it was read: expected " + describe(set) +
                      "; nothing was changed",
                  Exit::needs_human);
    }
  }
  for (const RecordSet& set : change.after) {
    if (set.values.empty()) continue;
    for (const auto& [key, other] : records) {
      bool is_pair = key.first == set.name && key.second != set.type &&
                     (key.second == Type::cname || set.type == Type::cname);
      if (is_pair && !find(change.after, set.name, key.second)) {
        throw Error(Retry::never, "no other data can stand beside a CNAME: " + describe(other),
                    Exit::needs_human);
      }
    }
  }
}

void MemZone::apply(State& state, const Change& change) const {
  store(state, change.after);
  ++state.changes;
  for (const RecordSet& set : change.after) {
    auto place = state.servers[0].records.find({set.name, set.type});
    if (place == state.servers[0].records.end() || place->second == set) continue;
    throw Error(Retry::never,
                "instead of " + describe(set) + " the server has " + describe(place->second),
                Exit::needs_human);
  }
}

void MemZone::change(const Change& wanted) {
  Change change = canonical_change(wanted, zone_);
  state_.with([&](State& state) {
    if (!state.servers[0].reachable) {
      throw Error(Retry::safe, "the primary of " + zone_ + " does not answer");
    }
    compare(state, change);
    if (change.after.empty()) return;
    Mishap mishap = std::exchange(state.mishap, Mishap::none);
    if (mishap == Mishap::refused) {
      throw Error(Retry::never, "the server refuses our update", Exit::authentication);
    }
    if (mishap == Mishap::ignored) {
      throw Error(Retry::never, "the server said that it did the change, but did not",
                  Exit::needs_human);
    }
    if (mishap != Mishap::request_lost) apply(state, change);
    if (mishap != Mishap::none) throw Error(Retry::ask, "no answer to the change");
  });
}

void MemZone::put(const RecordSet& set) {
  state_.with([&](State& state) { store(state, {canonical_set(set, zone_)}); });
}

void MemZone::set_lagging(size_t server, bool lagging) {
  state_.with([&](State& state) {
    Server& chosen = state.servers.at(server);
    chosen.lagging = lagging;
    if (lagging) return;
    chosen.records = state.servers[0].records;
    chosen.serial = state.servers[0].serial;
  });
}

void MemZone::set_reachable(size_t server, bool reachable) {
  state_.with([&](State& state) { state.servers.at(server).reachable = reachable; });
}

void MemZone::set_lowest_ttl(std::uint32_t seconds) {
  state_.with([&](State& state) { state.lowest_ttl = seconds; });
}

void MemZone::befall_next_change(Mishap mishap) {
  state_.with([&](State& state) { state.mishap = mishap; });
}

int MemZone::changes() const {
  return state_.copy().changes;
}

}  // namespace hikkoshi::dns
