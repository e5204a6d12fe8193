// A zone whose primary takes dynamic updates (RFC 2136) signed with a TSIG key (RFC 8945): BIND,
// Knot, PowerDNS. Manual page: doc/drivers/rfc2136_zone.md.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "dns/lookup.h"
#include "dns/message.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

struct Rfc2136Options {
  Endpoint primary;         ///< Takes our updates; need not be among the zone's NS.
  std::string zone;         ///< "shop.test".
  Secret tsig;              ///< "hmac-sha256:NAME:BASE64"; hmac-sha512 too.
  Millis timeout{2'000};    ///< Of one try of a question; an update gets five times as long.
  int tries = 3;            ///< Of a question. An update is sent once.
  std::uint16_t port = 53;  ///< Of the zone's servers in ask_all.
};

/// Keeps no connection and no state: thread-safe. ask_all throws Error(safe) when the primary does
/// not tell which servers the zone has; an IPv6 address is left out where this machine has no IPv6
/// and the same server answers by IPv4.
///
/// change compares TTLs by reading just before, and values in the update itself, so that only a
/// change of nothing but a TTL within that instant goes unseen; and it reads back: a server that
/// said NOERROR and did not do it, or keeps another TTL, is Error(never, needs_human).
class Rfc2136Zone : public Zone {
 public:
  /// Throws Error(never) when the zone's name or the key cannot be read. Sends nothing.
  explicit Rfc2136Zone(Rfc2136Options options);

  std::string name() const override;
  Properties properties() const override;
  std::vector<Answer> ask_all(const std::string& name, Type type) override;
  std::optional<RecordSet> read(const std::string& name, Type type) override;
  void change(const Change& change) override;

 private:
  struct Server {
    std::string name;     ///< "ns1.shop.test".
    std::string address;  ///< Empty: it has none.
  };

  struct Asked {
    Answer answer;
    bool no_route = false;  ///< As in Exchange.
  };

  std::vector<Endpoint> primary_addresses() const;
  /// Failures that may pass bear the verdict `passing`.
  Reply ask_primary(const Question& question, Retry passing = Retry::safe) const;
  std::vector<std::string> addresses_in_zone(const std::string& server) const;
  std::vector<Server> servers() const;
  Asked ask(const Server& server, const std::string& name, Type type) const;
  void compare_before(const Change& change) const;
  void send(const Update& update) const;
  void read_back(const Change& change) const;

  Rfc2136Options options_;
  TsigKey key_;
  Patience patience_;
};

}  // namespace hikkoshi::dns
