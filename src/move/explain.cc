#include "move/explain.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "move/pages.h"

namespace hikkoshi::move {

namespace {

const std::vector<Page>& library() {
  static const std::vector<Page> all = [] {
    std::vector<Page> joined;
    for (auto part : {pages_of_text(), pages_of_values(), pages_of_relations()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return all;
}

std::string indented(std::string_view text) {
  std::string result;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) result += "    " + line + "\n";
  return result;
}

/// Lines of at most `width` characters, broken at spaces.
std::string wrapped(std::string_view text, size_t width = 88) {
  std::string result, line;
  for (const std::string& word : split(text, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      result += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return result + line + "\n";
}

}  // namespace

std::vector<Page> pages() {
  return library();
}

const Page& page_of(Code code) {
  auto found = std::ranges::find(library(), code, &Page::code);
  HIKKOSHI_ASSERT(found != library().end());
  return *found;
}

std::optional<Code> code_numbered(std::string_view number) {
  std::string upper(number);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  auto found = std::ranges::find(codes(), std::string_view(upper), &CodeEntry::number);
  if (found == codes().end()) return {};
  return found->code;
}

std::string explain(Code code) {
  const CodeEntry& entry = entry_of(code);
  const Page& page = page_of(code);
  std::string text = fmt::format("{} ({}): {}\n\n{}", entry.number, to_string(entry.severity),
                                 entry.meaning, wrapped(page.cause));
  if (!page.wrong.empty())
    text += fmt::format("\nWrong:\n\n{}\nRight:\n\n{}", indented(page.wrong), indented(page.right));
  return text + fmt::format("\n{}", wrapped(fmt::format("What to do: {}", page.remedy)));
}

Json explain_as_json(Code code) {
  const CodeEntry& entry = entry_of(code);
  const Page& page = page_of(code);
  return Json{{"code", entry.number},     {"severity", to_string(entry.severity)},
              {"meaning", entry.meaning}, {"cause", page.cause},
              {"wrong", page.wrong},      {"right", page.right},
              {"remedy", page.remedy}};
}

std::string explain_all() {
  std::string text;
  for (const Page& page : library()) {
    const CodeEntry& entry = entry_of(page.code);
    text += fmt::format("\n## {}\n\n{} ({}). {}\n", entry.number,
                        entry.meaning.substr(0, entry.meaning.size() - 1),
                        to_string(entry.severity), page.cause);
    if (!page.wrong.empty())
      text += fmt::format("\nWrong:\n\n```yaml\n{}```\n\nRight:\n\n```yaml\n{}```\n", page.wrong,
                          page.right);
    text += fmt::format("\n{}\n", page.remedy);
  }
  return text;
}

}  // namespace hikkoshi::move
