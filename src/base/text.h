// Small text work that more than one layer needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);  ///< Without ASCII white space at both ends.

/// Every occurrence of `from` (not empty) becomes `to`.
std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// The candidate nearest to `word` by edit distance, when near enough to be a slip; else empty.
/// Damerau-Levenshtein, optimal string alignment; near is at most a third of the word's length.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Quotes for a POSIX shell: one word, whatever it holds. NUL cannot be quoted: Error(never).
std::string shell_quote(std::string_view word);

/// Printable for a terminal: control characters, ESC among them, what turns the direction of
/// writing, and bytes that are no UTF-8 become \xNN, byte by byte.
std::string printable(std::string_view text);

}  // namespace hikkoshi
