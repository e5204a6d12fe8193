#include "dns/lookup.h"

#include "dns/exchange.h"

namespace hikkoshi::dns {
namespace {

Lookup look_up_once(const Endpoint& server, const Question& question, Millis timeout) {
  std::string message = encode_question(question, random_id());
  Exchange exchange = exchange_udp(server, message, timeout);
  if (!exchange.fault.empty()) return {std::nullopt, exchange.no_route, exchange.fault};
  // Bit TC of the header: what follows may end in the middle of a record.
  bool is_cut = (static_cast<unsigned char>(exchange.reply[2]) & 0x02) != 0;
  if (is_cut) exchange = exchange_tcp(server, message, timeout);
  if (!exchange.fault.empty()) return {std::nullopt, false, "by TCP: " + exchange.fault};
  std::optional<Reply> reply = decode_reply(exchange.reply, question);
  if (!reply) return {std::nullopt, false, "its reply is garbled"};
  return {reply, false, ""};
}

}  // namespace

Lookup look_up(const Endpoint& server, const Question& question, const Patience& patience) {
  Lookup result{std::nullopt, false, "not asked"};
  for (int i = 0; i < patience.tries && !result.reply; ++i) {
    result = look_up_once(server, question, patience.timeout);
  }
  return result;
}

}  // namespace hikkoshi::dns
