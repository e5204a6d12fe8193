#include "traffic/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

constexpr size_t largest_body = 1 << 20;

bool is_plain_prefix(const std::string& path) {
  return path.starts_with("/") && std::all_of(path.begin(), path.end(), [](unsigned char c) {
           return c > ' ' && c != 0x7f &&
                  std::string_view(";\\%#\"'").find(char(c)) == std::string_view::npos;
         });
}

}  // namespace

void check(const Page& page) {
  for (const std::string& path : page.paths)
    if (!is_plain_prefix(path))
      throw Error(Retry::never, fmt::format("'{}' is no path prefix", printable(path)))
          .remedy("paths begin with '/', are not percent-encoded and hold no spaces or quotes");
  for (const std::string& host : page.hosts)
    if (!is_host_name(host))
      throw Error(Retry::never, fmt::format("'{}' is no host name", printable(host)));
  for (const std::string& address : page.allow)
    if (!is_cidr(address))
      throw Error(Retry::never, fmt::format("'{}' is no address or CIDR", printable(address)));
  if (page.body.size() > largest_body) throw Error(Retry::never, "the page is larger than 1 MiB");
  if (page.retry_after < Millis(0)) throw Error(Retry::never, "the page's retry_after is negative");
}

void check_target(const Endpoint& target) {
  if (is_ip(target.host) && target.port != 0) return;
  throw Error(Retry::never, target.text() + " is no IP address with a port")
      .remedy("give the other side's balancer as an address");
}

}  // namespace hikkoshi::traffic
