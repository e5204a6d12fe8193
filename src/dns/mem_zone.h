// A zone in memory with several simulated servers: the twin of Rfc2136Zone for tests and
// simulations.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/locked.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

/// What befalls the next change.
enum class Mishap {
  none,
  request_lost,  ///< Not done, and no answer: Error(ask).
  answer_lost,   ///< Done, but no answer: Error(ask).
  ignored,       ///< Not done though the server says so; reading back finds it.
  refused,       ///< Error(never, authentication).
};

/// Passes the same contract suite as the real driver. Thread-safe. Server 0 is the primary.
class MemZone : public Zone {
 public:
  /// Has only an SOA and the NS records "ns1.ZONE" to "nsN.ZONE".
  explicit MemZone(std::string zone, size_t servers = 2);

  std::string name() const override { return zone_; }
  Properties properties() const override;
  std::vector<Answer> ask_all(const std::string& name, Type type) override;
  std::optional<RecordSet> read(const std::string& name, Type type) override;
  void change(const Change& change) override;

  void put(const RecordSet& set);                 ///< Somebody else's doing; no values: removes it.
  void set_lagging(size_t server, bool lagging);  ///< Not lagging any more: catches up at once.
  void set_reachable(size_t server, bool reachable);  ///< The primary: also for read and change.
  void set_lowest_ttl(std::uint32_t seconds);  ///< Lower ones are raised in silence by the server.
  void befall_next_change(Mishap mishap);
  int changes() const;  ///< How many were done.

 private:
  using Records = std::map<std::pair<std::string, Type>, RecordSet>;
  struct Server {
    Records records;
    std::uint32_t serial = 1;
    bool lagging = false;
    bool reachable = true;
  };
  struct State {
    std::vector<Server> servers;
    std::uint32_t lowest_ttl = 0;
    Mishap mishap = Mishap::none;
    int changes = 0;
  };

  RecordSet soa_of(std::uint32_t serial) const;
  void store(State& state, const std::vector<RecordSet>& sets) const;
  void compare(const State& state, const Change& change) const;
  void apply(State& state, const Change& change) const;

  std::string zone_;
  Locked<State> state_;
};

}  // namespace hikkoshi::dns
