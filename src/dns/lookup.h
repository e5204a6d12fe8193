// A question to one server, asked until it answers or the tries are spent.
#pragma once

#include <optional>
#include <string>

#include "base/address.h"
#include "base/clock.h"
#include "dns/message.h"

namespace hikkoshi::dns {

struct Patience {
  Millis timeout{2'000};  ///< Of one try.
  int tries = 3;
};

struct Lookup {
  std::optional<Reply> reply;
  bool no_route = false;  ///< As in Exchange.
  std::string fault;      ///< Why there is none.
};

/// Asks by UDP, and by TCP when the answer is cut off. `server.host` is an IP literal and the
/// question's name valid. Whatever the server does is a fault, not an Error. Thread-safe.
Lookup look_up(const Endpoint& server, const Question& question, const Patience& patience);

}  // namespace hikkoshi::dns
