// Which TTLs lie on the path of some names, at every server, and when an old one has died out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

/// One name and type that exists at some server of the zone.
struct AuditedSet {
  std::string name;
  Type type = Type::a;
  std::uint32_t highest_ttl = 0;  ///< Seconds; over all servers.
  std::vector<Answer> servers;
};

enum class FindingKind {
  no_records,         ///< Neither A nor AAAA nor CNAME at any server.
  outside_zone,       ///< The name, or a CNAME's target, lies in another zone: not looked at.
  endless_chain,      ///< CNAMEs that come back to themselves, or more than 16.
  at_apex,            ///< The name is the zone's own: no CNAME can stand there.
  has_aaaa,           ///< Who moves only A leaves the clients with IPv6 behind.
  other_data,         ///< MX or TXT beside it: it stays as it is, and forbids a CNAME.
  servers_disagree,   ///< In values, TTL or existence.
  server_unreachable  ///< Or not authoritative: once for each server.
};

std::string_view to_string(FindingKind kind);  ///< "servers-disagree".

struct Finding {
  FindingKind kind = FindingKind::no_records;
  std::string name;  ///< Of the record set, or of the server.
  std::string text;  ///< A sentence for people.
};

struct TtlAudit {
  std::vector<AuditedSet> sets;  ///< In the order of the path; each once. The zone's NS come last.
  std::vector<Finding> findings;
};

/// Looks at A, AAAA and CNAME of each name and of every name that a CNAME leads to inside the
/// zone, and at the zone's NS. Throws what Zone::ask_all throws.
TtlAudit audit(Zone& zone, const std::vector<std::string>& names);

/// Every server answers, with authority, exactly this (no values: that there is none). False when
/// there is no server.
bool all_serve(const std::vector<Answer>& answers, const RecordSet& set);

/// The first moment at which no honest cache can hold the old TTL any more: the last server was
/// seen with the new one at `all_seen_new`, until just before it may have given out the old.
WallTime safe_after(WallTime all_seen_new, std::uint32_t old_ttl, Millis margin);

/// Remembers since when each server has been seen with a low TTL. One thread a time.
class TtlWatch {
 public:
  /// `ttl`: in seconds, what every server must serve, or less.
  explicit TtlWatch(std::uint32_t ttl) : ttl_(ttl) {}

  /// One round of Zone::ask_all that ended at `when`; rounds in the order of time. A server that
  /// shows a higher TTL, or no record, starts again; one that does not answer keeps what it has.
  void saw(WallTime when, const std::vector<Answer>& answers);

  /// When the last of the servers of the latest round was first seen so; empty while one was not.
  std::optional<WallTime> all_seen_new() const;

 private:
  std::uint32_t ttl_;
  std::map<std::string, std::optional<WallTime>> since_;
};

}  // namespace hikkoshi::dns
