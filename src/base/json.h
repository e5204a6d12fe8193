// JSON values, their one canonical text, and its hash.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace hikkoshi {

using Json = nlohmann::json;

/// Keys sorted, no spaces, UTF-8; bytes that are no UTF-8 become U+FFFD. Equal values give equal
/// text.
std::string canonical(const Json& value);

/// Lower-case hex of SHA-256 (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// Parses text. Throws Error(never) naming `what` and the place when it is no JSON.
Json parse_json(std::string_view text, std::string_view what);

}  // namespace hikkoshi
