#include "traffic/haproxy_config.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

constexpr std::string_view begin_mark = "# >>> hikkoshi";
constexpr std::string_view end_mark = "# <<< hikkoshi";

using Words = std::vector<std::string>;

/// The words of a line, without quotes, escapes and comment (manual, section 2.2).
Words words_of(std::string_view line) {
  Words words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (escapes) {
      word += line[++i];
      inside = true;
    } else if (quote ? c == quote : c == '"' || c == '\'') {
      quote = quote ? 0 : c;
      inside = true;
    } else if (!quote && c == '#') {
      break;
    } else if (!quote && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
      if (inside) words.push_back(std::exchange(word, ""));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

/// Lines with their endings, so that joined they are the text again.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    size_t length = end == text.npos ? text.size() : end + 1;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

bool opens_section(const std::string& word) {
  static constexpr std::array kinds{
      "global",   "defaults",    "frontend",  "backend", "listen", "peers",      "resolvers",
      "mailers",  "userlist",    "program",   "cache",   "ring",   "fcgi-app",   "http-errors",
      "crt-list", "log-forward", "crt-store", "traces",  "acme",   "log-profile"};
  return std::find(kinds.begin(), kinds.end(), word) != kinds.end();
}

struct Section {
  std::string kind, name, from;
  size_t first = 0;          ///< Index of its header line.
  std::vector<Words> lines;  ///< From the header on; ours are empty.
};

struct Document {
  std::vector<Section> sections;
  bool marked = false;
};

Document read(const std::vector<std::string>& lines) {
  Document document;
  bool ours = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = trim(lines[i]);
    if (text.starts_with(begin_mark)) ours = document.marked = true;
    Words words = ours ? Words{} : words_of(lines[i]);
    if (text.starts_with(end_mark)) ours = false;
    if (!words.empty() && opens_section(words[0])) {
      Section section{words[0], words.size() > 1 ? words[1] : "", "", i, {}};
      for (size_t at = 1; at + 1 < words.size(); ++at)
        if (words[at] == "from") section.from = words[at + 1];
      if (section.name == "from") section.name.clear();
      document.sections.push_back(std::move(section));
    }
    if (!document.sections.empty()) document.sections.back().lines.push_back(std::move(words));
  }
  return document;
}

/// The settings of a proxy that `defaults` can give.
struct Settings {
  bool http = false;
  bool idle_close = false;
};

Settings settings_of(const Section& section, Settings settings) {
  for (const Words& words : section.lines) {
    if (words.size() >= 2 && words[0] == "mode") settings.http = words[1] == "http";
    auto option = std::find(words.begin(), words.end(), "option");
    if (option == words.end() || option + 1 == words.end()) continue;
    if (*(option + 1) == "idle-close-on-response") settings.idle_close = words[0] != "no";
  }
  return settings;
}

/// Resolves which `defaults` stand behind each section: the named one, else the last before it.
class Inheritance {
 public:
  Settings of(const Section& section) {
    Settings base;
    if (!section.from.empty())
      base = named_[section.from];
    else if (section.kind != "defaults")
      base = last_;
    Settings settings = settings_of(section, base);
    if (section.kind == "defaults") named_[section.name] = last_ = settings;
    return settings;
  }

 private:
  std::map<std::string, Settings> named_;
  Settings last_;
};

HaproxyFrontend frontend_of(const Section& section, const Settings& settings) {
  HaproxyFrontend frontend{section.name, settings.http, false, settings.idle_close, {}, false};
  for (const Words& words : section.lines) {
    if (words.size() < 2) continue;
    if (words[0] == "use_backend" || words[0] == "default_backend") {
      frontend.traffic = true;
      if (words[1].starts_with("%["))
        frontend.chooses = true;
      else
        frontend.backends.push_back(words[1]);
    } else if (words[0] == "server" || words[0] == "server-template") {
      frontend.traffic = true;
      frontend.backends.push_back(section.name);
    }
  }
  std::sort(frontend.backends.begin(), frontend.backends.end());
  auto end = std::unique(frontend.backends.begin(), frontend.backends.end());
  frontend.backends.erase(end, frontend.backends.end());
  return frontend;
}

/// How deep in `.if` blocks the section's lines are, against its header; the line on which the
/// block that holds the section ends, ends it for us too.
struct Extent {
  std::vector<int> depth;  ///< Before each line.
  size_t end = 0;          ///< One behind the last line that says something.
};

Extent extent_of(const Section& section) {
  Extent extent;
  int depth = 0;
  for (size_t i = 0; i < section.lines.size(); ++i) {
    const Words& words = section.lines[i];
    extent.depth.push_back(depth);
    if (words.empty()) continue;
    bool branch = words[0] == ".else" || words[0] == ".elif";
    if (depth == 0 && (branch || words[0] == ".endif")) break;
    if (words[0] == ".endif") --depth;
    if (words[0] == ".if") ++depth;
    // A block that opens here and holds the next section is not ours to stand in.
    if (depth == 0) extent.end = i + 1;
  }
  return extent;
}

/// Where to stand before the section's own rules: HAProxy warns of rules out of their order, and
/// with `zero-warning` refuses them, so the page stands before the first rule of its class.
size_t before_first(const Section& section, const Extent& extent,
                    std::initializer_list<std::string_view> rules) {
  size_t outside = extent.end;
  for (size_t i = 0; i < extent.end; ++i) {
    const Words& words = section.lines[i];
    if (extent.depth[i] == 0) outside = i;
    if (words.empty()) continue;
    if (std::find(rules.begin(), rules.end(), words[0]) != rules.end()) return outside;
  }
  return extent.end;
}

/// Our blocks by the index of the line that they stand before.
using Insertions = std::multimap<size_t, std::vector<std::string>>;

std::vector<std::string> page_rules(const std::string& prefix, const std::string& folder) {
  auto line = [&](std::string_view format) {
    return replace_all(replace_all(std::string(format), "PREFIX", prefix), "FOLDER", folder);
  };
  return {
      line("  acl PREFIX_page str(page),map(FOLDER/switch.map,off) -m str on"),
      line("  acl PREFIX_allowed src -f FOLDER/allow.lst"),
      line("  acl PREFIX_path str(paths),map(FOLDER/switch.map,all) -m str all"),
      line("  acl PREFIX_path path,url_dec -m beg -f FOLDER/paths.lst"),
      line("  acl PREFIX_host str(hosts),map(FOLDER/switch.map,all) -m str all"),
      line("  acl PREFIX_host req.hdr(host),regsub(:[0-9]+$,) -m str -i -f FOLDER/hosts.lst"),
      line("  # (The place of the hold gate: it would stand here, before the page.)"),
      line("  http-request use-service lua.hikkoshi_page if PREFIX_page !PREFIX_allowed "
           "PREFIX_path PREFIX_host"),
  };
}

std::vector<std::string> backend_section(const std::string& prefix, const std::string& folder,
                                         const std::string& from) {
  std::string map = fmt::format("map({}/switch.map)", folder);
  return {
      fmt::format("backend {}_forward{}", prefix, from.empty() ? "" : " from " + from),
      "  mode http",
      // Added once, whether the frontend adds it or not; an outer proxy's is kept.
      "  option forwardfor if-none",
      fmt::format("  http-request set-dst str(forward_host),{}", map),
      fmt::format("  http-request set-dst-port str(forward_port),{}", map),
      "  server other 0.0.0.0",
  };
}

/// A word that no name in the text begins with.
std::string free_prefix(const std::string& text) {
  std::string prefix = "hikkoshi";
  while (text.find(prefix + "_") != text.npos) prefix += "x";
  return prefix;
}

const Section& find_frontend(const Document& document, const std::string& name) {
  for (const Section& section : document.sections)
    if (section.name == name && (section.kind == "frontend" || section.kind == "listen"))
      return section;
  throw Error(Retry::never, fmt::format("the configuration has no frontend '{}'", name))
      .remedy("name the frontends of the moved services in `listen`");
}

void insert_rules(const Section& section, const std::string& prefix, const std::string& folder,
                  Insertions& insertions) {
  Extent extent = extent_of(section);
  size_t page =
      before_first(section, extent, {"http-request", "redirect", "use_backend", "use-server"});
  size_t forward = before_first(section, extent, {"use_backend", "use-server"});
  insertions.emplace(section.first + page, page_rules(prefix, folder));
  insertions.emplace(
      section.first + std::max(page, forward),
      std::vector{fmt::format("  use_backend {}_forward if {{ str(forward),map({}/switch.map,off) "
                              "-m str on }}",
                              prefix, folder)});
}

std::string joined(const std::vector<std::string>& lines, const Insertions& insertions) {
  bool crlf = !lines.empty() && lines[0].ends_with("\r\n");
  std::string ending = crlf ? "\r\n" : "\n";
  std::string text;
  for (size_t i = 0; i <= lines.size(); ++i) {
    auto [from, to] = insertions.equal_range(i);
    for (auto block = from; block != to; ++block) {
      if (!text.empty() && text.back() != '\n') text += ending;
      text += fmt::format("{}: for a move; `hikkoshi finish` takes it away{}", begin_mark, ending);
      for (const std::string& line : block->second) text += line + ending;
      text += fmt::format("{}{}", end_mark, ending);
    }
    if (i < lines.size()) text += lines[i];
  }
  return text;
}

}  // namespace

