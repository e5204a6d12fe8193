#include "move/yaml.h"

#include <memory>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <libfyaml.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::move {

namespace {

/// Position of the first byte that is no UTF-8 (RFC 3629), or of the first NUL.
std::optional<size_t> first_bad_byte(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead == 0 || length == 0 || lead > 0xf4 || i + length > text.size()) return i;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    if (overlong || outside) return i;
    i += length;
  }
  return {};
}

/// Position of the first line that is a YAML directive: none is of use here, and the library needs
/// quadratic time for long ones.
std::optional<size_t> first_directive(std::string_view text, size_t skip) {
  for (size_t at = text.find('%', skip); at != std::string_view::npos; at = text.find('%', at + 1))
    if (at == skip || text[at - 1] == '\n' || text[at - 1] == '\r') return at;
  return {};
}

/// Position of the pair of single quotes that is one too many: the library needs quadratic time for
/// those of one text.
std::optional<size_t> excessive_quotes(std::string_view text) {
  constexpr int most = 20'000;
  int pairs = 0;
  for (size_t at = text.find("''"); at != std::string_view::npos; at = text.find("''", at + 2))
    if (++pairs > most) return at;
  return {};
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

class YamlReader {
 public:
  YamlReader(Reporter& reporter, int source, size_t skip, Tree& tree)
      : reporter_(reporter), source_(source), skip_(skip), tree_(tree) {
    fy_diag_cfg settings;
    fy_diag_cfg_default(&settings);
    settings.fp = nullptr;
    diag_.reset(fy_diag_create(&settings));
    HIKKOSHI_ASSERT(diag_ != nullptr);
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg options{};
    options.flags = fy_parse_cfg_flags(FYPCF_QUIET | FYPCF_COLLECT_DIAG);
    options.diag = diag_.get();
    parser_.reset(fy_parser_create(&options));
    HIKKOSHI_ASSERT(parser_ != nullptr);
    const std::string& text = reporter.text(source);
    fy_parser_set_string(parser_.get(), text.data() + skip, text.size() - skip);
  }

  const Node* read() {
    const Node* root = nullptr;
    int documents = 0;
    while (!stopped_) {
      Event event = next();
      if (!event) break;
      if (event->type == FYET_DOCUMENT_START) {
        if (++documents > 1) {
          report_second_document(event.get());
          break;
        }
        root = read_node(next(), 1, end_of_text());
      }
    }
    report_errors();
    return broken_ ? nullptr : root;
  }

 private:
  struct EventFree {
    fy_parser* parser = nullptr;
    void operator()(fy_event* event) const { fy_parser_event_free(parser, event); }
  };
  using Event = std::unique_ptr<fy_event, EventFree>;

  Event next() { return Event(fy_parser_parse(parser_.get()), EventFree{parser_.get()}); }

  Span span(const fy_mark* begin, const fy_mark* end) const {
    return {source_, begin->input_pos + skip_, end->input_pos + skip_};
  }
  Span span(fy_token* token) const {
    return span(fy_token_start_mark(token), fy_token_end_mark(token));
  }
  Span end_of_text() const {
    size_t end = reporter_.text(source_).size();
    return {source_, end, end};
  }

  /// Where the event stands; a value that is not written stands at `place`.
  Span span(fy_event* event, Span place) const {
    if (event->type == FYET_SCALAR || event->type == FYET_ALIAS) {
      fy_token* token = event->type == FYET_SCALAR ? event->scalar.value : event->alias.anchor;
      if (token && fy_token_start_mark(token)) return span(token);
      if (fy_token* tag = fy_event_get_tag_token(event)) return span(tag);
      return place;
    }
    const fy_mark* begin = fy_event_start_mark(event);
    return begin ? span(begin, fy_event_end_mark(event)) : place;
  }

  static std::string text_of(fy_token* token) {
    size_t size = 0;
    const char* text = token ? fy_token_get_text(token, &size) : nullptr;
    return text ? std::string(text, size) : std::string();
  }

  /// One line in single quotes is read here: libfyaml 0.7.12 leaks memory for its pairs of quotes.
  std::string scalar_text(fy_token* token) const {
    if (!token || fy_token_scalar_style(token) != FYSS_SINGLE_QUOTED) return text_of(token);
    Span inner = span(token);
    std::string raw = reporter_.text(source_).substr(inner.begin, inner.end - inner.begin);
    if (raw.find_first_of("\r\n") != std::string::npos) return text_of(token);
    return replace_all(std::move(raw), "''", "'");
  }

  void stop(Code code, Span place, std::string message, std::string help) {
    if (!stopped_) reporter_.add(code, place, std::move(message), std::move(help));
    stopped_ = broken_ = true;
  }

  /// The value that begins with `event`; null only when the reading has ended. `place` is where to
  /// point when the value is not written.
  const Node* read_node(Event event, int depth, Span place) {
    if (stopped_ || !event) return nullptr;
    Span here = span(event.get(), place);
    if (depth > deepest_nesting) {
      stop(Code::too_deep, here, fmt::format("values are nested deeper than {}", deepest_nesting),
           "no field of a move file stands that deep");
      return nullptr;
    }
    if (++read_ > largest_tree) return too_many(here);
    if (event->type == FYET_ALIAS) return resolve(event.get(), here);
    Node node;
    node.span = here;
    node.tag = text_of(fy_event_get_tag_token(event.get()));
    std::string anchor = text_of(fy_event_get_anchor_token(event.get()));
    if (event->type == FYET_SCALAR) {
      node.text = scalar_text(event->scalar.value);
      node.plain = !event->scalar.value || fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
    } else if (event->type == FYET_SEQUENCE_START) {
      node.kind = Node::Kind::sequence;
      read_items(node, depth);
    } else if (event->type == FYET_MAPPING_START) {
      node.kind = Node::Kind::mapping;
      read_entries(node, depth);
    } else {
      return nullptr;
    }
    if (stopped_) return nullptr;
    if (node.weight > largest_tree) return too_many(here);
    Node& kept = tree_.add(std::move(node));
    if (!anchor.empty()) anchors_[anchor] = &kept;
    return &kept;
  }

  const Node* too_many(Span place) {
    stop(Code::too_large, place,
         fmt::format("the file holds more than {} values, aliases included", largest_tree),
         "no move needs that many; look for aliases of aliases");
    return nullptr;
  }

  const Node* resolve(fy_event* event, Span here) {
    auto found = anchors_.find(text_of(event->alias.anchor));
    if (found != anchors_.end()) return found->second;
    stop(Code::bad_alias, here, "the alias has no anchor that was completed before it",
         "write &NAME in front of a value above, or write the value again");
    return nullptr;
  }

  void read_items(Node& node, int depth) {
    for (;;) {
      Event event = next();
      if (!event || event->type == FYET_SEQUENCE_END) return;
      const Node* item = read_node(std::move(event), depth + 1, node.span);
      if (!item) return;
      node.items.push_back(item);
      node.weight += item->weight;
    }
  }

  void read_entries(Node& node, int depth) {
    std::unordered_map<std::string, Span> seen;
    for (;;) {
      Event event = next();
      if (!event || event->type == FYET_MAPPING_END) return;
      const Node* key = read_node(std::move(event), depth + 1, node.span);
      const Node* value = key ? read_node(next(), depth + 1, key->span) : nullptr;
      if (!value) return;
      if (!key->is(Node::Kind::scalar) || !key->tag.empty() || key->is_null()) {
        report_key(*key, *value);
        continue;
      }
      auto [first, is_new] = seen.emplace(key->text, key->span);
      if (!is_new) {
        hide(reporter_, *value);  // Nobody will ask whether it is a secret.
        reporter_.add(Code::duplicate_key, key->span,
                      fmt::format("the key '{}' is given twice", key->text),
                      fmt::format("it was first given on line {}; remove one of them",
                                  reporter_.place(first->second).line));
        continue;
      }
      node.entries.push_back({key->text, key->span, value});
      node.weight += value->weight;
    }
  }

  void report_key(const Node& key, const Node& value) {
    hide(reporter_, key);  // As with a key that is given twice.
    hide(reporter_, value);
    // `x: {{ a }}` is YAML for mappings as keys; in a move file it is a template without quotes.
    bool braces = key.is(Node::Kind::mapping) && value.is_null();
    reporter_.add(Code::bad_key, key.span, "a key must be a plain word",
                  braces ? "quote a template: \"{{ databases.main.host }}\"" : "");
  }

  void report_second_document(fy_event* event) {
    fy_token* start = event->document_start.document_start;
    Span place = start && fy_token_start_mark(start) ? span(start) : end_of_text();
    stop(Code::several_documents, place, "a second YAML document begins here",
         "a move file is one document; put overlays into files of their own (--overlay)");
  }

  void report_errors() {
    void* state = nullptr;
    fy_diag_error* error = fy_diag_errors_iterate(diag_.get(), &state);
    bool failed = error || fy_parser_get_stream_error(parser_.get());
    if (failed) broken_ = true;
    if (!failed || stopped_) return;
    Span place = end_of_text();
    std::string message = error && error->msg ? error->msg : "the text is not YAML";
    const fy_mark* mark = error && error->fyt ? fy_token_start_mark(error->fyt) : nullptr;
    if (mark) place = span(error->fyt);
    place = on_text(place);
    reporter_.add(Code::syntax, place, message, syntax_help(message));
  }

  /// The end of a text is of no use to a reader: there, the last thing that is written.
  Span on_text(Span place) const {
    std::string_view text = reporter_.text(source_);
    size_t last = text.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos || place.begin <= last) return place;
    return {source_, last, last + 1};
  }

  static std::string syntax_help(std::string_view message) {
    auto says = [&](std::string_view part) {
      return message.find(part) != std::string_view::npos;
    };
    if (says("tab character")) return "indent with spaces";
    if (says("quoted scalar")) return "look for a quote that is not closed";
    if (says("flow")) return "look for a missing ',', '}' or ']' on this line or above";
    return "quote values that hold : # { } [ ] or begin with a sign";
  }

  struct DiagFree {
    void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
  };
  struct ParserFree {
    void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
  };

  Reporter& reporter_;
  int source_;
  size_t skip_;
  Tree& tree_;
  std::unique_ptr<fy_diag, DiagFree> diag_;
  std::unique_ptr<fy_parser, ParserFree> parser_;
  std::unordered_map<std::string, const Node*> anchors_;
  size_t read_ = 0;
  bool stopped_ = false, broken_ = false;
};

}  // namespace

