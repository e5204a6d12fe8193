#include "move/stages.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "move/relations.h"
#include "move/values.h"

namespace hikkoshi::move {

namespace {

class Stages {
 public:
  Stages(const Move& move, const Node& root, Reporter& reporter)
      : move_(move), root_(root), reporter_(reporter), zones_(move.old_side.zones) {}

  void check() {
    if (const Node* list = at(&root_, {"stages"}); list && list->is(Node::Kind::sequence))
      for (const Node* stage : list->items) one(*stage);
    unmoved();
    for (const auto& [name, service] : move_.services) order(name, service);
    gates();
    ladder();
    window();
    seconds(at(&root_, {"policy", "page", "retry_after"}), "'retry_after'");
  }

 private:
  struct Moved {
    size_t stage;
    Span place;
  };

  bool is_zone(const std::string& name) const {
    return move_.old_side.zones.contains(name) || move_.new_side.zones.contains(name);
  }
  bool is_database(const std::string& name) const {
    return move_.old_side.databases.contains(name) || move_.new_side.databases.contains(name);
  }
  bool is_bucket(const std::string& name) const {
    return move_.old_side.buckets.contains(name) || move_.new_side.buckets.contains(name);
  }

  void one(const Node& stage) {
    const size_t number = count_++;
    const Node* name = at(&stage, {"name"});
    if (is_lookup(name)) stage_name(*name);
    const Node* list = at(&stage, {"move"});
    if (!list) return;
    const Node* zone = nullptr;
    const Node* other = nullptr;
    for (const Node* item : list->items) {
      if (!is_lookup(item)) continue;
      (is_zone(item->text) ? zone : other) = item;
      moved(*item, number);
    }
    if (zone && other)
      reporter_.add(
          Code::mixed_stage, zone->span,
          fmt::format("the zone '{}' moves in one stage with '{}'", zone->text, other->text),
          "move zones in a stage of their own, after the services");
  }

  void stage_name(const Node& name) {
    if (name.text == "prepare" || name.text == "finish")
      reporter_.add(Code::bad_name, name.span,
                    fmt::format("'{}' is a stage that every plan has", name.text),
                    "give the stage another name");
    else if (!names_.insert(name.text).second)
      reporter_.add(Code::listed_twice, name.span,
                    fmt::format("two stages are named '{}'", name.text), "rename one of them");
  }

  void moved(const Node& item, size_t stage) {
    const std::string& name = item.text;
    if (!move_.services.contains(name) && !is_zone(name) && !is_database(name) &&
        !is_bucket(name)) {
      std::vector<std::string> known = names_of(move_.services);
      for (const std::string& one : names_of(move_.old_side.databases)) known.push_back(one);
      for (const std::string& one : names_of(move_.old_side.zones)) known.push_back(one);
      report_dangling(reporter_, item, "service, store or zone", known);
      return;
    }
    auto [first, is_new] = moved_.emplace(name, Moved{stage, item.span});
    if (!is_new && first->second.stage != stage)
      reporter_.add(Code::moved_twice, item.span, fmt::format("'{}' is moved by two stages", name),
                    fmt::format("the first is on line {}; remove it from one of them",
                                reporter_.place(first->second.place).line));
    if (is_new) both_sides(item);
  }

  /// What a stage moves must have a place on either side.
  void both_sides(const Node& item) {
    const std::string& name = item.text;
    const Environment &from = move_.old_side, &to = move_.new_side;
    bool missing_old = (is_database(name) && !from.databases.contains(name)) ||
                       (is_zone(name) && !from.zones.contains(name));
    bool missing_new = (is_database(name) && !to.databases.contains(name)) ||
                       (is_zone(name) && !to.zones.contains(name));
    if (!missing_old && !missing_new) return;
    reporter_.add(
        Code::one_sided, item.span,
        fmt::format("'{}' is moved, but {} does not declare it", name, missing_old ? "OLD" : "NEW"),
        is_zone(name) ? fmt::format("write new: zones: {{{}: same}} when one zone serves "
                                    "both sides",
                                    name)
                      : "declare it on both sides, by the same name");
  }

  void unmoved() {
    auto each = [&](const Node* things, std::string_view kind) {
      if (!things) return;
      for (const Entry& entry : things->entries)
        if (!moved_.contains(entry.key))
          reporter_.add(Code::moved_never, entry.key_span,
                        fmt::format("no stage moves the {} '{}'", kind, entry.key),
                        "it stays on OLD; name it in a stage, or leave it out of the file");
    };
    each(at(&root_, {"services"}), "service");
    each(at(&root_, {"old", "databases"}), "database");
    each(at(&root_, {"old", "buckets"}), "bucket");
    each(at(&root_, {"old", "zones"}), "zone");
  }

