// Durations and sizes as people write and read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hikkoshi {

using std::chrono::milliseconds;

/// "250ms", "5s", "10m", "1h", "14d", also "1h30m"; empty when it is none, negative or too large
/// (over 10 years).
std::optional<milliseconds> parse_duration(std::string_view text);

/// The shortest exact form with at most two units: "1h30m", "300s" is "5m", 1250 ms is "1.25s".
std::string format_duration(milliseconds length);

/// "1.5 GiB": binary units, three digits.
std::string format_bytes(std::uint64_t bytes);

/// "1,234,567".
std::string format_count(std::uint64_t count);

}  // namespace hikkoshi
