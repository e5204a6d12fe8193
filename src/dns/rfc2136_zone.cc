#include "dns/rfc2136_zone.h"

#include <algorithm>
#include <array>
#include <future>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "dns/exchange.h"
#include "dns/name.h"
#include "dns/record_set.h"
#include "dns/update_verdict.h"

namespace hikkoshi::dns {
namespace {

constexpr int no_such_name = 3;  // NXDOMAIN
constexpr int refused = 5;

/// Of the types that people put beside an address: what a CNAME cannot stand beside.
/// A, NS, PTR, MX, TXT, AAAA, LOC, SRV, NAPTR, DS, SSHFP, TLSA, SVCB, HTTPS, CAA.
constexpr std::array<TypeCode, 15> beside_addresses{1,  2,  12, 15, 16, 28, 29, 33,
                                                    35, 43, 44, 52, 64, 65, 257};

Question question_for(const std::string& name, Type type) {
  std::string normal = normal_name(name);
  if (!is_valid_name(normal)) {
    throw Error(Retry::never, "'" + printable(name) + "' is no name that can be asked for");
  }
  if (type == Type::other) throw Error(Retry::never, "'other' is no type that can be asked for");
  return {normal, code_of(type), false};
}

bool is_definite(const Reply& reply) {
  return reply.code == 0 || reply.code == no_such_name;
}

std::uint32_t serial_of(const Reply& reply, const std::string& zone) {
  std::optional<RecordSet> soa = reply.set(zone, Type::soa);
  if (!soa) return 0;
  std::vector<std::string> fields = split(soa->values.front(), ' ');  // RFC 1035 section 3.3.13
  return fields.size() == 7 ? static_cast<std::uint32_t>(std::stoul(fields[2])) : 0;
}

void add_guards(Update& update, const Change& change) {
  for (const RecordSet& set : change.after) {
    const RecordSet& before = *find(change.before, set.name, set.type);
    if (set.values.empty() || !before.values.empty()) continue;
    if (set.type == Type::cname) {
      for (TypeCode each : beside_addresses) {
        bool is_named = std::any_of(change.before.begin(), change.before.end(), [&](auto& other) {
          return other.name == set.name && code_of(other.type) == each;
        });
        if (!is_named) update.must_lack.emplace_back(set.name, each);
      }
    } else if (!find(change.before, set.name, Type::cname)) {
      update.must_lack.emplace_back(set.name, code_of(Type::cname));
    }
  }
}

Update update_for(const Change& change, const std::string& zone) {
  Update update{zone, {}, {}, {}, {}, {}};
  for (const RecordSet& set : change.before) {
    if (set.values.empty()) {
      update.must_lack.emplace_back(set.name, code_of(set.type));
    } else {
      update.must_equal.push_back(set);
    }
  }
  // A CNAME added beside other data is dropped in silence (RFC 2136 section 3.4.2.2) after that
  // data may have been removed, and so is data beside a CNAME: the server must see there is none.
  add_guards(update, change);
  for (const RecordSet& set : change.after) {
    if (set.type == Type::ns && set.name == zone) {
      update.retime.push_back(set);
      continue;
    }
    update.remove_sets.emplace_back(set.name, code_of(set.type));
    if (!set.values.empty()) update.add.push_back(set);
  }
  return update;
}

std::string describe(const std::optional<RecordSet>& set) {
  return set ? describe(*set) : "none";
}

bool is_same(const std::optional<RecordSet>& found, const RecordSet& wanted) {
  return found ? *found == wanted : wanted.values.empty();
}

}  // namespace

Rfc2136Zone::Rfc2136Zone(Rfc2136Options options)
    : options_(std::move(options)),
      key_(parse_tsig_key(options_.tsig)),
      patience_{options_.timeout, options_.tries} {
  options_.zone = normal_name(options_.zone);
  if (!is_valid_name(options_.zone)) {
    throw Error(Retry::never, "'" + printable(options_.zone) + "' is no name of a zone");
  }
}

std::string Rfc2136Zone::name() const {
  return options_.zone;
}

Properties Rfc2136Zone::properties() const {
  return {0, true};
}

std::vector<Endpoint> Rfc2136Zone::primary_addresses() const {
  std::vector<Endpoint> result;
  for (const std::string& address : addresses_of(options_.primary.host)) {
    result.push_back({address, options_.primary.port});
  }
  if (result.empty()) {
    throw Error(Retry::safe, "no address for the primary " + options_.primary.host);
  }
  return result;
}

Reply Rfc2136Zone::ask_primary(const Question& question, Retry passing) const {
  const std::string what =
      question.name + " " + text_of(question.type) + " at " + options_.primary.text();
  std::string fault;
  for (const Endpoint& address : primary_addresses()) {
    Lookup lookup = look_up(address, question, patience_);
    fault = lookup.fault;
    if (!lookup.reply) continue;
    const Reply& reply = *lookup.reply;
    if (!is_definite(reply)) {
      // REFUSED is policy and stays; SERVFAIL may be a zone that is being loaded.
      throw Error(reply.code == refused ? Retry::never : passing,
                  "asking for " + what + ": " + code_text(reply.code));
    }
    if (!reply.authoritative) {
      throw Error(Retry::never, "asking for " + what + ": its answer is not authoritative")
          .remedy("check that this is the zone's primary and the name not delegated to others");
    }
    return reply;
  }
  throw Error(passing, "asking for " + what + ": " + fault);
}

std::optional<RecordSet> Rfc2136Zone::read(const std::string& name, Type type) {
  Question question = question_for(name, type);
  return ask_primary(question).set(question.name, type);
}

std::vector<std::string> Rfc2136Zone::addresses_in_zone(const std::string& server) const {
  std::vector<std::string> result;
  for (Type type : {Type::a, Type::aaaa}) {
    std::optional<RecordSet> set = ask_primary({server, code_of(type), false}).set(server, type);
    if (set) result.insert(result.end(), set->values.begin(), set->values.end());
  }
  return result;
}

std::vector<Rfc2136Zone::Server> Rfc2136Zone::servers() const {
  Reply reply = ask_primary({options_.zone, code_of(Type::ns), false});
  std::optional<RecordSet> names = reply.set(options_.zone, Type::ns);
  if (!names) {
    throw Error(Retry::safe,
                "the primary " + options_.primary.text() + " names no servers of " + options_.zone);
  }
  std::vector<Server> result;
  for (const std::string& name : names->values) {
    std::set<std::string> addresses;
    for (const Record& glue : reply.additional) {
      bool is_address = glue.type == code_of(Type::a) || glue.type == code_of(Type::aaaa);
      if (is_address && glue.name == name) addresses.insert(glue.value);
    }
    if (addresses.empty()) {
      bool is_ours = is_inside(name, options_.zone) && is_valid_name(name);
      for (auto& each : is_ours ? addresses_in_zone(name) : addresses_of(name)) {
        addresses.insert(each);
      }
    }
    if (addresses.empty()) result.push_back({name, ""});
    for (const std::string& address : addresses) result.push_back({name, address});
  }
  return result;
}

Rfc2136Zone::Asked Rfc2136Zone::ask(const Server& server, const std::string& name,
                                    Type type) const {
  Answer answer;
  answer.server = server.name + " (" + (server.address.empty() ? "?" : server.address) + ")";
  if (server.address.empty()) {
    answer.fault = "it has no address";
    return {answer, false};
  }
  Endpoint endpoint{server.address, options_.port};
  Lookup lookup = look_up(endpoint, {name, code_of(type), false}, patience_);
  answer.fault = lookup.fault;
  if (!lookup.reply) return {answer, lookup.no_route};
  if (!is_definite(*lookup.reply)) {
    answer.fault = code_text(lookup.reply->code);
    return {answer, false};
  }
  answer.reachable = true;
  answer.authoritative = lookup.reply->authoritative;
  if (!answer.authoritative) {
    answer.fault = "its answer is not authoritative";
    return {answer, false};
  }
  answer.records = lookup.reply->set(name, type);
  Lookup soa = look_up(endpoint, {options_.zone, code_of(Type::soa), false}, patience_);
  if (soa.reply) answer.serial = serial_of(*soa.reply, options_.zone);
  return {answer, false};
}

void Rfc2136Zone::compare_before(const Change& change) const {
  for (const RecordSet& set : change.before) {
    Question question{set.name, code_of(set.type), false};
    auto now = ask_primary(question).set(set.name, set.type);
    if (is_same(now, set)) continue;
    throw Error(Retry::never,
                "the zone " + options_.zone + " is not as it was read: expected " +
                    dns::describe(set) + "; found " + describe(now) + "; nothing was changed",
                Exit::needs_human)
        .remedy("somebody else changes this zone: look, then make a new plan");
  }
}

void Rfc2136Zone::send(const Update& update) const {
  const std::string at = "updating " + options_.zone + " at " + options_.primary.text();
  SignedMessage message = encode_update(update, key_, random_id());
  Exchange exchange;
  for (const Endpoint& address : primary_addresses()) {
    exchange = exchange_tcp(address, message.wire, options_.timeout * 5);
    if (exchange.sent) break;
  }
  if (!exchange.fault.empty()) {
    throw Error(exchange.sent ? Retry::ask : Retry::safe, at + ": " + exchange.fault);
  }
  std::optional<UpdateReply> reply = decode_update_reply(exchange.reply, message, key_);
  if (!reply) throw Error(Retry::ask, at + ": the reply is garbled");
  judge(*reply, options_.zone + " at " + options_.primary.text());
}

void Rfc2136Zone::read_back(const Change& change) const {
  for (const RecordSet& set : change.after) {
    // What was sent may be done by now: silence here must not look like "nothing happened".
    Question question{set.name, code_of(set.type), false};
    auto now = ask_primary(question, Retry::ask).set(set.name, set.type);
    if (is_same(now, set)) continue;
    throw Error(Retry::never,
                "the server said that it updated " + options_.zone + ", but instead of " +
                    dns::describe(set) + " it has " + describe(now),
                Exit::needs_human)
        .remedy("look for an update policy or a smallest TTL at the server, or another writer");
  }
}

void Rfc2136Zone::change(const Change& wanted) {
  Change change = canonical_change(wanted, options_.zone);
  compare_before(change);
  if (change.after.empty()) return;
  send(update_for(change, options_.zone));
  read_back(change);
}

std::vector<Answer> Rfc2136Zone::ask_all(const std::string& name, Type type) {
  Question question = question_for(name, type);
  std::vector<Server> asked = servers();
  std::vector<std::future<Asked>> answers;
  for (const Server& server : asked) {
    answers.push_back(
        std::async(std::launch::async, [&] { return ask(server, question.name, type); }));
  }
  std::vector<Asked> all;
  for (auto& answer : answers) all.push_back(answer.get());
  std::vector<Answer> result;
  for (size_t i = 0; i < all.size(); ++i) {
    bool is_spoken_for = false;
    for (size_t k = 0; k < all.size(); ++k) {
      is_spoken_for |= asked[k].name == asked[i].name && all[k].answer.reachable;
    }
    if (!all[i].no_route || !is_spoken_for) result.push_back(std::move(all[i].answer));
  }
  return result;
}

}  // namespace hikkoshi::dns