  std::optional<Moved> stage_of(const std::string& name) const {
    auto found = moved_.find(name);
    return found == moved_.end() ? std::nullopt : std::optional(found->second);
  }

  /// Whether `service` is still on OLD when `stage` begins; in the same stage it is not.
  bool left_behind(const std::string& service, size_t stage) const {
    auto moved = stage_of(service);
    return !moved || moved->stage > stage;
  }

  void order(const std::string& name, const Service& service) {
    if (reporter_.full()) return;
    std::string when = stage_of(name) ? "moves later" : "is moved by no stage";
    for (const std::string& used : service.uses) {
      auto store = stage_of(used);
      if (!store || move_.services.contains(used) || !left_behind(name, store->stage)) continue;
      reporter_.add(Code::store_before_service, store->place,
                    fmt::format("'{}' leaves OLD, but '{}', which uses it, {}", used, name, when),
                    fmt::format("OLD's '{0}' is fenced from here on: move '{1}' in this stage or "
                                "an earlier one",
                                used, name));
    }
    for (const std::string& held : service.names) {
      for (const std::string& zone : zones_.holding(held)) {
        auto moved = stage_of(zone);
        if (!moved || !left_behind(name, moved->stage)) continue;
        reporter_.add(
            Code::zone_before_service, moved->place,
            fmt::format("the name '{}' moves here, but its service '{}' {}", held, name, when),
            "move the zone in a stage after its services");
      }
    }
  }

  void gates() {
    const Node* list = at(&root_, {"policy", "gates"});
    if (!list) return;
    for (const Node* gate : list->items) {
      const Node* before = at(gate, {"before"});
      if (is_lookup(before) && !names_.contains(before->text))
        report_dangling(reporter_, *before, "stage", {names_.begin(), names_.end()});
    }
  }

  /// DNS and HTTP count in whole seconds.
  bool seconds(const Node* node, std::string_view what) {
    auto length = node && node->is(Node::Kind::scalar) ? parse_duration(node->text) : std::nullopt;
    if (!length || (length->count() >= 1000 && length->count() % 1000 == 0)) return true;
    reporter_.add(Code::bad_duration, node->span,
                  fmt::format("{} must be whole seconds, at least 1s", what));
    return false;
  }

  void ladder() {
    const Node* list = at(&root_, {"policy", "ttl", "ladder"});
    if (list) {
      std::optional<milliseconds> above;
      for (const Node* rung : list->items) {
        seconds(rung, "a TTL");
        auto length = rung->is(Node::Kind::scalar) ? parse_duration(rung->text) : std::nullopt;
        if (length && above && *length >= *above)
          reporter_.add(Code::ladder_order, rung->span,
                        fmt::format("the ladder must fall: '{}' does not", rung->text),
                        fmt::format("the rung before it is {}", format_duration(*above)));
        above = length;
      }
    }
    bool zone_moves =
        std::ranges::any_of(moved_, [&](const auto& one) { return is_zone(one.first); });
    if (list && !list->items.empty() && !zone_moves)
      reporter_.add(Code::pointless, list->items.front()->span,
                    "the TTL ladder has no effect: no stage moves a zone");
    const Node* last = at(&root_, {"policy", "ttl", "last_step_before"});
    const TtlPolicy& ttl = move_.policy.ttl;
    if (last && at(&root_, {"policy", "ttl", "first_step_before"}) &&
        ttl.last_step_before > ttl.first_step_before)
      reporter_.add(Code::ladder_order, last->span,
                    "the last step cannot be taken earlier than the first",
                    "'first_step_before' is the longer time");
  }

  void window() {
    const Node* to = at(&root_, {"policy", "window", "to"});
    const auto& window = move_.policy.window;
    const Node* from = at(&root_, {"policy", "window", "from"});
    bool readable = to && from && parse_time_of_day(to->text) && parse_time_of_day(from->text);
    if (readable && window && window->from_minute == window->to_minute)
      reporter_.add(Code::bad_window, to->span, "the window begins and ends at the same time",
                    "leave the window out to allow every time");
  }

  const Move& move_;
  const Node& root_;
  Reporter& reporter_;
  ZoneNames zones_;
  size_t count_ = 0;
  std::set<std::string> names_;         ///< Of stages.
  std::map<std::string, Moved> moved_;  ///< By the first stage that moves it.
};

}  // namespace

void check_stages(const Move& move, const Node& root, Reporter& reporter) {
  Stages(move, root, reporter).check();
}

}  // namespace hikkoshi::move
