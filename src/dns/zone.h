// A DNS zone that we may change, and the servers that answer for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hikkoshi::dns {

enum class Type { a, aaaa, cname, ns, soa, txt, mx, other };

std::string_view to_string(Type type);  ///< "A", "AAAA", ...

/// All records of one name and type: they live and die together (RFC 2181 section 5).
struct RecordSet {
  std::string name;  ///< Absolute, lower case, without the final dot.
  Type type = Type::a;
  std::uint32_t ttl = 0;            ///< Seconds.
  std::vector<std::string> values;  ///< Presentation form, sorted; names without the final dot.

  bool operator==(const RecordSet&) const = default;
};

/// What one authoritative server says.
struct Answer {
  std::string server;  ///< "ns1.shop.test (127.10.5.53)".
  bool reachable = false;
  bool authoritative = false;        ///< The AA bit.
  std::uint32_t serial = 0;          ///< Of its SOA.
  std::optional<RecordSet> records;  ///< Empty: it says that there is none.
  std::string fault;                 ///< Why not reachable, REFUSED and the like.
};

/// Compare and swap: every set in `before` must be exactly as it is now (an absent one: no values),
/// then `after` replaces them (no values: removed). A set in `after` alone must not exist yet; one
/// in `before` alone is compared and stays.
struct Change {
  std::vector<RecordSet> before;
  std::vector<RecordSet> after;
};

/// What differs between providers.
struct Properties {
  std::uint32_t lowest_ttl = 0;  ///< Seconds.
  bool compare_and_swap = true;
};

/// A zone. Thread-safe; every call blocks. Error(safe) when nothing was sent, Error(ask) when a
/// change got no answer, Error(never) when refused; a failed comparison is Error(never,
/// needs_human) and nothing was changed.
class Zone {
 public:
  virtual ~Zone() = default;
  virtual std::string name() const = 0;  ///< "shop.test".
  virtual Properties properties() const = 0;

  /// Asks every address of every authoritative server of the zone (NS at the primary), each with
  /// RD=0. One Answer a server address, in a stable order; an unreachable server is an Answer too.
  virtual std::vector<Answer> ask_all(const std::string& name, Type type) = 0;

  /// What the server that takes our changes holds now; empty when there is none.
  virtual std::optional<RecordSet> read(const std::string& name, Type type) = 0;

  /// All or nothing. Returns when the primary has it; the others follow: use ask_all.
  virtual void change(const Change& change) = 0;
};

}  // namespace hikkoshi::dns
