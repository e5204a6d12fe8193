// Network addresses as they stand in a move file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hikkoshi {

/// Where a server listens: a host name or an IP address, and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
  std::string text() const;  ///< "10.0.0.1:3306", "[::1]:3306".
};

/// Reads "host:port", "[v6]:port" or, with a default port other than 0, "host" alone. Host names
/// are RFC 1123 names; anything else, one that begins with '-' too, is empty.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port = 0);

bool is_ip(std::string_view text);         ///< IPv4 or IPv6 literal.
bool is_cidr(std::string_view text);       ///< "10.0.0.0/8", "2001:db8::/32", or one address.
bool is_host_name(std::string_view text);  ///< RFC 1123, at most 253 characters, or an address.

}  // namespace hikkoshi
