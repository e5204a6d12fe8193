#include "move/patterns.h"

#include <fmt/format.h>

namespace hikkoshi::move {

namespace {

constexpr const char* plain_character = R"([^\u0000-\u001f\u007f])";    // no control character
constexpr const char* visible_character = R"([^\u0000-\u0020\u007f])";  // nor a space
constexpr const char* name_pattern = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";
constexpr const char* port_pattern =
    "0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
constexpr const char* duration_pattern =
    "(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m(?!s))?([0-9]+s)?([0-9]+ms)?";

std::string anchored(const std::string& pattern) {
  return "^(" + pattern + ")$";
}

std::string ipv4_pattern() {
  const std::string byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  return fmt::format(R"({0}(\.{0}){{3}})", byte);
}

/// The nine alternatives of RFC 3986, appendix A.
std::string ipv6_pattern() {
  const std::string group = "[0-9A-Fa-f]{1,4}";
  const std::string last = fmt::format("({0}:{0}|{1})", group, ipv4_pattern());
  std::string all = fmt::format("({}:){{6}}{}", group, last);
  for (int before = -1; before < 7; ++before) {
    std::string front = before < 0 ? "" : fmt::format("(({0}:){{0,{1}}}{0})?", group, before);
    int middle = 4 - before;
    std::string rest = before == 6 ? "" : before == 5 ? group : last;
    if (before < 4) rest = fmt::format("({}:){{{}}}{}", group, middle, rest);
    all += "|" + front + "::" + rest;
  }
  return "(" + all + ")";
}

std::string ip_pattern() {
  return fmt::format("({}|{})", ipv4_pattern(), ipv6_pattern());
}

/// RFC 1123 with '_'; a name of digits and dots alone would be an address.
std::string host_name_pattern() {
  const std::string label = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
  return fmt::format(R"((?![0-9.]*([:/]|$))(?=[^:/]{{1,253}}([:/]|$)){0}(\.{0})*\.?)", label);
}

std::string endpoint_pattern() {
  return fmt::format(R"(({0}|{1}|\[{2}\])(:{3})?|{2})", host_name_pattern(), ipv4_pattern(),
                     ipv6_pattern(), port_pattern);
}

std::string login_pattern() {
  return fmt::format("([A-Za-z0-9_.][A-Za-z0-9_.-]*@)?({})", endpoint_pattern());
}

std::string network_pattern() {
  return fmt::format(
      "{}(/0*([0-9]|[12][0-9]|3[0-2]))?|{}(/0*([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?",
      ipv4_pattern(), ipv6_pattern());
}

/// Not blank; fault_of also holds its bytes to a limit.
std::string line_pattern() {
  return fmt::format("{0}*{1}{0}*", plain_character, visible_character);
}

std::string condition_pattern() {
  return fmt::format("approval|verified|stragglers_forwarded| *lag +< +{0}( +for +{0})? *",
                     duration_pattern);
}

/// Text with templates: {{ KIND.NAME.FIELD }}, three words that are not blank at the outer ends.
std::string value_pattern() {
  const std::string inner = R"((?!\}\})[^.\u0000-\u001f\u007f])";
  const std::string edge = R"((?!\}\})[^. \u0000-\u001f\u007f])";
  std::string one = fmt::format(R"(\{{\{{ *{0}({1})*\.({1})+\.({1})*{0} *\}}\}})", edge, inner);
  return fmt::format(R"(({}|(?!\{{\{{){})*)", one, plain_character);
}

std::string schema_name_pattern() {
  return fmt::format("(?!(mysql|information_schema|performance_schema|sys)$){}{{0,63}}{}",
                     plain_character, visible_character);
}

std::string body_pattern(Type type) {
  switch (type) {
    case Type::mapping:
    case Type::words:
      return "";
    case Type::name:
    case Type::known_name:
      return name_pattern;
    case Type::text:
    case Type::local_path:
      return line_pattern();
    case Type::login:
      return login_pattern();
    case Type::endpoint:
      return endpoint_pattern();
    case Type::address:
      return ip_pattern();
    case Type::port:
      return port_pattern;
    case Type::network:
      return network_pattern();
    case Type::host_name:
      return fmt::format("(?!{}$){}", ipv4_pattern(), host_name_pattern());
    case Type::duration:
      return duration_pattern;
    case Type::percentage:
      return R"(0*(100(\.0*)?|[0-9]{1,2}(\.[0-9]*)?)%)";
    case Type::path:
      return fmt::format("/({}*[^/\\u0000-\\u001f\\u007f])", plain_character);
    case Type::url_path:
      return R"(/[^\u0000-\u0020\u007f#]{0,2047})";
    case Type::url:
      return fmt::format("https?://({})(/{}*)?", endpoint_pattern(), plain_character);
    case Type::secret:
      return R"((env|file|age):[\s\S]+)";
    case Type::schema:
      return schema_name_pattern();
    case Type::account:
      return R"([^'"`\u0000-\u001f\u007f]+@[^'"`@\u0000-\u001f\u007f]+)";
    case Type::value:
      return value_pattern();
    case Type::time:
      return "([01][0-9]|2[0-3]):[0-5][0-9]|24:00";
    case Type::time_zone:
      return R"((?!.*//)(?=.{1,64}$)[A-Za-z]([A-Za-z0-9/_+-]*[A-Za-z0-9_+-])?)";
    case Type::condition:
      return condition_pattern();
  }
  return "";
}

}  // namespace

std::string pattern_of(const Field& field) {
  std::string body = body_pattern(field.type);
  return body.empty() ? "" : anchored(body);
}

std::string key_pattern_of(const Field& field) {
  return anchored(field.type == Type::value ? "[A-Za-z_.][A-Za-z0-9_.]*" : name_pattern);
}

}  // namespace hikkoshi::move
