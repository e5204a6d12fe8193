#include <algorithm>
#include <array>
#include <regex>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "hosts/dotenv.h"
#include "hosts/dotenv_entry.h"

namespace hikkoshi::hosts::dotenv {

namespace {

constexpr size_t context = 3;
constexpr std::string_view hidden = "[secret]";

/// One entry: compared as it is, shown without secrets.
struct Line {
  std::string text;
  std::string shown;
};

std::string without_secret(const std::string& text, const Entry& entry) {
  if (!looks_secret(entry.key) || entry.value.empty()) return text;
  return text.substr(0, entry.value_start) + std::string(hidden) + text.substr(entry.value_end);
}

/// What a person may see of one entry's text.
std::string masked(const std::string& text) {
  static const std::regex password_in_url("(://[^:/@\\s]*:)[^@\\s]+@");
  size_t start = text.find_first_not_of(" \t#");
  bool comment = start != std::string::npos && start > 0 && text.find('#') < start;
  std::string head = comment ? text.substr(0, start) : "";
  std::string body = text.substr(head.size());
  auto entries = parse(body);
  if (!entries.empty()) body = without_secret(body, entries[0]);
  return std::regex_replace(head + body, password_in_url, "$1" + std::string(hidden) + "@");
}

std::vector<Line> lines_of(const std::string& content) {
  std::vector<Line> lines;
  for (const Entry& entry : parse(content)) {
    std::string text = content.substr(entry.start, entry.end - entry.start);
    lines.push_back({text, masked(text)});
  }
  return lines;
}

/// length[i][j]: the longest common subsequence of a from i and b from j.
std::vector<std::vector<unsigned>> common_lengths(const std::vector<Line>& a,
                                                  const std::vector<Line>& b) {
  std::vector<std::vector<unsigned>> length(a.size() + 1, std::vector<unsigned>(b.size() + 1));
  for (size_t i = a.size(); i-- > 0;)
    for (size_t j = b.size(); j-- > 0;)
      length[i][j] = a[i].text == b[j].text ? length[i + 1][j + 1] + 1
                                            : std::max(length[i + 1][j], length[i][j + 1]);
  return length;
}

/// A line of the whole listing: ' ' kept, '-' removed, '+' added.
struct Change {
  char sign;
  const Line* line;
};

std::vector<Change> changes(const std::vector<Line>& a, const std::vector<Line>& b) {
  auto length = common_lengths(a, b);
  std::vector<Change> result;
  for (size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i].text == b[j].text) {
      result.push_back({' ', &a[i++]});
      ++j;
    } else if (i < a.size() && (j == b.size() || length[i + 1][j] >= length[i][j + 1])) {
      result.push_back({'-', &a[i++]});
    } else {
      result.push_back({'+', &b[j++]});
    }
  }
  return result;
}

/// Each line of an entry behind its sign, without what a terminal would obey.
std::string rendered(const Change& change) {
  std::string result, text = change.line->shown;
  bool ended = text.ends_with('\n');
  if (ended) text.pop_back();
  for (std::string line : split(text, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    result += change.sign + printable(line) + "\n";
  }
  return ended ? result : result + "\\ No newline at end of file\n";
}

size_t height(const Line& line) {
  size_t newlines = size_t(std::count(line.text.begin(), line.text.end(), '\n'));
  return newlines + (line.text.ends_with('\n') ? 0 : 1);
}

/// The first place behind `from` from which on there are no changes for two contexts.
size_t hunk_end(const std::vector<Change>& all, size_t from) {
  size_t last = from;
  for (size_t i = from; i < all.size() && i <= last + 2 * context; ++i)
    if (all[i].sign != ' ') last = i;
  return std::min(all.size(), last + 1 + context);
}

}  // namespace

bool looks_secret(const std::string& key) {
  static constexpr std::array<std::string_view, 8> words{"PASS",  "PWD",        "SECRET",  "KEY",
                                                         "TOKEN", "CREDENTIAL", "PRIVATE", "SALT"};
  std::string upper = key;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return upper.find(word) != upper.npos; });
}

std::string diff(const std::string& before, const std::string& after, const std::string& name) {
  auto a = lines_of(before), b = lines_of(after);
  auto all = changes(a, b);
  std::string result;
  size_t old_line = 1, new_line = 1, shown = 0;
  auto pass = [&](size_t until) {
    for (; shown < until; ++shown) {
      if (all[shown].sign != '+') old_line += height(*all[shown].line);
      if (all[shown].sign != '-') new_line += height(*all[shown].line);
    }
  };
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].sign == ' ') continue;
    pass(std::max(shown, i > context ? i - context : 0));
    size_t end = hunk_end(all, i), start = shown, old_first = old_line, new_first = new_line;
    pass(end);
    std::string body;
    for (size_t k = start; k < end; ++k) body += rendered(all[k]);
    result += fmt::format("@@ -{},{} +{},{} @@\n",
                          old_line == old_first ? old_first - 1 : old_first, old_line - old_first,
                          new_line == new_first ? new_first - 1 : new_first, new_line - new_first);
    result += body;
    i = end - 1;
  }
  return result.empty() ? result : fmt::format("--- {0}\n+++ {0}\n{1}", printable(name), result);
}

}  // namespace hikkoshi::hosts::dotenv
