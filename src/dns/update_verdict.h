// What a server's answer to an UPDATE means for us.
#pragma once

#include "dns/message.h"

namespace hikkoshi::dns {

/// Returns when the reply says, provably, that the update was done. Otherwise throws:
/// Error(never, needs_human) when a prerequisite did not hold, Error(never, authentication) when
/// key, clock or rights are wrong, Error(never) for a change that the server cannot take, and
/// Error(ask) when the outcome is not known: SERVFAIL, as a server in between may have lost the
/// true answer, and an answer without our signature. `zone` is for the words.
void judge(const UpdateReply& reply, const std::string& zone);

}  // namespace hikkoshi::dns
