// What every balancer refuses to be told. Pure.
#pragma once

#include "traffic/balancer.h"

namespace hikkoshi::traffic {

/// Throws Error(never) when a path is no plain prefix ('/' first, not percent-encoded, no spaces or
/// quotes), a host no host name, an allowed address no address or CIDR, or the body over 1 MiB.
void check(const Page& page);

/// Throws Error(never) when it is no IP address with a port: names are not resolved at run time.
void check_target(const Endpoint& target);

}  // namespace hikkoshi::traffic
