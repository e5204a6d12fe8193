#include "plan/testing/sample_move.h"

#include <string>

namespace hikkoshi::plan {

namespace {

move::Environment environment(const std::string& network, const std::string& password) {
  move::Environment side;
  side.hosts["bastion"] = {{network + ".0.10", 22}, "", ""};
  side.hosts["edge"] = {{network + ".0.20", 22}, "", "bastion"};
  move::Balancer edge;
  edge.host = "edge";
  edge.address = network + ".0.80";
  edge.listen = {"http"};
  side.balancers["edge"] = edge;
  move::Database main;
  main.server = {network + ".2.5", 3306};
  main.user = "mover";
  main.password = {password};
  main.via = "bastion";
  main.schemas = {"frames"};
  side.databases["main"] = main;
  return side;
}

move::Service frames() {
  move::Service service;
  service.kind = "web";
  service.old_side = {{"web1"}, 8080};
  service.new_side = {{"app1", "app2"}, 8080};
  service.balancer = "edge";
  service.names = {"frames.shop.test", "img.shop.test"};
  service.health = "/healthz";
  service.check = {"/", "/frames/1"};
  service.uses = {"main"};
  move::ConfigFile file;
  file.file = "/srv/frames/.env";
  file.set = {{"DB_HOST", "{{ databases.main.host }}"}, {"DB_PORT", "{{ databases.main.port }}"}};
  file.reload = "touch /srv/frames/reloaded";
  service.config = {file};
  return service;
}

}  // namespace

move::Move sample_move() {
  move::Move move;
  move.name = "subservice";
  move.file = "move.yaml";
  move.old_side = environment("127.10", "env:OLD_DB_PASSWORD");
  move.new_side = environment("127.20", "env:NEW_DB_PASSWORD");
  move.old_side.hosts["web1"] = {{"127.10.1.11", 22}, "", "bastion"};
  move.new_side.hosts["app1"] = {{"127.20.1.11", 22}, "", "bastion"};
  move.new_side.hosts["app2"] = {{"127.20.1.12", 22}, "", "bastion"};
  move::Zone zone;
  zone.server = {"127.10.5.53", 53};
  zone.zone = "shop.test";
  zone.tsig = {"file:tsig.key"};
  move.old_side.zones["public"] = zone;
  zone.same = true;
  move.new_side.zones["public"] = zone;
  move.services["frames"] = frames();
  move.stages = {{"service", {"frames", "main"}, {}}, {"dns", {"public"}, {}}};
  move.policy.prefer = "page";
  move.policy.page.file = "maintenance.html";
  move.policy.page.allow = {"127.30.0.0/24"};
  move.policy.page.retry_after = Millis(30'000);
  move.policy.ttl.ladder = {Millis(12'000), Millis(6'000), Millis(3'000)};
  move.policy.ttl.margin = Millis(1'000);
  move.policy.ttl.restore_after = Millis(5'000);
  move.policy.max_downtime = Millis(300'000);
  return move;
}

Observed sample_observed() {
  Observed observed;
  observed.databases["main"] = {
      .bytes = 200'000'000, .rows = 1'000'000, .tables = 6, .bytes_per_second = {}};
  observed.names["frames.shop.test"] = {"A", 30, {"127.10.0.80"}};
  observed.names["img.shop.test"] = {"CNAME", 30, {"frames.shop.test"}};
  observed.zone_records["public"] = 7;
  observed.latency = Millis(20);
  return observed;
}

}  // namespace hikkoshi::plan