const Node* read_yaml(Reporter& reporter, int source, Tree& tree) {
  const std::string& text = reporter.text(source);
  Span start{source, 0, 0};
  if (is_utf16(text)) {
    reporter.add(Code::unreadable, start, "the file is UTF-16", "save it as UTF-8");
    return nullptr;
  }
  if (text.size() > largest_file) {
    reporter.add(
        Code::too_large, start,
        fmt::format("the file has {} bytes; at most {} are read", text.size(), largest_file));
    return nullptr;
  }
  size_t skip = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  if (auto bad = first_bad_byte(text)) {
    bool nul = text[*bad] == '\0';
    reporter.add(Code::unreadable, {source, *bad, *bad},
                 nul ? "the file holds a NUL byte" : "the file is not UTF-8 text here",
                 "save it as UTF-8 text");
    return nullptr;
  }
  if (auto directive = first_directive(text, skip)) {
    reporter.add(Code::syntax, {source, *directive, *directive + 1},
                 "a line begins with '%', as YAML directives do", "move files have no directives");
    return nullptr;
  }
  if (auto quotes = excessive_quotes(text)) {
    reporter.add(Code::too_large, {source, *quotes, *quotes + 2},
                 "the file holds more pairs of single quotes than any move needs",
                 "look for a text that was quoted again and again");
    return nullptr;
  }
  return YamlReader(reporter, source, skip, tree).read();
}

}  // namespace hikkoshi::move
