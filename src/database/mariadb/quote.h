// Names and values inside SQL text: the only functions that put them there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::database::mariadb {

/// "`a``b`". A NUL cannot be part of a name: Error(never).
std::string quote_name(std::string_view name);

/// "`schema`.`name`".
std::string quote_name(std::string_view schema, std::string_view name);

/// "'it''s'", with backslash doubled; for sessions without NO_BACKSLASH_ESCAPES, as ours are.
std::string quote_text(std::string_view text);

/// "X'00ff'": bytes, whatever they are.
std::string quote_bytes(std::string_view bytes);

/// "('a','b')", for IN; an empty list gives "('')", which no schema's name equals.
std::string quote_list(const std::vector<std::string>& texts);

/// A schema's name as a GRANT takes it, where '_' and '%' are wildcards: "my\_app".
std::string grant_pattern(std::string_view schema);

/// Whether a pattern of a GRANT covers a schema: '%', '_' and '\' as in LIKE, letters exact.
bool pattern_covers(std::string_view pattern, std::string_view schema);

}  // namespace hikkoshi::database::mariadb
