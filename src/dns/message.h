// DNS messages (RFC 1035, 2136, 8945) as bytes and as values. The wire format is libldns's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "dns/zone.h"

namespace hikkoshi::dns {

/// Of the IANA registry "Resource Record (RR) TYPEs"; more of them than a Zone needs.
using TypeCode = std::uint16_t;
TypeCode code_of(Type type);  ///< Never for Type::other, which is no one type.
std::string text_of(TypeCode type);

struct Question {
  std::string name;
  TypeCode type = 0;
  bool recursion = false;  ///< RD: to a resolver true, to a server that answers by itself false.
};

struct Record {
  std::string name;
  TypeCode type = 0;
  std::uint32_t ttl = 0;
  std::string value;  ///< As in RecordSet.
};

struct Reply {
  int code = 0;  ///< RCODE: 0 NOERROR, 3 NXDOMAIN.
  bool authoritative = false;
  bool truncated = false;
  std::vector<Record> answer, authority, additional;

  /// The set of one name and type in the answer section; empty when there is none of it.
  std::optional<RecordSet> set(const std::string& name, Type type) const;
};

std::string code_text(int code);  ///< "NOERROR", "REFUSED", ...

std::uint16_t random_id();

/// The value as RecordSet holds it ("2001:DB8::1" becomes "2001:db8::1"); empty when it is none of
/// this type.
std::optional<std::string> canonical_value(Type type, const std::string& value);

/// A question; the name must be valid (name.h).
std::string encode_question(const Question& question, std::uint16_t id);

/// Empty when the bytes are no well-formed reply to this question.
std::optional<Reply> decode_reply(const std::string& wire, const Question& question);

/// The shared key of RFC 8945.
struct TsigKey {
  std::string algorithm;  ///< "hmac-sha256" or "hmac-sha512".
  std::string name;
  Secret data;  ///< Base64.
};

/// Reads "hmac-sha256:NAME:BASE64". Throws Error(never, authentication) that tells nothing of it.
TsigKey parse_tsig_key(const Secret& text);

/// An UPDATE of RFC 2136. Names and values are canonical.
struct Update {
  std::string zone;
  std::vector<RecordSet> must_equal;                          ///< Values only: TTLs do not count.
  std::vector<std::pair<std::string, TypeCode>> must_lack;    ///< No such set.
  std::vector<std::pair<std::string, TypeCode>> remove_sets;  ///< Before anything is added.
  std::vector<RecordSet> add;
  /// Each value is removed and added again, one after the other: the one way to another TTL for the
  /// NS at the apex, which cannot be removed as a set (RFC 2136 section 3.4.2.3).
  std::vector<RecordSet> retime;
};

struct SignedMessage {
  std::string wire;
  std::string mac;  ///< Which the signature of the reply covers too.
};

/// Throws Error(never) when it does not fit one message: some 500 sets.
SignedMessage encode_update(const Update& update, const TsigKey& key, std::uint16_t id);

struct UpdateReply {
  int code = 0;
  int tsig_error = 0;  ///< 16 BADSIG, 17 BADKEY, 18 BADTIME.
  /// Signed with our key, over our request, and within five minutes of our clock (for BADTIME at
  /// whatever time).
  bool genuine = false;
  std::optional<std::int64_t> server_time;  ///< Of a BADTIME: the server's clock, seconds of Unix.
};

/// Empty when the bytes are no well-formed reply to an UPDATE.
std::optional<UpdateReply> decode_update_reply(const std::string& wire,
                                               const SignedMessage& request, const TsigKey& key);

}  // namespace hikkoshi::dns
