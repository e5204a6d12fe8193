#include "move/validate.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/secret.h"
#include "base/text.h"
#include "move/fields.h"
#include "move/values.h"

namespace hikkoshi::move {

namespace {

constexpr std::string_view secret_tag = "!secret";

std::string shortened(std::string_view key) {
  constexpr size_t longest = 40;
  return key.size() > longest ? std::string(key.substr(0, longest)) + "..." : std::string(key);
}

bool sounds_secret(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"pass", "pwd", "secret", "token", "tsig", "credential", "apikey",
                           "api_key", "access_key", "private_key"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

bool is_reference(const Node& node) {
  return node.is(Node::Kind::scalar) && node.tag == secret_tag &&
         secret_reference_fault(node.text).empty();
}

class Validator {
 public:
  explicit Validator(Reporter& reporter) : reporter_(reporter) {}

  /// A mapping with the fields of `schema`; `place` is where to say what it lacks.
  void fields_of(const Node& node, const FieldNode& schema, Span place) {
    if (reporter_.full()) return;
    for (const Entry& entry : node.entries) {
      const FieldNode* child = schema.child(entry.key);
      if (child)
        field(entry, *child);
      else
        unknown(entry, schema);
    }
    missing(node, schema, place);
    product(node, schema, place);
  }

 private:
  void field(const Entry& entry, const FieldNode& schema) {
    const Field& field = *schema.field;
    if (field.presence == Presence::later) {
      later(entry, field);
      if (field.type == Type::mapping) return;
    }
    const Node& node = *entry.value;
    if (node.is_null() && field.shape == Shape::named) return none(entry, field);
    if (node.is_null()) {
      reporter_.add(Code::no_value, entry.key_span, fmt::format("'{}' has no value", entry.key),
                    fmt::format("give it {}, or leave the key out", article(field)));
      return;
    }
    switch (field.shape) {
      case Shape::one:
        return value(node, schema, entry.key_span, fmt::format("'{}'", entry.key));
      case Shape::list:
        return items(node, schema, entry);
      case Shape::named:
        return named(node, schema, entry);
    }
  }

  static std::string article(const Field& field) {
    if (field.type == Type::mapping) return "fields";
    return fmt::format("a value ({}{})", to_string(field.type),
                       field.example.empty() ? "" : fmt::format(", for example {}", field.example));
  }

  void later(const Entry& entry, const Field& field) {
    std::string reason = entry.key == "mysql"
                             ? "MySQL is refused until it can be tested; MariaDB can be moved"
                             : fmt::format("this version knows: {}", products_beside(field));
    reporter_.add(Code::unsupported, entry.key_span,
                  fmt::format("'{}' is not supported by this version", entry.key), reason);
  }

  static std::string products_beside(const Field& field) {
    std::string_view parent = field.path.substr(0, field.path.rfind('.'));
    std::vector<std::string> found;
    for (const Field& other : move::fields())
      if (other.presence == Presence::product &&
          other.path.substr(0, other.path.rfind('.')) == parent)
        found.emplace_back(key_of(other));
    return found.empty() ? "nothing of this kind yet" : join(found, ", ");
  }

  bool wrong_shape(const Node& node, Node::Kind wanted, std::string_view what, std::string help) {
    if (node.is(wanted)) return false;
    std::string_view name = wanted == Node::Kind::mapping    ? "a mapping"
                            : wanted == Node::Kind::sequence ? "a list"
                                                             : "a single value";
    reporter_.add(Code::wrong_type, node.span,
                  fmt::format("{} must be {}, not {}", what, name, describe(node)),
                  std::move(help));
    return true;
  }

  /// A list or names without an entry.
  void none(const Entry& entry, const Field& field) {
    if (field.presence == Presence::required)
      reporter_.add(Code::empty_list, entry.key_span,
                    fmt::format("'{}' needs at least one entry", entry.key));
  }

  void items(const Node& node, const FieldNode& schema, const Entry& entry) {
    const Field& field = *schema.field;
    tag(node, false);
    if (wrong_shape(node, Node::Kind::sequence, fmt::format("'{}'", entry.key),
                    field.example.empty() ? "" : fmt::format("for example {}", field.example)))
      return;
    if (node.items.empty()) none(entry, field);
    std::map<std::string_view, Span> seen;
    for (const Node* item : node.items) {
      if (reporter_.full()) return;
      value(*item, schema, item->span, fmt::format("an entry of '{}'", entry.key));
      // Equal rungs of a ladder are told of by its order.
      if (field.type == Type::mapping || field.type == Type::duration ||
          !item->is(Node::Kind::scalar))
        continue;
      if (!seen.emplace(item->text, item->span).second)
        reporter_.add(Code::listed_twice, item->span,
                      fmt::format("'{}' is listed twice", shortened(item->text)),
                      "remove one of them");
    }
  }

  void named(const Node& node, const FieldNode& schema, const Entry& entry) {
    tag(node, false);
    if (wrong_shape(node, Node::Kind::mapping, fmt::format("'{}'", entry.key), "")) return;
    if (node.entries.empty()) none(entry, *schema.field);
    for (const Entry& one : node.entries) {
      if (reporter_.full()) return;
      if (schema.field->type == Type::value)
        setting(one);
      else if (!is_name(one.key))
        reporter_.add(Code::bad_name, one.key_span,
                      fmt::format("'{}' is not a name", shortened(one.key)),
                      "names are letters, digits, '-' and '_', at most 63, and begin with no sign");
      value(*one.value, schema, one.key_span, fmt::format("'{}'", shortened(one.key)));
    }
  }

  /// KEY: VALUE of a service's configuration file.
  void setting(const Entry& one) {
    bool word = !one.key.empty() && std::ranges::all_of(one.key, [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '.';
    });
    if (!word || std::isdigit(static_cast<unsigned char>(one.key.front())))
      reporter_.add(Code::bad_name, one.key_span,
                    fmt::format("'{}' is not a key of a dotenv file", shortened(one.key)),
                    "keys are letters, digits and '_', and begin with no digit");
    const Node& node = *one.value;
    bool literal = node.is(Node::Kind::scalar) && !node.is_null() && node.tag.empty() &&
                   node.text.find("{{") == std::string::npos;
    if (!sounds_secret(one.key) || !literal) return;
    reporter_.hide(node.span);
    reporter_.add(Code::looks_secret, one.key_span,
                  fmt::format("the value of '{}' looks like a secret", shortened(one.key)),
                  "a key that is not listed keeps its value; leave secrets in the file itself");
  }

  /// One value of the field, `place` its key or itself, `what` its name in messages.
  void value(const Node& node, const FieldNode& schema, Span place, std::string_view what) {
    const Field& field = *schema.field;
    if (node.is_null() && field.type != Type::mapping) {
      reporter_.add(Code::no_value, place, "a value is missing here",
                    fmt::format("give it {}", article(field)));
      return;
    }
    if (field.type == Type::secret) return secret(node, field, place, what);
    tag(node, field.type != Type::mapping);
    if (field.type == Type::mapping) {
      bool word = node.is(Node::Kind::scalar) && !field.choices.empty();
      if (word && node.text == field.choices) return;
      std::string help = field.choices.empty()
                             ? ""
                             : fmt::format("it takes fields, or the word {}", field.choices);
      if (node.is_null()) return fields_of(node, schema, place);
      if (!wrong_shape(node, Node::Kind::mapping, what, help)) fields_of(node, schema, place);
      return;
    }
    if (wrong_shape(
            node, Node::Kind::scalar, what,
            field.type == Type::value ? "quote a template: \"{{ databases.main.host }}\"" : ""))
      return;
    if (auto fault = fault_of(field, node.text))
      reporter_.add(fault->code, node.span, fault->message, fault->help);
  }

  void secret(const Node& node, const Field& field, Span place, std::string_view what) {
    if (!is_reference(node)) hide(reporter_, node);
    if (wrong_shape(node, Node::Kind::scalar, what, "write !secret env:NAME")) return;
    Span span = node.text.empty() ? place : node.span;
    bool reference = node.text.starts_with("env:") || node.text.starts_with("file:") ||
                     node.text.starts_with("age:") || node.text.starts_with("aws-sm:");
    if (!reference) {
      reporter_.add(Code::secret_literal, span,
                    fmt::format("'{}' must be a reference to a secret, never the secret itself",
                                key_of(field)),
                    "write !secret env:NAME, file:PATH or age:PATH, and change the secret if this "
                    "file was shared");
      return;
    }
    if (node.tag != secret_tag)
      reporter_.add(Code::secret_reference, span,
                    fmt::format("the reference in '{}' needs the tag !secret", key_of(field)),
                    "write !secret in front of it");
    else if (std::string fault = secret_reference_fault(node.text); !fault.empty())
      reporter_.add(Code::secret_reference, span, fault);
  }

  void tag(const Node& node, bool scalar) {
    if (node.tag.empty()) return;
    if (node.tag == secret_tag)
      reporter_.add(Code::secret_elsewhere, node.span, "no secret belongs here",
                    scalar ? "secrets stand only in the fields made for them" : "");
    else
      reporter_.add(Code::unexpected_tag, node.span,
                    fmt::format("the tag '{}' is not used in move files", shortened(node.tag)),
                    "the only tag is !secret");
  }

  void unknown(const Entry& entry, const FieldNode& schema) {
    std::string near = nearest(entry.key, schema.keys);
    const FieldNode* meant = near.empty() ? nullptr : schema.child(near);
    bool secret = sounds_secret(entry.key) || (meant && meant->field->type == Type::secret);
    if (secret && !is_reference(*entry.value)) hide(reporter_, *entry.value);
    reporter_.add(Code::unknown_key, entry.key_span,
                  fmt::format("unknown key '{}'", shortened(entry.key)),
                  near.empty() ? "known here: " + join(schema.keys, ", ")
                               : fmt::format("did you mean '{}'?", near));
  }

  void missing(const Node& node, const FieldNode& schema, Span place) {
    for (const std::string& key : schema.keys) {
      const Field& field = *schema.child(key)->field;
      if (field.presence != Presence::required || node.find(key)) continue;
      reporter_.add(Code::missing_field, place, fmt::format("'{}' is missing", key),
                    field.example.empty() ? std::string(field.meaning)
                                          : fmt::format("for example {}: {}", key, field.example));
    }
  }

  void product(const Node& node, const FieldNode& schema, Span place) {
    std::vector<std::string> offered;
    const Entry* first = nullptr;
    bool any = false;
    for (const std::string& key : schema.keys) {
      Presence presence = schema.child(key)->field->presence;
      if (presence != Presence::product && presence != Presence::later) continue;
      any = true;
      if (presence == Presence::product) offered.push_back(key);
      const Entry* entry = node.find(key);
      if (entry && first)
        reporter_.add(Code::product_choice, entry->key_span,
                      fmt::format("'{}' and '{}' cannot both be given", first->key, key),
                      "keep the one that it is");
      if (entry) first = entry;
    }
    if (any && !first)
      reporter_.add(Code::product_choice, place, "it is not said what product this is",
                    offered.empty() ? "" : fmt::format("give one of: {}", join(offered, ", ")));
  }

  Reporter& reporter_;
};

}  // namespace

void validate(const Node& root, Reporter& reporter) {
  if (!root.is(Node::Kind::mapping)) {
    reporter.add(Code::wrong_type, root.span,
                 fmt::format("a move file is a mapping, not {}", describe(root)),
                 "begin with move: NAME");
    return;
  }
  if (!root.tag.empty())
    reporter.add(Code::unexpected_tag, root.span, "a move file as a whole has no tag");
  Span start{root.span.source, root.span.begin, root.span.begin};
  Validator(reporter).fields_of(root, field_tree(), start);
}

void hide_seeming_secrets(Reporter& reporter, int source) {
  std::string_view text = reporter.text(source);
  for (size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    size_t begin = colon;
    while (begin > 0 &&
           (std::isalnum(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '_'))
      --begin;
    std::string_view key = text.substr(begin, colon - begin);
    if (key != "key" && !sounds_secret(key)) continue;
    size_t end = std::min(text.find_first_of("\r\n", colon), text.size());
    std::string_view value = trim(text.substr(colon + 1, end - colon - 1));
    std::string_view after = value.starts_with(secret_tag) ? trim(value.substr(7)) : value;
    bool reference = after.starts_with("env:") || after.starts_with("file:");
    if (!reference && !value.empty())
      reporter.hide({source, size_t(value.data() - text.data()), end});
  }
}

}  // namespace hikkoshi::move
