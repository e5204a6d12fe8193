#include "move/values.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"
#include "base/units.h"
#include "move/template.h"

namespace hikkoshi::move {

namespace {

constexpr size_t longest_text = 4096;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// For messages: not too long, cut between characters.
std::string quoted(std::string_view text) {
  constexpr size_t longest = 60;
  size_t end = std::min(text.size(), longest);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return fmt::format("'{}{}'", text.substr(0, end), end < text.size() ? "..." : "");
}

Fault fault(Code code, std::string_view text, std::string_view wanted, std::string help) {
  return {code, fmt::format("{} is not {}", quoted(text), wanted), std::move(help)};
}

std::optional<Fault> line_fault(std::string_view text) {
  if (trim(text).empty()) return Fault{Code::bad_text, "the text is empty", ""};
  if (text.size() > longest_text)
    return Fault{Code::bad_text, fmt::format("the text is longer than {} bytes", longest_text), ""};
  if (has_control(text))
    return Fault{Code::bad_text, "the text has control characters or several lines",
                 "write it in one line"};
  return {};
}

std::optional<Fault> word_fault(const Field& field, std::string_view text) {
  std::vector<std::string> choices = split(field.choices, '|');
  if (std::ranges::find(choices, text) != choices.end()) return {};
  std::string near = nearest(text, choices);
  std::string all = join(choices, ", ");
  return Fault{Code::unknown_word,
               fmt::format("{} is not a word that '{}' takes", quoted(text), key_of(field)),
               near.empty() ? "it takes: " + all : fmt::format("did you mean '{}'?", near)};
}

std::optional<Fault> name_fault(std::string_view text) {
  if (is_name(text)) return {};
  return fault(Code::bad_name, text, "a name",
               "names are letters, digits, '-' and '_', at most 63, and begin with no sign");
}

std::optional<Fault> endpoint_fault(const Field& field, std::string_view text) {
  auto port = parse_port(field.fallback).value_or(0);
  if (parse_endpoint(text, port)) return {};
  return fault(Code::bad_endpoint, text, "a host with a port",
               fmt::format("write HOST:PORT, [IPV6]:PORT, or HOST alone for port {}", port));
}

std::optional<Fault> path_fault(std::string_view text) {
  if (auto broken = line_fault(text)) return broken;
  if (text.starts_with('/') && !text.ends_with('/')) return {};
  return fault(Code::bad_path, text, "the absolute path of a file", "begin it with '/'");
}

std::optional<Fault> url_path_fault(std::string_view text) {
  bool plain = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; });
  if (text.starts_with('/') && plain && text.size() <= 2048) return {};
  return fault(Code::bad_path, text, "the path of a URL", "begin it with '/', without spaces");
}

std::optional<Fault> url_fault(std::string_view text) {
  size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  std::string_view rest = text.substr(scheme);
  if (scheme && parse_endpoint(rest.substr(0, rest.find('/')), 443) && !has_control(text))
    return {};
  return fault(Code::bad_url, text, "a URL", "write https://HOST/PATH");
}

std::optional<Fault> schema_fault(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.ends_with(' ') || has_control(text))
    return fault(Code::bad_schema, text, "the name of a schema", "1 to 64 characters");
  for (const char* own : {"mysql", "information_schema", "performance_schema", "sys"})
    if (text == own)
      return Fault{Code::bad_schema, fmt::format("the schema '{}' belongs to the server", text),
                   "list the application's schemas; accounts and rights move with them"};
  return {};
}

/// As the server writes it without quotes; of several '@' the last one separates.
std::optional<Fault> account_fault(std::string_view text) {
  const size_t at = text.rfind('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < text.size();
  const bool quoted = text.find_first_of("'`\"") != std::string_view::npos;
  if (whole && !quoted && !has_control(text)) return {};
  return fault(Code::bad_account, text, "an account of a database server",
               "write it without quotes as USER@HOST: backup@localhost, or report@%");
}

std::optional<Fault> zone_fault(std::string_view text) {
  bool plain = std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '-' || c == '+';
  });
  bool shaped = !text.empty() && is_letter(text.front()) && !text.ends_with('/') &&
                text.find("//") == std::string_view::npos && text.size() <= 64;
  if (plain && shaped) return {};
  return fault(Code::bad_time, text, "the name of a time zone",
               "write it as IANA does: Asia/Tokyo");
}

/// METRIC < DURATION [for DURATION]
bool is_measured(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string& word : split(text, ' '))
    if (!word.empty()) words.push_back(word);
  if (words.size() != 3 && words.size() != 5) return false;
  if (words[0] != "lag" || words[1] != "<" || !parse_duration(words[2])) return false;
  return words.size() == 3 || (words[3] == "for" && parse_duration(words[4]));
}

