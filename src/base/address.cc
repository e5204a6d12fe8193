#include "base/address.h"

#include <charconv>

#include <arpa/inet.h>

namespace hikkoshi {

namespace {

bool is_family(int family, std::string_view text) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(family, std::string(text).c_str(), buffer) == 1 &&
         text.find('\0') == std::string_view::npos;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return number;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
    return false;
  for (char c : label) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  }
  return true;
}

}  // namespace

std::string Endpoint::text() const {
  bool bracket = host.find(':') != std::string::npos;
  return (bracket ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_ip(std::string_view text) {
  return is_family(AF_INET, text) || is_family(AF_INET6, text);
}

bool is_cidr(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_ip(text);
  std::string_view address = text.substr(0, slash);
  auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits) return false;
  return (is_family(AF_INET, address) && *bits <= 32) ||
         (is_family(AF_INET6, address) && *bits <= 128);
}

bool is_host_name(std::string_view text) {
  if (is_ip(text)) return true;
  if (text.empty() || text.size() > 253) return false;
  size_t start = 0;
  bool digits_only = text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (digits_only) return false;
  for (size_t dot; (dot = text.find('.', start)) != std::string_view::npos; start = dot + 1)
    if (!is_label(text.substr(start, dot - start))) return false;
  return start == text.size() ? start > 0 : is_label(text.substr(start));
}

std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    host = text.substr(1, close - 1);
    if (!is_family(AF_INET6, host)) return {};
    std::string_view rest = text.substr(close + 1);
    has_port = rest.starts_with(':');
    if (!has_port && !rest.empty()) return {};
    port = has_port ? rest.substr(1) : rest;
  } else if (size_t colon = text.rfind(':');
             colon != std::string_view::npos && !is_family(AF_INET6, text)) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (!is_host_name(host)) return {};
  auto number = has_port ? parse_number<std::uint16_t>(port) : std::optional(default_port);
  if (!number || *number == 0) return {};
  return Endpoint{std::string(host), *number};
}

}  // namespace hikkoshi
