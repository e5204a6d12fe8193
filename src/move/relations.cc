#include "move/relations.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"
#include "move/cycles.h"
#include "move/template.h"
#include "move/values.h"

namespace hikkoshi::move {

namespace {

const std::vector<Entry>& entries(const Node* node) {
  static const std::vector<Entry> none;
  return node ? node->entries : none;
}

const std::vector<const Node*>& items(const Node* node) {
  static const std::vector<const Node*> none;
  return node ? node->items : none;
}

class Relations {
 public:
  Relations(const Move& move, const Node& root, Reporter& reporter)
      : move_(move), root_(root), reporter_(reporter), zones_(move.old_side.zones) {}

  void check() {
    for (Side side : {Side::old_side, Side::new_side}) {
      hosts(side);
      balancers(side);
      databases(side);
    }
    zones();
    schemas();
    shared_names();
    for (const Entry& entry : entries(at(&root_, {"services"})))
      if (entry.value->is(Node::Kind::mapping)) service(entry);
    circles(at(&root_, {"services"}), "uses", "'uses' leads in a circle");
  }

 private:
  const Node* part(Side side, std::string_view key) const {
    return at(&root_, {to_string(side), key});
  }

  /// The host that `node` names must be one of the side's.
  void host(const Node* node, Side side) {
    if (!is_lookup(node)) return;
    const auto& known = move_.side(side).hosts;
    if (!known.contains(node->text))
      report_dangling(reporter_, *node, fmt::format("host of {}", to_string(side)),
                      names_of(known));
  }

  void hosts(Side side) {
    for (const Entry& entry : entries(part(side, "hosts"))) host(at(entry.value, {"via"}), side);
    circles(part(side, "hosts"), "via", "'via' leads in a circle");
  }

  void balancers(Side side) {
    for (const Entry& entry : entries(part(side, "balancers")))
      host(at(entry.value, {"haproxy", "host"}), side);
  }

  void databases(Side side) {
    for (const Entry& entry : entries(part(side, "databases"))) {
      host(at(entry.value, {"via"}), side);
      host(at(entry.value, {"options", "host"}), side);
    }
  }

  /// `key` of each entry of `things` names others of them, one or a list.
  void circles(const Node* things, std::string_view key, std::string_view message) {
    References references;
    std::map<std::string, const Node*> values;
    for (const Entry& entry : entries(things)) {
      const Node* value = at(entry.value, {key});
      if (!value) continue;
      values[entry.key] = value;
      auto& targets = references[entry.key];
      if (is_lookup(value)) targets.push_back(value->text);
      for (const Node* item : value->items)
        if (is_lookup(item)) targets.push_back(item->text);
    }
    for (const std::vector<std::string>& circle : cycles(references)) {
      const Node* value = values.at(circle.front());
      const std::string& next = circle.size() > 1 ? circle[1] : circle[0];
      auto named = std::ranges::find(value->items, next, &Node::text);
      reporter_.add(
          Code::cycle, named == value->items.end() ? value->span : (*named)->span,
          fmt::format("{}: {} -> {}", message, join(shortened(circle), " -> "), circle.front()),
          "take one of these references away");
    }
  }

  static std::vector<std::string> shortened(std::vector<std::string> names) {
    constexpr size_t most = 8;
    if (names.size() > most) {
      names.resize(most);
      names.push_back("...");
    }
    return names;
  }

  void zones() {
    for (const Entry& entry : entries(part(Side::old_side, "zones")))
      if (move_.old_side.zones.at(entry.key).same)
        reporter_.add(Code::bad_same, entry.value->span, "OLD's zone cannot be 'same'",
                      "describe the zone here, and write 'same' on NEW");
    for (const Entry& entry : entries(part(Side::new_side, "zones")))
      if (move_.new_side.zones.at(entry.key).same && !move_.old_side.zones.contains(entry.key))
        reporter_.add(Code::bad_same, entry.value->span,
                      fmt::format("there is no zone '{}' on OLD to be the same as", entry.key),
                      suggestion(entry.key, names_of(move_.old_side.zones)));
  }

  static std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
    std::string near = nearest(name, known);
    return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
  }

