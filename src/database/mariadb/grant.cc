#include "database/mariadb/grant.h"

#include <utility>

#include "base/text.h"

namespace hikkoshi::database::mariadb {
namespace {

// Where `word` stands outside of quoted names, from `at` on.
std::size_t find_word(std::string_view line, std::string_view word, std::size_t at) {
  bool quoted = false;
  for (std::size_t i = at; i < line.size(); ++i) {
    if (line[i] == '`') quoted = !quoted;
    if (!quoted && line.substr(i).starts_with(word)) return i;
  }
  return std::string_view::npos;
}

// "a`b" of "`a``b`.`c`", from the first quote on.
std::string quoted_name(std::string_view object) {
  std::string name;
  for (std::size_t i = object.find('`') + 1; i < object.size(); ++i) {
    if (object[i] == '`' && (i + 1 == object.size() || object[i + 1] != '`')) break;
    name += object[i];
    if (object[i] == '`') ++i;
  }
  return name;
}

}  // namespace

std::string Grant::text() const {
  return "GRANT " + privileges + " ON " + object + " TO " + account +
         (grant_option ? " WITH GRANT OPTION" : "");
}

std::vector<std::string> Grant::revoke() const {
  std::vector<std::string> statements;
  if (privileges != "USAGE") {
    statements.push_back("REVOKE " + privileges + " ON " + object + " FROM " + account);
  }
  if (grant_option) {
    statements.push_back("REVOKE GRANT OPTION ON " + object + " FROM " + account);
  }
  return statements;
}

Grant Grant::for_account(std::string other) const {
  Grant grant = *this;
  grant.account = std::move(other);
  return grant;
}

std::optional<Grant> parse_grant(std::string_view line) {
  constexpr std::string_view give = "GRANT ", on = " ON ", to = " TO ",
                             option = " WITH GRANT OPTION";
  if (!line.starts_with(give)) return std::nullopt;
  const std::size_t at_on = find_word(line, on, give.size());
  if (at_on == std::string_view::npos) return std::nullopt;
  const std::size_t at_to = find_word(line, to, at_on);
  if (at_to == std::string_view::npos) return std::nullopt;
  Grant grant;
  grant.privileges = line.substr(give.size(), at_on - give.size());
  grant.object = line.substr(at_on + on.size(), at_to - at_on - on.size());
  if (grant.object == "*.*" || grant.privileges == "PROXY" ||
      grant.object.find('`') == std::string::npos) {
    return std::nullopt;
  }
  std::string_view account = line.substr(at_to + to.size());
  grant.grant_option = account.ends_with(option);
  if (grant.grant_option) account.remove_suffix(option.size());
  grant.account = account;
  grant.schema = quoted_name(grant.object);
  grant.whole_schema = grant.object.ends_with("`.*");
  return grant;
}

}  // namespace hikkoshi::database::mariadb
