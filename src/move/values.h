// Whether one written value is what its field wants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "move/diagnostic.h"
#include "move/fields.h"
#include "move/move.h"

namespace hikkoshi::move {

struct Fault {
  Code code;
  std::string message, help;
};

/// Empty when `text` is a value of the field's type. Mappings and secrets are not looked at.
std::optional<Fault> fault_of(const Field& field, std::string_view text);

/// Names of things: letters, digits, '-' and '_', beginning with a letter or digit, at most 63.
bool is_name(std::string_view text);

/// "30%", "2.5%" as a share; 0 to 100 %.
std::optional<double> parse_percentage(std::string_view text);

/// "01:00" as minutes of the day; "24:00" is the end of the day.
std::optional<int> parse_time_of_day(std::string_view text);

/// "ops@192.0.2.10:22": user (may be empty) and server, port 22 unless given.
std::optional<Host> parse_login(std::string_view text);

/// A port from 1.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace hikkoshi::move
