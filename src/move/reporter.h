// Gathers the findings of one reading: knows the texts, turns offsets into places and lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "move/diagnostic.h"

namespace hikkoshi::move {

/// A stretch of one text, in bytes; `source` is what `add_source` gave, -1 for none.
struct Span {
  int source = -1;
  size_t begin = 0, end = 0;

  bool operator==(const Span&) const = default;
};

/// Text as a terminal may show it: control characters, also those that turn the direction of
/// writing, and bytes that are no UTF-8 become '?'; a tab becomes a space.
std::string for_terminal(std::string_view text);

/// Not thread-safe; one for each reading.
class Reporter {
 public:
  static constexpr size_t limit =
      100;  ///< Findings kept; then one more says that there may be others.

  /// Keeps a copy of the text. Gives the number that spans carry.
  int add_source(std::string name, std::string text);
  const std::string& text(int source) const { return sources_[size_t(source)].text; }
  int source_count() const { return int(sources_.size()); }

  void add(Code code, Span span, std::string message, std::string help = "");

  /// These bytes are never shown: they are, or may be, a secret.
  void hide(Span span);

  /// No further finding will be kept: further search is useless.
  bool full() const { return findings_.size() >= limit; }
  bool has_errors() const { return errors_; }

  Place place(Span span) const;

  /// Everything found, in the order of files and lines, none twice.
  std::vector<Diagnostic> finish() const;

 private:
  struct Source {
    std::string name, text;
    std::vector<size_t> line_starts;
    std::vector<std::pair<size_t, size_t>> hidden;

    int line_of(size_t offset) const;  ///< From 0.
    std::string_view line(int number) const;
  };
  struct Finding {
    Code code;
    Span span;
    std::string message, help;

    bool operator==(const Finding&) const = default;
  };

  Diagnostic show(const Finding& finding) const;

  std::vector<Source> sources_;
  std::vector<Finding> findings_;
  bool errors_ = false;
};

}  // namespace hikkoshi::move
