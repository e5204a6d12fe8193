#include "dns/message.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <utility>

#include <ldns/ldns.h>

#include "base/error.h"
#include "base/text.h"
#include "dns/name.h"

namespace hikkoshi::dns {
namespace {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Packet = std::unique_ptr<ldns_pkt, Release<ldns_pkt_free>>;
using Rr = std::unique_ptr<ldns_rr, Release<ldns_rr_free>>;
using Rdf = std::unique_ptr<ldns_rdf, Release<ldns_rdf_deep_free>>;
template <typename T>
using Allocated = std::unique_ptr<T, Release<std::free>>;

constexpr int bad_time = 18;                       // RFC 8945 section 3
constexpr std::int64_t fudge_s = 300;              // the value that RFC 8945 section 10 recommends
constexpr size_t tsig_fields = 7;                  // RFC 8945 section 4.2
constexpr std::uint32_t longest_ttl = 0x7fffffff;  // RFC 2181 section 8

constexpr std::array zone_types{
    std::pair{Type::a, LDNS_RR_TYPE_A},         std::pair{Type::aaaa, LDNS_RR_TYPE_AAAA},
    std::pair{Type::cname, LDNS_RR_TYPE_CNAME}, std::pair{Type::ns, LDNS_RR_TYPE_NS},
    std::pair{Type::soa, LDNS_RR_TYPE_SOA},     std::pair{Type::txt, LDNS_RR_TYPE_TXT},
    std::pair{Type::mx, LDNS_RR_TYPE_MX}};

std::string text_of(const ldns_rdf* field) {
  Allocated<char> text(ldns_rdf2str(field));
  return text ? text.get() : "";
}

Rdf name_field(const std::string& name) {
  ldns_rdf* field = nullptr;
  ldns_str2rdf_dname(&field, (name + ".").c_str());
  HIKKOSHI_ASSERT(field != nullptr);  // callers check names
  return Rdf(field);
}

std::string value_of(const ldns_rr& rr) {
  std::vector<std::string> fields;
  for (size_t i = 0; i < ldns_rr_rd_count(&rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(&rr, i);
    std::string text = text_of(field);
    bool is_name = ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME && text != ".";
    fields.push_back(is_name ? normal_name(text) : text);
  }
  return join(fields, " ");
}

Rr empty_rr(const std::string& name, TypeCode type, ldns_rr_class kind) {
  Rr rr(ldns_rr_new());
  ldns_rr_set_owner(rr.get(), name_field(name).release());
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
  ldns_rr_set_class(rr.get(), kind);
  ldns_rr_set_ttl(rr.get(), 0);
  return rr;
}

/// ldns reads a line of a zone file: nothing may end the value, or begin a comment, before its end.
bool is_one_value(Type type, const std::string& value) {
  bool is_plain = std::none_of(value.begin(), value.end(),
                               [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  bool is_text = type == Type::txt;
  return is_plain && !value.empty() && (is_text || value.find_first_of(";()\"") == value.npos);
}

Rr parse_value(const std::string& name, Type type, const std::string& value) {
  if (!is_one_value(type, value)) return nullptr;
  std::string line = name + ". 0 IN " + std::string(to_string(type)) + " " + value;
  ldns_rr* rr = nullptr;
  Rdf root = name_field("");
  ldns_rr_new_frm_str(&rr, line.c_str(), 0, root.get(), nullptr);
  Rr result(rr);
  if (!result || ldns_rr_get_type(rr) != static_cast<ldns_rr_type>(code_of(type))) return nullptr;
  return result;
}

Rr full_rr(const RecordSet& set, const std::string& value, std::uint32_t ttl) {
  Rr rr = parse_value(set.name, set.type, value);
  HIKKOSHI_ASSERT(rr != nullptr);  // callers check values
  ldns_rr_set_ttl(rr.get(), ttl);
  return rr;
}

void push(ldns_pkt& packet, ldns_pkt_section section, Rr rr) {
  bool pushed = ldns_pkt_push_rr(&packet, section, rr.get());
  HIKKOSHI_ASSERT(pushed);
  rr.release();
}

Packet packet_for(const std::string& name, TypeCode type, std::uint16_t id) {
  Packet packet(ldns_pkt_new());
  ldns_pkt_set_id(packet.get(), id);
  Rr question = empty_rr(name, type, LDNS_RR_CLASS_IN);
  ldns_rr_set_question(question.get(), true);
  push(*packet, LDNS_SECTION_QUESTION, std::move(question));
  return packet;
}

/// ldns ends the program when a message outgrows its buffer of 65,535 bytes, so it must not come
/// near it. Names are counted in full, though ldns shortens those that come again.
void check_size(const ldns_pkt& packet) {
  constexpr size_t limit = 64'000;
  size_t size = 0;
  for (const ldns_rr_list* section : {ldns_pkt_answer(&packet), ldns_pkt_authority(&packet)}) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
      size += ldns_rr_uncompressed_size(ldns_rr_list_rr(section, i));
    }
  }
  if (size <= limit) return;
  throw Error(Retry::never, "the change is too large for one DNS message: " + std::to_string(size) +
                                " bytes of " + std::to_string(limit))
      .remedy("move fewer names in one stage");
}

std::string wire_of(const ldns_pkt& packet) {
  std::uint8_t* bytes = nullptr;
  size_t size = 0;
  ldns_status status = ldns_pkt2wire(&bytes, &packet, &size);
  Allocated<std::uint8_t> owner(bytes);
  if (status != LDNS_STATUS_OK) {
    throw Error(Retry::never,
                std::string("cannot write the message: ") + ldns_get_errorstr_by_id(status));
  }
  return {reinterpret_cast<const char*>(bytes), size};
}

Packet parse(const std::string& wire) {
  ldns_pkt* packet = nullptr;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(wire.data());
  if (ldns_wire2pkt(&packet, bytes, wire.size()) != LDNS_STATUS_OK) return nullptr;
  return Packet(packet);
}

bool asks_same(const ldns_pkt& packet, const Question& question) {
  const ldns_rr_list* questions = ldns_pkt_question(&packet);
  if (!ldns_pkt_qr(&packet) || ldns_pkt_get_opcode(&packet) != LDNS_PACKET_QUERY) return false;
  // Some servers leave the question out of a refusal.
  if (ldns_rr_list_rr_count(questions) == 0) return ldns_pkt_get_rcode(&packet) != 0;
  const ldns_rr* first = ldns_rr_list_rr(questions, 0);
  return ldns_rr_list_rr_count(questions) == 1 && ldns_rr_get_type(first) == question.type &&
         normal_name(text_of(ldns_rr_owner(first))) == question.name;
}

std::vector<Record> records_of(const ldns_rr_list* list) {
  std::vector<Record> result;
  for (size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    const ldns_rr* rr = ldns_rr_list_rr(list, i);
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) continue;
    std::uint32_t ttl = ldns_rr_ttl(rr);
    if (ttl > longest_ttl) ttl = 0;  // RFC 2181 section 8
    result.push_back({normal_name(text_of(ldns_rr_owner(rr))),
                      static_cast<TypeCode>(ldns_rr_get_type(rr)), ttl, value_of(*rr)});
  }
  return result;
}

std::uint64_t big_endian(const ldns_rdf* field, size_t offset, size_t length) {
  std::uint64_t number = 0;
  for (size_t i = offset; i < offset + length; ++i) number = number << 8 | ldns_rdf_data(field)[i];
  return number;
}

/// ldns takes the algorithm from the reply and leaves the time unchecked, so both are judged here.
bool is_genuine(ldns_pkt& packet, const std::string& wire, const SignedMessage& request,
                const TsigKey& key) {
  const ldns_rr* tsig = ldns_pkt_tsig(&packet);
  if (normal_name(text_of(ldns_rr_owner(tsig))) != key.name) return false;
  if (normal_name(text_of(ldns_rr_rdf(tsig, 0))) != key.algorithm) return false;
  if (ldns_rdf_size(ldns_rr_rdf(tsig, 1)) != 6) return false;
  auto signed_at = static_cast<std::int64_t>(big_endian(ldns_rr_rdf(tsig, 1), 0, 6));
  bool is_bad_time = big_endian(ldns_rr_rdf(tsig, 5), 0, 2) == bad_time;
  if (std::abs(std::time(nullptr) - signed_at) > fudge_s && !is_bad_time) return false;
  Rdf mac(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, request.mac.size(), request.mac.data()));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(wire.data());
  return ldns_pkt_tsig_verify(&packet, bytes, wire.size(), (key.name + ".").c_str(),
                              key.data.reveal().c_str(), mac.get());
}

bool is_base64(const std::string& text) {
  ldns_rdf* bytes = nullptr;
  ldns_str2rdf_b64(&bytes, text.c_str());
  return Rdf(bytes) != nullptr;
}

bool is_whole_tsig(const ldns_rr* tsig) {
  return tsig != nullptr && ldns_rr_rd_count(tsig) == tsig_fields &&
         ldns_rdf_size(ldns_rr_rdf(tsig, 5)) == 2;
}

}  // namespace

