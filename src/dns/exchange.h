// One DNS message to one server and one message back, over sockets of our own.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"

namespace hikkoshi::dns {

/// What came of it. `sent` false: the server has certainly not seen the message.
struct Exchange {
  std::string reply;  ///< The message without TCP's length; empty when there is none.
  bool sent = false;
  bool no_route = false;  ///< This machine has no way there: IPv6 where there is only IPv4.
  std::string fault;      ///< Why there is no reply; empty when there is.
};

/// The addresses of a host, an IP literal or a name for the system's resolver; duplicates removed.
/// Empty when it has none or the resolver failed.
std::vector<std::string> addresses_of(const std::string& host);

/// Sends a message of at least 12 bytes and waits at most `timeout` for a reply with its id;
/// datagrams that are no reply to it are passed over, as they may be late or forged.
/// `server.host` is an IP literal. Blocks; thread-safe; throws nothing but for lack of memory.
Exchange exchange_udp(const Endpoint& server, const std::string& message, Millis timeout);

/// The same by TCP (RFC 7766), on a connection for this message alone.
Exchange exchange_tcp(const Endpoint& server, const std::string& message, Millis timeout);

}  // namespace hikkoshi::dns
