#include "move/reporter.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace hikkoshi::move {

namespace {

constexpr size_t widest_line = 160;  // bytes; a longer line is cut around the caret
constexpr std::string_view mask = "********";

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Bytes of the UTF-8 character that begins `text`; 1 when there is none.
size_t character_length(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (length > text.size()) return 1;
  for (size_t i = 1; i < length; ++i)
    if (!continues(text[i])) return 1;
  return length;
}

char32_t decode(std::string_view character) {
  auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x80 ? lead : U'\ufffd';
  char32_t value = lead & (0x7fu >> character.size());
  for (char c : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return value;
}

/// Columns on a terminal: 2 for East Asian wide characters (Unicode annex 11, the common blocks).
size_t columns_of(char32_t character) {
  constexpr std::pair<char32_t, char32_t> wide[] = {
      {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
      {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
  for (auto [first, last] : wide)
    if (character >= first && character <= last) return 2;
  return 1;
}

/// What a terminal may show of one character: controls (also C1 and the marks that turn the
/// direction of writing) become '?'.
std::string shown(std::string_view character) {
  char32_t value = decode(character);
  if (value == '\t') return " ";
  bool control = value < 0x20 || (value >= 0x7f && value < 0xa0);
  bool direction = (value >= 0x202a && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) ||
                   value == 0x200e || value == 0x200f || value == 0xfeff;
  return control || direction || value == U'\ufffd' ? "?" : std::string(character);
}

/// The part of a line that is displayed: all of it, or what stands around `begin`. Bytes.
std::pair<size_t, size_t> window(std::string_view line, size_t begin) {
  if (line.size() <= widest_line) return {0, line.size()};
  size_t from = begin > widest_line / 2 ? begin - widest_line / 2 : 0;
  size_t to = std::min(line.size(), from + widest_line);
  while (from > 0 && continues(line[from])) --from;
  while (to < line.size() && continues(line[to])) ++to;
  return {from, to};
}

/// A piece of a line as displayed: masked, without control characters.
class Excerpt {
 public:
  using Ranges = std::vector<std::pair<size_t, size_t>>;

  /// `offset` is where the piece begins in its text, `hidden` the text's secrets.
  Excerpt(std::string_view piece, size_t offset, const Ranges& hidden) {
    Ranges near;
    for (auto [first, last] : hidden)
      if (last > offset && first < offset + piece.size()) near.emplace_back(first, last);
    for (size_t at = 0; at < piece.size();) {
      auto secret = std::ranges::find_if(near, [&](const auto& range) {
        return range.first <= offset + at && offset + at < range.second;
      });
      if (secret != near.end()) {
        size_t end = std::min(piece.size(), secret->second - offset);
        append(end - at, mask, mask.size());
        at = end;
      } else {
        std::string_view character = piece.substr(at, character_length(piece.substr(at)));
        std::string text = shown(character);
        append(character.size(), text, columns_of(decode(text)));
        at += character.size();
      }
    }
    columns_.push_back(width_);
  }

  const std::string& text() const { return text_; }
  int column(size_t byte) const { return int(columns_[std::min(byte, columns_.size() - 1)]); }

 private:
  void append(size_t bytes, std::string_view text, size_t columns) {
    columns_.insert(columns_.end(), bytes, width_);
    text_ += text;
    width_ += columns;
  }

  std::string text_;
  std::vector<size_t> columns_;  ///< Of each byte, and of the end.
  size_t width_ = 0;
};

int characters(std::string_view text) {
  return int(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    size_t length = character_length(text);
    result += shown(text.substr(0, length));
    text.remove_prefix(length);
  }
  return result;
}

int Reporter::Source::line_of(size_t offset) const {
  auto after = std::ranges::upper_bound(line_starts, offset);
  return int(after - line_starts.begin()) - 1;
}

std::string_view Reporter::Source::line(int number) const {
  size_t begin = line_starts[size_t(number)];
  std::string_view rest = std::string_view(text).substr(begin);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

int Reporter::add_source(std::string name, std::string text) {
  Source source{std::move(name), std::move(text), {0}, {}};
  for (size_t i = 0; i < source.text.size(); ++i) {
    bool pair = source.text[i] == '\r' && i + 1 < source.text.size() && source.text[i + 1] == '\n';
    if (pair) ++i;
    if (source.text[i] == '\n' || source.text[i] == '\r') source.line_starts.push_back(i + 1);
  }
  sources_.push_back(std::move(source));
  return int(sources_.size()) - 1;
}

void Reporter::add(Code code, Span span, std::string message, std::string help) {
  if (entry_of(code).severity == Severity::error) errors_ = true;
  if (full()) return;
  Finding finding{code, span, for_terminal(message), for_terminal(help)};
  if (std::ranges::find(findings_, finding) == findings_.end())
    findings_.push_back(std::move(finding));
}

void Reporter::hide(Span span) {
  if (span.source < 0 || span.begin >= span.end) return;
  sources_[size_t(span.source)].hidden.emplace_back(span.begin, span.end);
}

Place Reporter::place(Span span) const {
  if (span.source < 0) return {};
  const Source& source = sources_[size_t(span.source)];
  int line = source.line_of(span.begin);
  size_t start = source.line_starts[size_t(line)];
  std::string_view before = std::string_view(source.text).substr(start, span.begin - start);
  return {source.name, line + 1, characters(before) + 1};
}

Diagnostic Reporter::show(const Finding& finding) const {
  Diagnostic result;
  result.code = finding.code;
  result.message = finding.message;
  result.help = finding.help;
  result.place = place(finding.span);
  if (finding.span.source < 0) return result;
  const Source& source = sources_[size_t(finding.span.source)];
  size_t start = source.line_starts[size_t(result.place.line - 1)];
  std::string_view line = source.line(result.place.line - 1);
  size_t begin = std::min(line.size(), finding.span.begin - start);
  size_t end = std::clamp(finding.span.end - start, begin, line.size());
  result.end_column =
      result.place.column + std::max(1, characters(line.substr(begin, end - begin)));
  auto [from, to] = window(line, begin);
  Excerpt excerpt(line.substr(from, to - from), start + from, source.hidden);
  result.line_text = (from > 0 ? "..." : "") + excerpt.text() + (to < line.size() ? "..." : "");
  result.caret = excerpt.column(begin - from) + (from > 0 ? 3 : 0);
  result.caret_width =
      std::max(1, excerpt.column(std::min(end, to) - from) - excerpt.column(begin - from));
  return result;
}

std::vector<Diagnostic> Reporter::finish() const {
  std::vector<Finding> sorted = findings_;
  std::ranges::stable_sort(sorted, {}, [](const Finding& finding) {
    return std::tuple(finding.span.source, finding.span.begin);
  });
  std::vector<Diagnostic> diagnostics;
  for (const Finding& finding : sorted) diagnostics.push_back(show(finding));
  if (full()) {
    Diagnostic last;
    last.code = Code::too_many;
    last.place.file = sources_.front().name;
    last.message = fmt::format("these are the first {} findings; there may be more", limit);
    last.help = "mend these and check again";
    diagnostics.push_back(last);
  }
  return diagnostics;
}

}  // namespace hikkoshi::move
