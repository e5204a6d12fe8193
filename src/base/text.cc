#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t at; (at = text.find(separator, start)) != std::string_view::npos; start = at + 1)
    parts.emplace_back(text.substr(start, at - start));
  parts.emplace_back(text.substr(start));
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\f\v";
  size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  HIKKOSHI_ASSERT(!from.empty());
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

namespace {

size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr size_t longest_word = 64;
  size_t limit = std::max<size_t>(1, word.size() / 3);
  std::string best;
  if (word.size() > longest_word) return best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    size_t found = distance(word, candidate);
    if (found > limit || (found == limit && !best.empty())) continue;
    best = candidate;
    limit = found;
  }
  return best;
}

std::string shell_quote(std::string_view word) {
  if (word.find('\0') != std::string_view::npos)
    throw Error(Retry::never, "a NUL character cannot be part of a command");
  return "'" + replace_all(std::string(word), "'", "'\\''") + "'";
}

namespace {

/// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t character(std::string_view text) {
  auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  std::size_t length = byte(0) < 0x80             ? 1
                       : (byte(0) & 0xe0) == 0xc0 ? 2
                       : (byte(0) & 0xf0) == 0xe0 ? 3
                       : (byte(0) & 0xf8) == 0xf0 ? 4
                                                  : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return length;
}

/// C0 and C1 controls (ECMA-48), line separators, and what turns the direction of writing (UAX 9).
bool steers(std::string_view character) {
  if (character.size() == 1) return character[0] < 0x20 || character[0] == 0x7f;
  if (character.size() == 2) return character >= "\xc2\x80" && character <= "\xc2\x9f";
  return character == "\xe2\x80\x8e" || character == "\xe2\x80\x8f" ||
         (character >= "\xe2\x80\xa8" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::size_t length = character(text);
    std::string_view next = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(next.size());
    if (length > 0 && !steers(next)) {
      result += next;
      continue;
    }
    for (char c : next) result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace hikkoshi
