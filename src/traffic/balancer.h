// What requests pass through: the page, the drain and the forwarding of stragglers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"

namespace hikkoshi::traffic {

/// The maintenance page: who sees it and what it says.
struct Page {
  std::vector<std::string> paths;  ///< Path prefixes; empty: all.
  std::vector<std::string> hosts;  ///< Host names; empty: all.
  std::vector<std::string> allow;  ///< Addresses and CIDRs that pass it.
  std::string body;                ///< HTML.
  Millis retry_after{120'000};     ///< Sent in whole seconds.

  bool operator==(const Page&) const = default;
};

/// Where a balancer stands. Read from the running balancer, not from its files.
struct State {
  bool prepared = false;            ///< Our rules are in its configuration and loaded.
  std::optional<Page> page;         ///< Shown now.
  std::optional<Endpoint> forward;  ///< Where all requests go instead of its own servers.
  std::uint64_t in_flight = 0;      ///< Requests now at its own servers, or waiting for them.
  std::uint64_t requests = 0;     ///< Ever seen by its frontends; restarts at 0 with the balancer.
  std::vector<std::string> sick;  ///< "frames/web1: DOWN (L4CON)": servers that are not up.
  std::string difference;         ///< Where run time and file disagree; empty: nowhere.
};

/// A finding of the doctor: what would break, and what to do.
struct Finding {
  bool error = false;  ///< Else a warning.
  std::string text;
  std::string remedy;
};

/// A balancer. Thread-safe; every call blocks. Each change is durable before it takes effect (file
/// first, then run time), so a restart at any moment comes up as it was last told; and it is read
/// back from every worker before the call returns. Error(ask) when the outcome is unknown.
class Balancer {
 public:
  virtual ~Balancer() = default;
  virtual std::string name() const = 0;  ///< As in the move file: "old.edge".

  virtual std::vector<Finding> examine() = 0;  ///< Reads only.
  virtual State state() = 0;

  /// Puts our rules into the configuration (checked by the product itself, by atomic rename) and
  /// loads them; they change nothing until told. The bytes as they were stay beside it on the host,
  /// not with us: a configuration may hold passwords. Idempotent.
  virtual void prepare() = 0;

  /// Brings back exactly the bytes from before `prepare`, loads them and removes what we left.
  /// Error(never, needs_human) when somebody else has changed the configuration since. Idempotent.
  virtual void restore() = 0;

  virtual void set_page(const std::optional<Page>& page) = 0;  ///< Empty: no page.

  /// All requests go there (a server of the other side), or to its own servers when empty.
  virtual void forward_to(const std::optional<Endpoint>& target) = 0;
};

}  // namespace hikkoshi::traffic