TypeCode code_of(Type type) {
  for (const auto& [each, code] : zone_types) {
    if (each == type) return static_cast<TypeCode>(code);
  }
  HIKKOSHI_ASSERT(type != Type::other);
  return 0;
}

std::string text_of(TypeCode type) {
  Allocated<char> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)));
  return text ? text.get() : "TYPE" + std::to_string(type);
}

std::string code_text(int code) {
  Allocated<char> text(ldns_pkt_rcode2str(static_cast<ldns_pkt_rcode>(code)));
  return text ? text.get() : "code " + std::to_string(code);
}

std::uint16_t random_id() {
  return static_cast<std::uint16_t>(std::random_device()());
}

std::optional<RecordSet> Reply::set(const std::string& name, Type type) const {
  RecordSet result{name, type, longest_ttl, {}};
  for (const Record& record : answer) {
    if (record.name != name || record.type != code_of(type)) continue;
    result.ttl = std::min(result.ttl, record.ttl);  // they should be equal: RFC 2181 section 5.2
    result.values.push_back(record.value);
  }
  if (result.values.empty()) return std::nullopt;
  std::sort(result.values.begin(), result.values.end());
  result.values.erase(std::unique(result.values.begin(), result.values.end()), result.values.end());
  return result;
}

std::optional<std::string> canonical_value(Type type, const std::string& value) {
  Rr rr = parse_value("x", type, value);
  if (!rr) return std::nullopt;
  return value_of(*rr);
}

