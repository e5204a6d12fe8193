#include "move/template.h"

#include "base/text.h"

namespace hikkoshi::move {

Template parse_template(std::string_view text) {
  Template result;
  size_t at = 0;
  while (at < text.size()) {
    size_t open = text.find("{{", at);
    if (open != at) {
      size_t end = open == std::string_view::npos ? text.size() : open;
      result.parts.push_back({std::string(text.substr(at, end - at)), "", "", "", at, end});
      at = end;
      continue;
    }
    size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      result.fault = "'{{' has no '}}' after it";
      return result;
    }
    std::string_view inside = trim(text.substr(open + 2, close - open - 2));
    std::vector<std::string> words = split(inside, '.');
    if (words.size() != 3 || words[0].empty() || words[1].empty() || words[2].empty()) {
      result.fault = "a template is {{ databases.NAME.host }}";
      return result;
    }
    result.parts.push_back({"", words[0], words[1], words[2], open, close + 2});
    at = close + 2;
  }
  return result;
}

std::vector<std::string> template_fields(std::string_view kind) {
  if (kind == "databases") return {"host", "port", "schemas"};
  if (kind == "buckets") return {"url"};
  return {};
}

}  // namespace hikkoshi::move
