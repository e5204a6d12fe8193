#include "hosts/dotenv.h"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "hosts/dotenv_entry.h"

namespace hikkoshi::hosts::dotenv {

namespace {

constexpr std::string_view bare_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+,=-";

/// Characters that readers escape differently inside double quotes.
bool is_special(char c) {
  return c == '"' || c == '\\' || c == '$' || c == '`';
}

bool has_special(const std::string& value) {
  for (char c : value)
    if (is_special(c)) return true;
  return false;
}

std::string escaped(const std::string& value) {
  std::string result;
  for (char c : value) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\' || c == '$') result += '\\';
    result += c;
  }
  return result;
}

/// The value as it stands in a file, in the quotes of the one it replaces when these can hold it.
std::string quoted(const std::string& key, const std::string& value, char quote) {
  for (char c : value)
    if (c != '\n' && c != '\t' && static_cast<unsigned char>(c) < ' ')
      throw Error(Retry::never,
                  fmt::format("{}: a control character cannot be part of a dotenv value", key));
  bool bare = value.find_first_not_of(bare_characters) == std::string::npos;
  bool single = value.find_first_of("'\n") == std::string::npos;
  bool plain_double = !has_special(value) && value.find('\n') == std::string::npos;
  if (quote == 0 && bare) return value;
  if (quote == '\'' && single) return "'" + value + "'";
  if (plain_double) return "\"" + value + "\"";
  if (single) return "'" + value + "'";
  return "\"" + escaped(value) + "\"";
}

/// The last assignment of a key, which is the one that counts.
const Entry* find_last(const std::vector<Entry>& entries, const std::string& key) {
  const Entry* found = nullptr;
  for (const Entry& entry : entries)
    if (entry.key == key) found = &entry;
  return found;
}

std::string line_ending(const std::string& content) {
  size_t first = content.find('\n');
  return first != std::string::npos && first > 0 && content[first - 1] == '\r' ? "\r\n" : "\n";
}

/// A file without a final line ending keeps having none, so that taking the line away again is
/// exact.
std::string append(std::string content, const std::string& line) {
  std::string ending = line_ending(content);
  bool open = content.size() > mark_size(content) && !content.ends_with('\n');
  return open ? content + ending + line : content + line + ending;
}

std::string without(const std::string& content, const Entry& entry) {
  std::string before = content.substr(0, entry.start), after = content.substr(entry.end);
  if (after.empty() && !content.ends_with('\n'))
    for (char end : {'\n', '\r'})
      if (before.ends_with(end)) before.pop_back();
  return before + after;
}

std::string with_raw(const std::string& content, const Entry& entry, const std::string& raw) {
  return content.substr(0, entry.raw_start) + raw + content.substr(entry.raw_end);
}

bool is_key(const std::string& key) {
  return !key.empty() && key.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789_.") == std::string::npos;
}

}  // namespace

std::map<std::string, std::string> values(const std::string& content) {
  std::map<std::string, std::string> result;
  for (const Entry& entry : parse(content))
    if (!entry.key.empty()) result[entry.key] = entry.value;
  return result;
}

Edit set(const std::string& content, const std::map<std::string, std::string>& wanted) {
  Edit edit{content, {}};
  for (const auto& [key, value] : wanted) {
    if (!is_key(key))
      throw Error(Retry::never, fmt::format("'{}' is no name of a dotenv value", printable(key)));
    auto entries = parse(edit.content);
    const Entry* entry = find_last(entries, key);
    if (!entry) {
      edit.before[key] = std::nullopt;
      edit.content = append(edit.content, key + "=" + quoted(key, value, 0));
      continue;
    }
    if (entry->value == value) continue;
    std::string raw = edit.content.substr(entry->raw_start, entry->raw_end - entry->raw_start);
    std::string next = raw.substr(0, entry->value_start - entry->raw_start) +
                       quoted(key, value, entry->quote) +
                       raw.substr(entry->value_end - entry->raw_start);
    edit.before[key] = std::move(raw);
    edit.content = with_raw(edit.content, *entry, next);
  }
  return edit;
}

/// Backwards, so that the line appended last is the first to go.
std::string restore(const std::string& content,
                    const std::map<std::string, std::optional<std::string>>& before) {
  std::string result = content;
  for (auto change = before.rbegin(); change != before.rend(); ++change) {
    const auto& [key, raw] = *change;
    auto entries = parse(result);
    const Entry* entry = find_last(entries, key);
    if (raw)
      result = entry ? with_raw(result, *entry, *raw) : append(result, key + "=" + *raw);
    else if (entry)
      result = without(result, *entry);
  }
  return result;
}

}  // namespace hikkoshi::hosts::dotenv