std::string encode_question(const Question& question, std::uint16_t id) {
  Packet packet = packet_for(question.name, question.type, id);
  ldns_pkt_set_rd(packet.get(), question.recursion);
  return wire_of(*packet);
}

std::optional<Reply> decode_reply(const std::string& wire, const Question& question) {
  Packet packet = parse(wire);
  if (!packet || !asks_same(*packet, question)) return std::nullopt;
  return Reply{ldns_pkt_get_rcode(packet.get()),
               ldns_pkt_aa(packet.get()),
               ldns_pkt_tc(packet.get()),
               records_of(ldns_pkt_answer(packet.get())),
               records_of(ldns_pkt_authority(packet.get())),
               records_of(ldns_pkt_additional(packet.get()))};
}

TsigKey parse_tsig_key(const Secret& text) {
  std::vector<std::string> parts = split(text.reveal(), ':');
  bool is_whole = parts.size() == 3 && is_valid_name(normal_name(parts[1])) && !parts[2].empty();
  if (!is_whole || !is_base64(parts[2])) {
    throw Error(Retry::never, "the TSIG key cannot be read", Exit::authentication)
        .remedy("write it as hmac-sha256:NAME:BASE64");
  }
  TsigKey key{normal_name(parts[0]), normal_name(parts[1]), Secret(parts[2])};
  if (key.algorithm != "hmac-sha256" && key.algorithm != "hmac-sha512") {
    throw Error(Retry::never, "the TSIG key has an algorithm that Hikkoshi does not sign with",
                Exit::authentication)
        .remedy("use hmac-sha256 or hmac-sha512");
  }
  return key;
}

