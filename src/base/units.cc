#include "base/units.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace hikkoshi {

namespace {

constexpr milliseconds longest = std::chrono::hours(24 * 366 * 10);

struct Unit {
  std::string_view name;
  std::int64_t millis;
};

constexpr std::array<Unit, 5> units{{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

const Unit* unit_named(std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  milliseconds total{0};
  std::int64_t smallest = INT64_MAX;
  if (text.empty()) return {};
  while (!text.empty()) {
    std::int64_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || count < 0) return {};
    text.remove_prefix(size_t(end - text.data()));
    const Unit* unit = unit_named(text.substr(0, text.find_first_of("0123456789")));
    if (!unit || unit->millis >= smallest || count > longest.count() / unit->millis) return {};
    smallest = unit->millis;
    text.remove_prefix(unit->name.size());
    total += milliseconds(count * unit->millis);
  }
  if (total > longest) return {};
  return total;
}

std::string format_duration(milliseconds length) {
  std::int64_t left = length.count();
  if (left < 0) return "-" + format_duration(-length);
  if (left < 1000) return fmt::format("{}ms", left);
  if (left < 60'000) return fmt::format("{:g}s", double(left) / 1000);
  left = (left + 500) / 1000 * 1000;
  std::string text;
  int used = 0;
  for (const Unit& unit : units) {
    if (unit.name == "ms" || used == 2) break;
    if (left < unit.millis) {
      if (used == 1) break;
      continue;
    }
    text += fmt::format("{}{}", left / unit.millis, unit.name);
    left %= unit.millis;
    ++used;
  }
  return text;
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> names{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = double(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < names.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", value, names[unit]);
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::ptrdiff_t at = std::ptrdiff_t(text.size()) - 3; at > 0; at -= 3)
    text.insert(size_t(at), ",");
  return text;
}

}  // namespace hikkoshi
