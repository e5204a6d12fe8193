#include "move/build.h"

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "move/fields.h"
#include "move/values.h"

namespace hikkoshi::move {

namespace {

/// A field of the table together with what the document says about it, which may be nothing.
class Cursor {
 public:
  Cursor(const FieldNode& schema, const Node* node, Span place)
      : schema_(schema), node_(node), place_(place) {}

  Cursor operator[](std::string_view key) const {
    const FieldNode* child = schema_.child(key);
    HIKKOSHI_ASSERT(child != nullptr);
    const Entry* entry = node_ ? node_->find(key) : nullptr;
    return Cursor(*child, entry ? entry->value : nullptr, entry ? entry->key_span : place_);
  }

  bool given() const { return node_ && !node_->is_null(); }
  Span place() const { return place_; }

  /// The written value, or the table's default.
  std::string text() const {
    bool written = given() && node_->is(Node::Kind::scalar);
    return written ? node_->text : std::string(schema_.field->fallback);
  }

  std::string word() const {
    return fault_of(*schema_.field, text()) ? std::string(schema_.field->fallback) : text();
  }
  Millis duration() const { return parse_duration(text()).value_or(Millis{0}); }
  SecretReference secret() const { return {text()}; }

  /// A server; the table's default is its port.
  Endpoint endpoint() const {
    auto port = parse_port(schema_.field->fallback).value_or(0);
    return parse_endpoint(text(), port).value_or(Endpoint{});
  }

  /// The elements of a list.
  std::vector<Cursor> items() const {
    std::vector<Cursor> all;
    if (!node_) return all;
    for (const Node* item : node_->items) all.emplace_back(schema_, item, item->span);
    return all;
  }

  /// The elements of a mapping with chosen names.
  std::vector<std::pair<std::string, Cursor>> named() const {
    std::vector<std::pair<std::string, Cursor>> all;
    if (!node_) return all;
    for (const Entry& entry : node_->entries)
      all.emplace_back(entry.key, Cursor(schema_, entry.value, entry.key_span));
    return all;
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Cursor& item : items())
      if (item.node_->is(Node::Kind::scalar)) all.push_back(item.node_->text);
    return all;
  }

  std::vector<Millis> durations() const {
    std::vector<Millis> all;
    for (const std::string& text : texts())
      if (auto length = parse_duration(text)) all.push_back(*length);
    return all;
  }

  bool is_word(std::string_view word) const {
    return given() && node_->is(Node::Kind::scalar) && node_->text == word;
  }

 private:
  const FieldNode& schema_;
  const Node* node_;
  Span place_;
};

Host host_of(const Cursor& at) {
  Host host = parse_login(at["ssh"].text()).value_or(Host{});
  host.via = at["via"].text();
  return host;
}

Balancer balancer_of(const Cursor& at) {
  Cursor haproxy = at["haproxy"];
  return {haproxy["host"].text(),   haproxy["config"].text(), haproxy["socket"].text(),
          haproxy["master"].text(), at["address"].text(),     at["listen"].texts()};
}

Database database_of(const Cursor& at) {
  Database database;
  database.server = at["mariadb"].endpoint();
  database.user = at["user"].text();
  database.password = at["password"].secret();
  database.via = at["via"].text();
  database.schemas = at["schemas"].texts();
  database.acknowledged = at["acknowledged"].texts();
  Cursor options = at["options"];
  if (options.given())
    database.options = ServerOptions{options["host"].text(), options["file"].text()};
  return database;
}

Bucket bucket_of(const Cursor& at) {
  return {at["s3"].text(), at["key"].secret(), at["secret"].secret()};
}

Zone zone_of(const Cursor& at) {
  if (at.is_word("same")) return {true, {}, "", {}};
  std::string name = at["zone"].text();
  if (name.ends_with('.') && name.size() > 1) name.pop_back();
  return {false, at["rfc2136"].endpoint(), name, at["tsig"].secret()};
}

Environment environment_of(const Cursor& at) {
  Environment side;
  for (const auto& [name, one] : at["hosts"].named()) side.hosts[name] = host_of(one);
  for (const auto& [name, one] : at["balancers"].named()) side.balancers[name] = balancer_of(one);
  for (const auto& [name, one] : at["databases"].named()) side.databases[name] = database_of(one);
  for (const auto& [name, one] : at["buckets"].named()) side.buckets[name] = bucket_of(one);
  for (const auto& [name, one] : at["zones"].named()) side.zones[name] = zone_of(one);
  return side;
}

Placement placement_of(const Cursor& at) {
  return {at["hosts"].texts(), parse_port(at["port"].text()).value_or(0)};
}

ConfigFile config_of(const Cursor& at) {
  ConfigFile config{at["file"].text(), at["format"].word(), {}, at["reload"].text()};
  for (const auto& [key, one] : at["set"].named()) config.set[key] = one.text();
  return config;
}

Service service_of(const Cursor& at) {
  Service service;
  service.kind = at["kind"].text();
  service.old_side = placement_of(at["old"]);
  service.new_side = placement_of(at["new"]);
  service.balancer = at["balancer"].text();
  service.names = at["names"].texts();
  service.health = at["health"].text();
  service.check = at["check"].texts();
  service.uses = at["uses"].texts();
  for (const Cursor& one : at["config"].items()) service.config.push_back(config_of(one));
  return service;
}

Window window_of(const Cursor& at) {
  return {at["days"].texts(), parse_time_of_day(at["from"].text()).value_or(0),
          parse_time_of_day(at["to"].text()).value_or(0), at["zone"].text()};
}

Policy policy_of(const Cursor& at, const Reporter& reporter) {
  Policy policy;
  policy.prefer = at["cutover"]["prefer"].word();
  policy.otherwise = at["cutover"]["else"].word();
  policy.hold = at["cutover"]["hold"].duration();
  Cursor page = at["page"];
  policy.page = {page["file"].text(), page["allow"].texts(), page["paths"].texts(),
                 page["hosts"].texts(), page["retry_after"].duration()};
  Cursor ttl = at["ttl"];
  policy.ttl = {ttl["ladder"].durations(), ttl["margin"].duration(),
                ttl["first_step_before"].duration(), ttl["last_step_before"].duration(),
                ttl["restore_after"].duration()};
  if (at["window"].given()) policy.window = window_of(at["window"]);
  for (const Cursor& gate : at["gates"].items())
    policy.gates.push_back(
        {gate["before"].text(), gate["require"].texts(), reporter.place(gate.place())});
  policy.keep_for = at["rollback"]["keep_for"].duration();
  Cursor limits = at["limits"];
  policy.dns_changes = parse_percentage(limits["dns_changes"].text()).value_or(0);
  policy.max_downtime = limits["max_downtime"].duration();
  return policy;
}

}  // namespace

Move build(const Node& root, const Reporter& reporter) {
  Cursor at(field_tree(), &root, root.span);
  Move move;
  move.name = at["move"].text();
  move.ssh_config = at["ssh"]["config"].text();
  move.old_side = environment_of(at["old"]);
  move.new_side = environment_of(at["new"]);
  for (const auto& [name, one] : at["services"].named()) move.services[name] = service_of(one);
  for (const Cursor& stage : at["stages"].items())
    move.stages.push_back(
        {stage["name"].text(), stage["move"].texts(), reporter.place(stage.place())});
  move.policy = policy_of(at["policy"], reporter);
  return move;
}

}  // namespace hikkoshi::move