SignedMessage encode_update(const Update& update, const TsigKey& key, std::uint16_t id) {
  Packet packet = packet_for(update.zone, LDNS_RR_TYPE_SOA, id);
  ldns_pkt_set_opcode(packet.get(), LDNS_PACKET_UPDATE);
  // RFC 2136 sections 2.4 and 2.5: prerequisites stand where answers do, changes in the next.
  for (const RecordSet& set : update.must_equal) {
    for (const std::string& value : set.values) {
      push(*packet, LDNS_SECTION_ANSWER, full_rr(set, value, 0));
    }
  }
  for (const auto& [name, type] : update.must_lack) {
    push(*packet, LDNS_SECTION_ANSWER, empty_rr(name, type, LDNS_RR_CLASS_NONE));
  }
  for (const auto& [name, type] : update.remove_sets) {
    push(*packet, LDNS_SECTION_AUTHORITY, empty_rr(name, type, LDNS_RR_CLASS_ANY));
  }
  for (const RecordSet& set : update.add) {
    for (const std::string& value : set.values) {
      push(*packet, LDNS_SECTION_AUTHORITY, full_rr(set, value, set.ttl));
    }
  }
  for (const RecordSet& set : update.retime) {
    for (const std::string& value : set.values) {
      Rr removed = full_rr(set, value, 0);
      ldns_rr_set_class(removed.get(), LDNS_RR_CLASS_NONE);
      push(*packet, LDNS_SECTION_AUTHORITY, std::move(removed));
      push(*packet, LDNS_SECTION_AUTHORITY, full_rr(set, value, set.ttl));
    }
  }
  check_size(*packet);
  ldns_status status = ldns_pkt_tsig_sign(
      packet.get(), (key.name + ".").c_str(), key.data.reveal().c_str(),
      static_cast<std::uint16_t>(fudge_s), (key.algorithm + ".").c_str(), nullptr);
  if (status != LDNS_STATUS_OK) {
    throw Error(Retry::never,
                std::string("cannot sign the change: ") + ldns_get_errorstr_by_id(status));
  }
  const ldns_rdf* mac = ldns_rr_rdf(ldns_pkt_tsig(packet.get()), 3);
  return {wire_of(*packet),
          {reinterpret_cast<const char*>(ldns_rdf_data(mac)), ldns_rdf_size(mac)}};
}

std::optional<UpdateReply> decode_update_reply(const std::string& wire,
                                               const SignedMessage& request, const TsigKey& key) {
  // To check a signature ldns puts more around the reply, and ends the program when that outgrows
  // its buffer of 65,535 bytes.
  if (wire.size() > 64'000) return std::nullopt;
  Packet packet = parse(wire);
  if (!packet || !ldns_pkt_qr(packet.get())) return std::nullopt;
  if (ldns_pkt_get_opcode(packet.get()) != LDNS_PACKET_UPDATE) return std::nullopt;
  UpdateReply reply;
  reply.code = ldns_pkt_get_rcode(packet.get());
  const ldns_rr* tsig = ldns_pkt_tsig(packet.get());
  if (!is_whole_tsig(tsig)) return reply;
  reply.tsig_error = static_cast<int>(big_endian(ldns_rr_rdf(tsig, 5), 0, 2));
  const ldns_rdf* other = ldns_rr_rdf(tsig, 6);  // its length in two bytes, then the time in six
  if (reply.tsig_error == bad_time && ldns_rdf_size(other) == 8) {
    reply.server_time = static_cast<std::int64_t>(big_endian(other, 2, 6));
  }
  reply.genuine = is_genuine(*packet, wire, request, key);
  return reply;
}

}  // namespace hikkoshi::dns