  void schemas() {
    for (const Entry& entry : entries(part(Side::new_side, "databases"))) {
      auto found = move_.old_side.databases.find(entry.key);
      const Entry* listed = entry.value->find("schemas");
      if (found == move_.old_side.databases.end() || !listed) continue;
      auto sorted = [](std::vector<std::string> names) {
        std::ranges::sort(names);
        return names;
      };
      if (found->second.schemas.empty() || listed->value->items.empty()) continue;
      if (sorted(found->second.schemas) == sorted(move_.new_side.databases.at(entry.key).schemas))
        continue;
      reporter_.add(Code::schemas_differ, listed->key_span,
                    fmt::format("the schemas of '{}' differ from those on OLD", entry.key),
                    fmt::format("OLD has: {}", join(shortened(found->second.schemas), ", ")));
    }
  }

  /// Services, stores and zones share the names that stages move by.
  void shared_names() {
    std::map<std::string, std::string_view> kinds;
    auto claim = [&](const Node* things, std::string_view kind) {
      for (const Entry& entry : entries(things)) {
        auto [first, is_new] = kinds.emplace(entry.key, kind);
        if (is_new || first->second == kind) continue;
        reporter_.add(
            Code::ambiguous_name, entry.key_span,
            fmt::format("the {} '{}' has the name of a {}", kind, entry.key, first->second),
            "stages name what they move, so give it another name");
      }
    };
    claim(at(&root_, {"services"}), "service");
    for (Side side : {Side::old_side, Side::new_side}) {
      claim(part(side, "databases"), "database");
      claim(part(side, "buckets"), "bucket");
      claim(part(side, "zones"), "zone");
    }
  }

  bool is_store(const std::string& name) const {
    return move_.old_side.databases.contains(name) || move_.new_side.databases.contains(name) ||
           move_.old_side.buckets.contains(name) || move_.new_side.buckets.contains(name);
  }

  void service(const Entry& entry) {
    if (reporter_.full()) return;
    const Service& service = move_.services.at(entry.key);
    placement(entry, service, Side::old_side, service.old_side);
    placement(entry, service, Side::new_side, service.new_side);
    balancer(at(entry.value, {"balancer"}));
    names(entry, service);
    uses(at(entry.value, {"uses"}));
    const std::set<std::string> used(service.uses.begin(), service.uses.end());
    for (const Node* file : items(at(entry.value, {"config"})))
      for (const Entry& setting : entries(at(file, {"set"})))
        templates(*setting.value, entry.key, used);
  }

  void placement(const Entry& entry, const Service& service, Side side, const Placement& where) {
    const Entry* placed = entry.value->find(to_string(side));
    if (!placed) return;
    for (const Node* item : items(at(placed->value, {"hosts"}))) host(item, side);
    bool answers = service.kind == "web" || service.kind == "internal" || !service.balancer.empty();
    if (answers && where.port == 0 && !placed->value->find("port"))
      reporter_.add(Code::missing_field, placed->key_span, "'port' is missing",
                    service.balancer.empty()
                        ? fmt::format("a service of kind {} answers on a port", service.kind)
                        : "a service behind a balancer answers on a port");
  }

  void balancer(const Node* node) {
    if (!is_lookup(node)) return;
    bool on_old = move_.old_side.balancers.contains(node->text);
    bool on_new = move_.new_side.balancers.contains(node->text);
    if (!on_old && !on_new)
      report_dangling(reporter_, *node, "balancer", names_of(move_.old_side.balancers));
    else if (!on_old || !on_new)
      reporter_.add(Code::one_sided, node->span,
                    fmt::format("the balancer '{}' is declared on {} only", node->text,
                                on_old ? "OLD" : "NEW"),
                    "a service's balancer must be on both sides, by the same name");
  }

  void names(const Entry& entry, const Service& service) {
    for (const Node* item : items(at(entry.value, {"names"}))) {
      if (!item->is(Node::Kind::scalar)) continue;
      std::string name = canonical_name(item->text);
      auto [first, is_new] = claimed_.emplace(name, entry.key);
      if (!is_new && move_.services.at(first->second).balancer != service.balancer)
        reporter_.add(Code::ambiguous_name, item->span,
                      fmt::format("the name '{}' already leads to the service '{}'", item->text,
                                  first->second),
                      "a name leads to one balancer");
      if (zones_.holding(name).empty() && is_host_name(item->text))
        reporter_.add(Code::name_without_zone, item->span,
                      fmt::format("no zone of OLD holds the name '{}'", item->text),
                      "it will not be moved; declare its zone below old.zones");
    }
  }

  void uses(const Node* node) {
    for (const Node* item : items(node)) {
      if (!is_lookup(item) || is_store(item->text) || move_.services.contains(item->text)) continue;
      std::vector<std::string> known = names_of(move_.services);
      for (const std::string& name : names_of(move_.old_side.databases)) known.push_back(name);
      for (const std::string& name : names_of(move_.old_side.buckets)) known.push_back(name);
      report_dangling(reporter_, *item, "store or service", known);
    }
  }

