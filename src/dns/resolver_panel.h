// What caching resolvers answer: advice for people, never the ground of a decision.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "dns/lookup.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

struct ResolverAnswer {
  Endpoint resolver;
  bool reachable = false;  ///< It answered NOERROR or NXDOMAIN.
  /// Under the name that was asked for, at the end of any CNAMEs; `ttl` is what remains, the
  /// smallest along them. Empty: it says that there is none.
  std::optional<RecordSet> records;
  std::vector<std::string> chain;  ///< The CNAMEs' targets on the way, if any.
  std::string fault;
};

/// Asks each resolver with RD=1, all at once; the answers in the order of the resolvers, whose
/// hosts are IP literals. A resolver caches what it is asked, "there is none" too: ask only for
/// what every server of the zone answers, and at most once in a quarter of the TTL.
/// Throws Error(never) when the name cannot be asked for.
std::vector<ResolverAnswer> ask_resolvers(const std::vector<Endpoint>& resolvers,
                                          const std::string& name, Type type,
                                          const Patience& patience = {});

/// The `nameserver` lines of a resolv.conf(5), port 53. Lines that name no address are left out;
/// without any line it is 127.0.0.1, as the manual says.
std::vector<Endpoint> parse_resolv_conf(std::string_view text);

/// Those of this machine. Throws Error(never) when the file cannot be read.
std::vector<Endpoint> system_resolvers(const std::string& path = "/etc/resolv.conf");

}  // namespace hikkoshi::dns