std::optional<Fault> condition_fault(std::string_view text) {
  static const std::vector<std::string> known{"approval", "verified", "stragglers_forwarded"};
  if (std::ranges::find(known, text) != known.end() || is_measured(text)) return {};
  std::string near = nearest(text, known);
  return fault(Code::bad_condition, text, "a condition of a gate",
               near.empty() ? "conditions are: approval, verified, stragglers_forwarded, "
                              "\"lag < 1s for 5m\""
                            : fmt::format("did you mean '{}'?", near));
}

std::optional<Fault> template_fault(std::string_view text) {
  if (has_control(text))
    return Fault{Code::bad_text, "the value has control characters or several lines",
                 "write it in one line"};
  Template parsed = parse_template(text);
  if (parsed.fault.empty()) return {};
  return Fault{Code::bad_template, parsed.fault, "for example \"{{ databases.main.host }}\""};
}

std::optional<Fault> time_fault(std::string_view text) {
  if (parse_time_of_day(text)) return {};
  return fault(Code::bad_time, text, "a time of day", "write hours and minutes: \"01:00\"");
}

std::optional<Fault> number_fault(const Field& field, std::string_view text) {
  switch (field.type) {
    case Type::port:
      if (parse_port(text)) return {};
      return fault(Code::bad_port, text, "a port", "ports are 1 to 65535");
    case Type::duration:
      if (parse_duration(text)) return {};
      return fault(Code::bad_duration, text, "a duration",
                   "write a number with its unit: 250ms, 5s, 10m, 1h30m, 14d");
    case Type::percentage:
      if (parse_percentage(text)) return {};
      return fault(Code::bad_percentage, text, "a percentage", "write 0% to 100%");
    default:
      return time_fault(text);
  }
}

std::optional<Fault> address_fault(const Field& field, std::string_view text) {
  switch (field.type) {
    case Type::login:
      if (parse_login(text)) return {};
      return fault(Code::bad_endpoint, text, "an SSH login", "write HOST, USER@HOST or HOST:PORT");
    case Type::endpoint:
      return endpoint_fault(field, text);
    case Type::address:
      if (is_ip(text)) return {};
      return fault(Code::bad_address, text, "an IP address", "");
    case Type::network:
      if (is_cidr(text)) return {};
      return fault(Code::bad_network, text, "an address or network",
                   "write 198.51.100.7, 198.51.100.0/24 or 2001:db8::/32");
    case Type::host_name:
      if (is_host_name(text) && !is_ip(text)) return {};
      return fault(Code::bad_host_name, text, "a host name", "");
    default:
      return url_fault(text);
  }
}

}  // namespace

std::optional<Fault> fault_of(const Field& field, std::string_view text) {
  switch (field.type) {
    case Type::mapping:
    case Type::secret:
      return {};
    case Type::name:
    case Type::known_name:
      return name_fault(text);
    case Type::text:
    case Type::local_path:
      return line_fault(text);
    case Type::words:
      return word_fault(field, text);
    case Type::path:
      return path_fault(text);
    case Type::url_path:
      return url_path_fault(text);
    case Type::schema:
      return schema_fault(text);
    case Type::account:
      return account_fault(text);
    case Type::value:
      return template_fault(text);
    case Type::time_zone:
      return zone_fault(text);
    case Type::condition:
      return condition_fault(text);
    case Type::port:
    case Type::duration:
    case Type::percentage:
    case Type::time:
      return number_fault(field, text);
    default:
      return address_fault(field, text);
  }
}

bool is_name(std::string_view text) {
  bool plain = std::ranges::all_of(
      text, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
  return plain && !text.empty() && text.size() <= 63 && text.front() != '-' && text.front() != '_';
}

std::optional<double> parse_percentage(std::string_view text) {
  if (!text.ends_with('%') || text.size() < 2 || !is_digit(text.front())) return {};
  text.remove_suffix(1);
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  auto number = parse_number<double>(text);
  if (!number || *number > 100) return {};
  return *number / 100;
}

std::optional<int> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[3])) return {};
  auto hours = parse_number<int>(text.substr(0, 2)), minutes = parse_number<int>(text.substr(3));
  if (!hours || !minutes || *minutes > 59) return {};
  int total = *hours * 60 + *minutes;
  if (total > 24 * 60) return {};
  return total;
}

std::optional<Host> parse_login(std::string_view text) {
  Host host;
  size_t sign = text.find('@');
  if (sign != std::string_view::npos) {
    host.user = text.substr(0, sign);
    text.remove_prefix(sign + 1);
    bool plain = std::ranges::all_of(host.user, [](char c) {
      return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
    if (host.user.empty() || !plain || host.user.front() == '-') return {};
  }
  auto server = parse_endpoint(text, 22);
  if (!server) return {};
  host.ssh = *server;
  return host;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  auto number = parse_number<std::uint16_t>(text);
  if (!number || *number == 0) return {};
  return number;
}

}  // namespace hikkoshi::move
