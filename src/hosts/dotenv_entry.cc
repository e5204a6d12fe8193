#include "hosts/dotenv_entry.h"

#include <string_view>

namespace hikkoshi::hosts::dotenv {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/// The end of the line that begins at or before `at`: its \n, or the \r before that, or the end.
size_t line_end(std::string_view text, size_t at) {
  size_t newline = text.find('\n', at);
  if (newline == text.npos) return text.size();
  return newline > at && text[newline - 1] == '\r' ? newline - 1 : newline;
}

size_t behind_ending(std::string_view text, size_t end) {
  if (end < text.size() && text[end] == '\r') ++end;
  return end < text.size() ? end + 1 : end;
}

size_t skip(std::string_view text, size_t at, size_t end, std::string_view characters) {
  while (at < end && characters.find(text[at]) != characters.npos) ++at;
  return at;
}

char unescaped(char c) {
  constexpr std::string_view from = "fnrtv", to = "\f\n\r\t\v";
  size_t at = from.find(c);
  return at == from.npos ? c : to[at];
}

/// Reads the quoted value at entry.value_start; false when its quote never closes.
bool read_quoted(std::string_view text, Entry& entry) {
  entry.quote = text[entry.value_start];
  for (size_t at = entry.value_start + 1; at < text.size(); ++at) {
    if (text[at] == entry.quote) {
      entry.value_end = at + 1;
      return true;
    }
    bool escape = entry.quote == '"' && text[at] == '\\' && at + 1 < text.size();
    entry.value += escape ? unescaped(text[++at]) : text[at];
  }
  entry.quote = 0;
  entry.value.clear();
  return false;
}

/// An unquoted value ends at a # or at the line's end, without the blanks before that.
void read_bare(std::string_view text, Entry& entry) {
  size_t end = text.substr(0, entry.raw_end).find('#', entry.value_start);
  if (end == text.npos) end = entry.raw_end;
  while (end > entry.value_start && blanks.find(text[end - 1]) != blanks.npos) --end;
  entry.value_end = end;
  entry.value = text.substr(entry.value_start, end - entry.value_start);
}

/// The place behind `KEY=` with the key, when the line is an assignment.
void read_assignment(std::string_view text, Entry& entry) {
  constexpr std::string_view word = "export";
  size_t end = entry.raw_end;
  size_t at = skip(text, entry.start, end, blanks);
  if (text.substr(at).starts_with(word) && skip(text, at + word.size(), end, blanks) > at + 6)
    at = skip(text, at + word.size(), end, blanks);
  size_t key_end = skip(text, at, end, key_characters);
  size_t equals = skip(text, key_end, end, blanks);
  if (key_end == at || equals == end || text[equals] != '=') return;
  entry.key = text.substr(at, key_end - at);
  entry.raw_start = equals + 1;
  entry.value_start = skip(text, equals + 1, end, blanks);
  char first = entry.value_start < end ? text[entry.value_start] : '\0';
  if ((first == '\'' || first == '"') && read_quoted(text, entry)) {
    entry.raw_end = line_end(text, entry.value_end);
    entry.end = behind_ending(text, entry.raw_end);
  } else {
    read_bare(text, entry);
  }
}

}  // namespace

size_t mark_size(const std::string& content) {
  return content.starts_with("\xef\xbb\xbf") ? 3 : 0;
}

std::vector<Entry> parse(const std::string& content) {
  std::vector<Entry> entries;
  for (size_t at = mark_size(content); at < content.size(); at = entries.back().end) {
    Entry entry;
    entry.start = at;
    entry.raw_end = line_end(content, at);
    entry.end = behind_ending(content, entry.raw_end);
    read_assignment(content, entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace hikkoshi::hosts::dotenv
