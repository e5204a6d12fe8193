// The lines of a dotenv file, with their places.
#pragma once

#include <string>
#include <vector>

namespace hikkoshi::hosts::dotenv {

/// One line, or the lines that one quoted value spans, as places in the content. The entries cover
/// the content without gaps, but for a byte order mark.
struct Entry {
  size_t start = 0;
  size_t end = 0;   ///< Behind the line ending.
  std::string key;  ///< Empty: a comment, an empty line, or nothing that we understand.
  std::string value;
  char quote = 0;                         ///< ' or " or none.
  size_t raw_start = 0;                   ///< Behind the `=`.
  size_t raw_end = 0;                     ///< At the line ending.
  size_t value_start = 0, value_end = 0;  ///< The value with its quotes.
};

std::vector<Entry> parse(const std::string& content);

/// Bytes of the byte order mark at the start: 3 or 0.
size_t mark_size(const std::string& content);

}  // namespace hikkoshi::hosts::dotenv
