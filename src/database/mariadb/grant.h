// Lines of SHOW GRANTS, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::database::mariadb {

/// Rights on one object for one account; nothing of them is interpreted that need not be.
struct Grant {
  std::string privileges;  ///< "SELECT, INSERT (`a`, `b`)".
  std::string object;      ///< "`frames`.*", "PROCEDURE `frames`.`p`", as the server writes it.
  std::string schema;      ///< Of the object, without quotes; a pattern when `whole_schema`.
  bool whole_schema = false;
  std::string account;  ///< "`app`@`127.%`", a role's "`writers`", or "PUBLIC".
  bool grant_option = false;

  /// The statement that gives it, byte for byte the server's line.
  std::string text() const;

  /// The statements that take it away.
  std::vector<std::string> revoke() const;

  /// The same rights for another account.
  Grant for_account(std::string other) const;
};

/// Reads a line without ANSI_QUOTES. Empty for rights on *.*, for roles granted, default roles and
/// proxies.
std::optional<Grant> parse_grant(std::string_view line);

}  // namespace hikkoshi::database::mariadb
