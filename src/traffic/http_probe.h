// One HTTP request, as a check of a service by its address and Host header.
#pragma once

#include <string>

#include "base/address.h"
#include "base/clock.h"

namespace hikkoshi::traffic {

struct Response {
  int status = 0;
  std::string content_type;  ///< As sent; empty when there was none.
  std::string body;
  Millis took{0};  ///< From connecting to the last byte.
};

/// GET http://server/path with this Host header; an answer of any status is a Response, redirects
/// are not followed, and no proxy of the environment is used. `path` begins with '/' and may hold a
/// query. Thread-safe. Throws Error(safe) when there is no whole answer within `timeout`,
/// Error(never) for a path or host header that cannot be sent, or a body over 16 MiB.
Response get(const Endpoint& server, const std::string& host_header, const std::string& path,
             Millis timeout);

}  // namespace hikkoshi::traffic
