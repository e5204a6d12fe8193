// Steps that change DNS records, and the waits between them. Arguments: see plan/compile.h.
#pragma once

#include "dns/zone.h"
#include "steps/context.h"

namespace hikkoshi::steps {

/// One rung of the ladder: lowers the TTL of every record on the path of the names. Fact "ttl":
/// {old_ttl, ttl, seen_at, safe_after}; before: the records as they were.
std::unique_ptr<engine::Step> make_lower_ttl(const plan::Step& step, const Context& context);

/// Points the names to NEW by compare-and-swap and sees it on every authoritative server. Refuses
/// while the last rung's safe_after lies ahead.
std::unique_ptr<engine::Step> make_switch_record(const plan::Step& step, const Context& context);

/// Brings back the TTLs that the first rung recorded; the data stay.
std::unique_ptr<engine::Step> make_raise_ttl(const plan::Step& step, const Context& context);

/// Waits until this machine's resolvers (or `resolvers` of the arguments) lead the names to where
/// the zone does, for at most `for_ms`; advice, so that time running out is no failure. Fact
/// "propagation": a list of {resolver, name, values, ttl, agrees}.
std::unique_ptr<engine::Step> make_watch_propagation(const plan::Step& step,
                                                     const Context& context);

/// Opens at the safe_after of the rung that the arguments name.
std::unique_ptr<engine::Condition> make_ttl_expired(const plan::Gate& gate, const Context& context);

/// Opens `wait_ms` after the step that the arguments name was done: switch-record's fact "at", or
/// "seen_at" in lower-ttl's fact "ttl".
std::unique_ptr<engine::Condition> make_since_step(const plan::Gate& gate, const Context& context);

/// The records that decide where a name leads: its CNAME, else its A and AAAA. Asked at the
/// primary.
std::vector<dns::RecordSet> path_records(dns::Zone& zone, const std::string& name);

/// Waits until every authoritative server gives exactly `wanted` (an absent set: no values) and
/// none gives anything else; returns the time of the first question of the round that saw it.
/// Error(safe) when `patience` passes; it names the servers that lag.
WallTime await_everywhere(dns::Zone& zone, const std::vector<dns::RecordSet>& wanted,
                          Millis patience, const Context& context, std::stop_token stop);

}  // namespace hikkoshi::steps
