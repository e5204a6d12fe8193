#include "move/move.h"

namespace hikkoshi::move {

namespace {

Json json_of(const Host& host) {
  return {{"ssh", host.ssh.text()}, {"user", host.user}, {"via", host.via}};
}

Json json_of(const Balancer& balancer) {
  return {{"product", "haproxy"},      {"host", balancer.host},     {"config", balancer.config},
          {"socket", balancer.socket}, {"master", balancer.master}, {"address", balancer.address},
          {"listen", balancer.listen}};
}

Json json_of(const Database& database) {
  Json options = nullptr;
  if (database.options)
    options = {{"host", database.options->host}, {"file", database.options->file}};
  return {{"product", database.product},
          {"server", database.server.text()},
          {"user", database.user},
          {"password", database.password.text},
          {"via", database.via},
          {"schemas", database.schemas},
          {"acknowledged", database.acknowledged},
          {"options", options}};
}

Json json_of(const Bucket& bucket) {
  return {{"url", bucket.url}, {"key", bucket.key.text}, {"secret", bucket.secret.text}};
}

Json json_of(const Zone& zone) {
  if (zone.same) return "same";
  return {{"server", zone.server.text()}, {"zone", zone.zone}, {"tsig", zone.tsig.text}};
}

Json json_of(const Service& service);

template <typename Value>
Json all_of(const std::map<std::string, Value>& values) {
  Json all = Json::object();
  for (const auto& [name, value] : values) all[name] = json_of(value);
  return all;
}

Json json_of(const Environment& side) {
  return {{"hosts", all_of(side.hosts)},
          {"balancers", all_of(side.balancers)},
          {"databases", all_of(side.databases)},
          {"buckets", all_of(side.buckets)},
          {"zones", all_of(side.zones)}};
}

Json json_of(const Placement& placement) {
  return {{"hosts", placement.hosts}, {"port", placement.port}};
}

Json json_of(const Service& service) {
  Json config = Json::array();
  for (const ConfigFile& one : service.config)
    config.push_back(
        {{"file", one.file}, {"format", one.format}, {"set", one.set}, {"reload", one.reload}});
  return {{"kind", service.kind},
          {"old", json_of(service.old_side)},
          {"new", json_of(service.new_side)},
          {"balancer", service.balancer},
          {"names", service.names},
          {"health", service.health},
          {"check", service.check},
          {"uses", service.uses},
          {"config", config}};
}

Json json_of(const PagePolicy& page) {
  return {{"file", page.file},
          {"allow", page.allow},
          {"paths", page.paths},
          {"hosts", page.hosts},
          {"retry_after_ms", page.retry_after.count()}};
}

Json json_of(const TtlPolicy& ttl) {
  Json ladder = Json::array();
  for (Millis rung : ttl.ladder) ladder.push_back(rung.count());
  return {{"ladder_ms", ladder},
          {"margin_ms", ttl.margin.count()},
          {"first_step_before_ms", ttl.first_step_before.count()},
          {"last_step_before_ms", ttl.last_step_before.count()},
          {"restore_after_ms", ttl.restore_after.count()}};
}

Json json_of(const Policy& policy) {
  Json window = nullptr;
  if (policy.window)
    window = {{"days", policy.window->days},
              {"from_minute", policy.window->from_minute},
              {"to_minute", policy.window->to_minute},
              {"zone", policy.window->zone}};
  Json gates = Json::array();
  for (const GatePolicy& gate : policy.gates)
    gates.push_back({{"before", gate.before}, {"require", gate.require}});
  return {{"prefer", policy.prefer},
          {"else", policy.otherwise},
          {"hold_ms", policy.hold.count()},
          {"page", json_of(policy.page)},
          {"ttl", json_of(policy.ttl)},
          {"window", window},
          {"gates", gates},
          {"keep_for_ms", policy.keep_for.count()},
          {"dns_changes", policy.dns_changes},
          {"max_downtime_ms", policy.max_downtime.count()}};
}

}  // namespace

std::string_view to_string(Side side) {
  return side == Side::old_side ? "old" : "new";
}

Json to_json(const Move& move) {
  Json stages = Json::array();
  for (const Stage& stage : move.stages)
    stages.push_back({{"name", stage.name}, {"move", stage.move}});
  return {{"move", move.name},
          {"ssh_config", move.ssh_config},
          {"old", json_of(move.old_side)},
          {"new", json_of(move.new_side)},
          {"services", all_of(move.services)},
          {"stages", stages},
          {"policy", json_of(move.policy)}};
}

std::string hash(const Move& move) {
  return sha256(canonical(to_json(move)));
}

}  // namespace hikkoshi::move