  void templates(const Node& node, const std::string& name, const std::set<std::string>& used) {
    if (!node.is(Node::Kind::scalar)) return;
    for (const TemplatePart& part : parse_template(node.text).parts) {
      if (reporter_.full()) return;
      if (part.kind.empty()) continue;
      Span place = inside(node, part);
      std::string help;
      if (!template_is_known(part, help)) {
        reporter_.add(Code::template_names_nothing, place,
                      fmt::format("'{}.{}.{}' names nothing", shorter(part.kind),
                                  shorter(part.name), shorter(part.field)),
                      help);
      } else if (!used.contains(part.name)) {
        reporter_.add(
            Code::template_without_use, place,
            fmt::format("the service '{}' does not say that it uses '{}'", name, part.name),
            fmt::format("add {} to its 'uses': the order of stages depends on it", part.name));
      }
    }
  }

  static std::string shorter(const std::string& word) { return word.substr(0, 64); }

  bool template_is_known(const TemplatePart& part, std::string& help) const {
    std::vector<std::string> fields = template_fields(part.kind);
    if (fields.empty()) {
      help = "templates name databases.NAME.host, .port and .schemas";
      return false;
    }
    const bool databases = part.kind == "databases";
    std::vector<std::string> known =
        databases ? names_of(move_.old_side.databases) : names_of(move_.old_side.buckets);
    const bool declared = databases ? move_.old_side.databases.contains(part.name)
                                    : move_.old_side.buckets.contains(part.name);
    if (!declared) {
      help = suggestion(part.name, known);
      if (help.empty()) help = fmt::format("declared are: {}", join(shortened(known), ", "));
      return false;
    }
    if (std::ranges::find(fields, part.field) != fields.end()) return true;
    help = fmt::format("of {} there are: {}", part.kind, join(fields, ", "));
    return false;
  }

  /// Where the part stands, when the value is written without escapes; else the whole value.
  Span inside(const Node& node, const TemplatePart& part) const {
    std::string_view text = reporter_.text(node.span.source);
    size_t begin = text.find(node.text, node.span.begin);
    if (begin == std::string_view::npos || begin > node.span.begin + 1) return node.span;
    return {node.span.source, begin + part.begin, begin + part.end};
  }

  const Move& move_;
  const Node& root_;
  Reporter& reporter_;
  ZoneNames zones_;
  std::map<std::string, std::string> claimed_;  ///< DNS names and the services that have them.
};

}  // namespace

void relate(const Move& move, const Node& root, Reporter& reporter) {
  Relations(move, root, reporter).check();
}

void report_dangling(Reporter& reporter, const Node& node, std::string_view what,
                     const std::vector<std::string>& known) {
  constexpr size_t most = 8, enough = 200;
  if (reporter.full()) return;
  std::vector<std::string> candidates(
      known.begin(), known.begin() + std::ptrdiff_t(std::min(enough, known.size())));
  std::string near = nearest(node.text, candidates);
  std::string help = near.empty() ? "" : fmt::format("did you mean '{}'?", near);
  if (near.empty() && !known.empty()) {
    std::vector<std::string> some(known.begin(),
                                  known.begin() + std::ptrdiff_t(std::min(most, known.size())));
    help = fmt::format("declared: {}{}", join(some, ", "), known.size() > most ? ", ..." : "");
  }
  reporter.add(Code::dangling_reference, node.span,
               fmt::format("there is no {} named '{}'", what, node.text), help);
}

bool is_lookup(const Node* node) {
  return node && node->is(Node::Kind::scalar) && !node->is_null() && is_name(node->text);
}

std::string canonical_name(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.ends_with('.')) lower.pop_back();
  return lower;
}

ZoneNames::ZoneNames(const std::map<std::string, Zone>& zones) {
  for (const auto& [name, zone] : zones)
    if (!zone.zone.empty()) names_.emplace(canonical_name(zone.zone), name);
}

std::vector<std::string> ZoneNames::holding(std::string_view name) const {
  std::vector<std::string> found;
  if (!is_host_name(name)) return found;
  std::string rest = canonical_name(name);
  for (;;) {
    for (auto [at, end] = names_.equal_range(rest); at != end; ++at) found.push_back(at->second);
    size_t dot = rest.find('.');
    if (dot == std::string::npos) return found;
    rest.erase(0, dot + 1);
  }
}

}  // namespace hikkoshi::move