HaproxySetup read_haproxy_config(std::string_view text) {
  Document document = read(lines_of(text));
  HaproxySetup setup;
  setup.marked = document.marked;
  Inheritance inheritance;
  for (const Section& section : document.sections) {
    Settings settings = inheritance.of(section);
    if (section.kind == "backend") setup.backends.push_back(section.name);
    if (section.kind == "global")
      for (const Words& words : section.lines)
        if (!words.empty() && words[0] == "hard-stop-after") setup.hard_stop = true;
    if (section.kind != "frontend" && section.kind != "listen") continue;
    setup.frontends.push_back(frontend_of(section, settings));
    const auto& own = setup.frontends.back().backends;
    if (std::find(own.begin(), own.end(), section.name) != own.end() && section.kind == "listen")
      setup.backends.push_back(section.name);
  }
  return setup;
}

std::string with_rules(const std::string& text, const HaproxyRules& rules) {
  std::vector<std::string> lines = lines_of(text);
  Document document = read(lines);
  if (document.marked)
    throw Error(Retry::never, "the configuration has rules of Hikkoshi's already",
                Exit::needs_human);
  HaproxySetup setup = read_haproxy_config(text);
  for (const HaproxyFrontend& frontend : setup.frontends) {
    bool wanted = std::find(rules.frontends.begin(), rules.frontends.end(), frontend.name) !=
                  rules.frontends.end();
    if (wanted && !frontend.http)
      throw Error(Retry::never, fmt::format("frontend '{}' is not in mode http", frontend.name))
          .remedy("only HTTP frontends can show a page");
  }
  std::string prefix = free_prefix(text);
  Insertions insertions;
  insertions.emplace(
      0, std::vector<std::string>{"global", "  lua-load " + rules.folder + "/page.lua"});
  const Section* first = nullptr;
  for (const std::string& name : rules.frontends) {
    const Section& section = find_frontend(document, name);
    insert_rules(section, prefix, rules.folder, insertions);
    if (!first || section.first < first->first) first = &section;
  }
  if (!first) throw Error(Retry::never, "the configuration has no HTTP frontend with backends");
  insertions.emplace(first->first + extent_of(*first).end,
                     backend_section(prefix, rules.folder, first->from));
  return joined(lines, insertions);
}

}  // namespace hikkoshi::traffic
