#include "move/fields.h"

#include <array>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::move {

namespace {

using enum Type;
using enum Presence;
using S = Shape;

constexpr auto one = S::one;
constexpr auto list = S::list;
constexpr auto named = S::named;

constexpr Field top_fields[] = {
    {"move", name, one, required, "", "The move's name; runs and reports carry it.", "photo-frames",
     ""},
    {"ssh", mapping, one, optional, "", "How the hosts are reached.", "", ""},
    {"ssh.config", local_path, one, optional, "",
     "OpenSSH client configuration for every connection; without it, your own.", "ssh_config", ""},
    {"SIDE", mapping, one, required, "",
     "An environment: where the stack stands before (`old`) and after (`new`).", "", ""},
};

constexpr Field side_fields[] = {
    {"SIDE.hosts", mapping, named, optional, "", "Machines that are logged in to.", "", ""},
    {"SIDE.hosts.ssh", login, one, required, "22",
     "Where its SSH server listens, and as whom to log in.", "ops@192.0.2.10:22", ""},
    {"SIDE.hosts.via", known_name, one, optional, "",
     "Host of the same side to go through (a bastion); without it, directly.", "bastion", ""},
    {"SIDE.balancers", mapping, named, optional, "", "What requests pass through.", "", ""},
    {"SIDE.balancers.haproxy", mapping, one, product, "", "The balancer is an HAProxy.", "", ""},
    {"SIDE.balancers.haproxy.host", known_name, one, required, "", "Host that it runs on.", "edge",
     ""},
    {"SIDE.balancers.haproxy.config", path, one, optional, "/etc/haproxy/haproxy.cfg",
     "Its configuration file.", "/etc/haproxy/haproxy.cfg", ""},
    {"SIDE.balancers.haproxy.socket", path, one, optional, "/run/haproxy/admin.sock",
     "Its runtime socket, level admin.", "/run/haproxy/admin.sock", ""},
    {"SIDE.balancers.haproxy.master", path, one, optional, "/run/haproxy/master.sock",
     "Its master process's socket, for reloads.", "/run/haproxy/master.sock", ""},
    {"SIDE.balancers.nginx", mapping, one, later, "", "The balancer is an nginx.", "", ""},
    {"SIDE.balancers.alb", mapping, one, later, "", "The balancer is an AWS ALB.", "", ""},
    {"SIDE.balancers.address", address, one, required, "",
     "What DNS names point to when this balancer serves them.", "192.0.2.20", ""},
    {"SIDE.balancers.listen", text, list, required, "",
     "Its frontends that carry the moved services.", "[http]", ""},
    {"SIDE.databases", mapping, named, optional, "",
     "Databases; one that moves has the same name on both sides.", "", ""},
    {"SIDE.databases.mariadb", endpoint, one, product, "3306",
     "It is a MariaDB, and its server listens here.", "10.0.2.5:3306", ""},
    {"SIDE.databases.mysql", endpoint, one, later, "3306", "It is a MySQL.", "10.0.2.5:3306", ""},
    {"SIDE.databases.postgres", endpoint, one, later, "5432", "It is a PostgreSQL.",
     "10.0.2.5:5432", ""},
    {"SIDE.databases.user", text, one, required, "", "The account that moves it.", "mover", ""},
    {"SIDE.databases.password", secret, one, required, "", "That account's password.",
     "!secret env:OLD_DB_PASSWORD", ""},
    {"SIDE.databases.via", known_name, one, optional, "",
     "Host of the same side to reach it through; without it, directly.", "bastion", ""},
    {"SIDE.databases.schemas", schema, list, required, "",
     "Schemas that move; the same on both sides.", "[frames]", ""},
    {"SIDE.databases.acknowledged", account, list, optional, "",
     "Accounts of its server with global write rights, which no fence holds, that may stay because "
     "nobody works with them.",
     "[\"backup@localhost\"]", ""},
    {"SIDE.databases.options", mapping, one, optional, "",
     "Where its configuration may be changed; no effect in this version, whose fence needs no file "
     "to survive a restart.",
     "", ""},
    {"SIDE.databases.options.host", known_name, one, required, "", "Host that the file is on.",
     "db1", ""},
    {"SIDE.databases.options.file", path, one, required, "",
     "Option file that Hikkoshi writes and removes.", "/etc/mysql/mariadb.conf.d/zz-hikkoshi.cnf",
     ""},
    {"SIDE.buckets", mapping, named, optional, "", "Object storage.", "", ""},
    {"SIDE.buckets.s3", url, one, later, "", "It speaks S3.", "https://s3.old.example/images", ""},
    {"SIDE.buckets.directory", path, one, later, "", "It is a folder on a host.", "/srv/images",
     ""},
    {"SIDE.buckets.key", secret, one, optional, "", "Access key.", "!secret env:OLD_S3_KEY", ""},
    {"SIDE.buckets.secret", secret, one, optional, "", "Secret key.", "!secret env:OLD_S3_SECRET",
     ""},
    {"SIDE.zones", mapping, named, optional, "",
     "DNS zones; `same` on NEW when one zone serves both sides.", "", "same"},
    {"SIDE.zones.rfc2136", endpoint, one, product, "53",
     "The primary server, which takes dynamic updates.", "192.0.2.53", ""},
    {"SIDE.zones.route53", text, one, later, "", "The zone is at Route 53.", "Z0123456789", ""},
    {"SIDE.zones.manual", text, one, later, "", "A person changes the zone.", "registrar", ""},
    {"SIDE.zones.zone", host_name, one, required, "", "The zone's name.", "example.jp", ""},
    {"SIDE.zones.tsig", secret, one, optional, "", "Key for updates, as \"algorithm:name:base64\".",
     "!secret file:tsig.key", ""},
};

constexpr Field service_fields[] = {
    {"services", mapping, named, required, "", "What answers requests or does work.", "", ""},
    {"services.kind", words, one, required, "", "What it is.", "web", "web|internal|worker|cron"},
    {"services.old", mapping, one, required, "", "Where it runs on OLD.", "", ""},
    {"services.old.hosts", known_name, list, required, "", "Hosts of OLD.", "[web1]", ""},
    {"services.old.port", port, one, optional, "",
     "Port that it answers on; needed for web and internal.", "8080", ""},
    {"services.new", mapping, one, required, "", "Where it runs on NEW.", "", ""},
    {"services.new.hosts", known_name, list, required, "", "Hosts of NEW.", "[app1, app2]", ""},
    {"services.new.port", port, one, optional, "",
     "Port that it answers on; needed for web and internal.", "8080", ""},
    {"services.balancer", known_name, one, optional, "",
     "Balancer in front of it, declared on both sides.", "edge", ""},
    {"services.names", host_name, list, optional, "", "DNS names that lead to it.",
     "[www.example.jp]", ""},
    {"services.health", url_path, one, optional, "/", "Answers 200 when it can serve.", "/healthz",
     ""},
    {"services.check", url_path, list, optional, "",
     "Paths whose answers on NEW are compared with those on OLD.", "[/, /frames/1]", ""},
    {"services.uses", known_name, list, optional, "", "Stores and services that it needs.",
     "[main, images]", ""},
    {"services.config", mapping, list, optional, "", "Its files whose values follow the move.", "",
     ""},
    {"services.config.file", path, one, required, "", "The file, on each of its hosts.",
     "/srv/site/.env", ""},
    {"services.config.format", words, one, optional, "dotenv", "How it is written.", "dotenv",
     "dotenv"},
    {"services.config.set", value, named, required, "",
     "Keys and their values; templates name where a store is.",
     "{DB_HOST: \"{{ databases.main.host }}\"}", ""},
    {"services.config.reload", text, one, optional, "",
     "Command that makes the service read it, run by the host's shell.",
     "systemctl reload php8.2-fpm", ""},
    {"stages", mapping, list, required, "", "What changes side together, in order.", "", ""},
    {"stages.name", name, one, required, "", "The stage's name.", "web", ""},
    {"stages.move", known_name, list, required, "",
     "Services and stores, or zones, that change side in it.", "[site, main]", ""},
};

constexpr Field policy_fields[] = {
    {"policy", mapping, one, optional, "", "How the move behaves.", "", ""},
    {"policy.cutover", mapping, one, optional, "", "What requests see while a store moves.", "",
     ""},
    {"policy.cutover.prefer", words, one, optional, "hold",
     "Requests wait, or get the maintenance page, or fail.", "page", "hold|page|none"},
    {"policy.cutover.hold", duration, one, optional, "5s",
     "Longest time that requests wait; no effect in this version.", "5s", ""},
    {"policy.cutover.else", words, one, optional, "page",
     "What follows a hold that lasts too long.", "page", "page|none"},
    {"policy.page", mapping, one, optional, "", "The maintenance page.", "", ""},
    {"policy.page.file", local_path, one, optional, "", "Its HTML; without it, a plain sentence.",
     "maintenance.html", ""},
    {"policy.page.allow", network, list, optional, "", "Clients that pass it.", "[198.51.100.0/24]",
     ""},
    {"policy.page.paths", url_path, list, optional, "",
     "Path prefixes that it covers; without it, all.", "[/shop]", ""},
    {"policy.page.hosts", host_name, list, optional, "",
     "Host names that it covers; without it, all.", "[www.example.jp]", ""},
    {"policy.page.retry_after", duration, one, optional, "2m",
     "When clients are told to come back, in whole seconds.", "120s", ""},
    {"policy.ttl", mapping, one, optional, "", "How TTLs fall before names change, and rise again.",
     "", ""},
    {"policy.ttl.ladder", duration, list, optional, "",
     "TTLs to step down through, falling, in whole seconds; without it, TTLs stay.", "[1h, 300s]",
     ""},
    {"policy.ttl.margin", duration, one, optional, "5s",
     "Added to every old TTL before it counts as gone.", "5s", ""},
    {"policy.ttl.first_step_before", duration, one, optional, "0s",
     "How long before the night the first rung is taken, at the latest: a gate before the first "
     "stage waits for it.",
     "14d", ""},
    {"policy.ttl.last_step_before", duration, one, optional, "0s",
     "How long before the night the last rung is taken, at the latest; likewise.", "3h", ""},
    {"policy.ttl.restore_after", duration, one, optional, "0s",
     "How long after the change of names the TTLs rise again.", "3d", ""},
    {"policy.window", mapping, one, optional, "", "When cutovers may begin; without it, always.",
     "", ""},
    {"policy.window.days", words, list, optional, "", "Days of the week; without it, all.",
     "[sat, sun]", "mon|tue|wed|thu|fri|sat|sun"},
    {"policy.window.from", time, one, required, "", "Beginning, in hours and minutes.", "\"01:00\"",
     ""},
    {"policy.window.to", time, one, required, "", "End; before the beginning: on the next day.",
     "\"05:00\"", ""},
    {"policy.window.zone", time_zone, one, required, "", "IANA name of the time zone.",
     "Asia/Tokyo", ""},
    {"policy.gates", mapping, list, optional, "", "Conditions before a stage.", "", ""},
    {"policy.gates.before", known_name, one, required, "", "The stage that waits.", "data", ""},
    {"policy.gates.require", condition, list, required, "", "All of these must hold.",
     "[approval, \"lag < 1s for 5m\", verified]", ""},
    {"policy.rollback", mapping, one, optional, "", "The way back.", "", ""},
    {"policy.rollback.keep_for", duration, one, optional, "0s",
     "How long OLD is kept ready after the move: `finish` waits for it.", "48h", ""},
    {"policy.limits", mapping, one, optional, "", "What the move refuses to exceed.", "", ""},
    {"policy.limits.dns_changes", percentage, one, optional, "30%",
     "Share of a zone's records that may change.", "30%", ""},
    {"policy.limits.max_downtime", duration, one, optional, "0s",
     "Longest time behind the page; 0s: no limit.", "60s", ""},
};

std::vector<Field> joined() {
  std::vector<Field> all;
  for (auto part : {std::span<const Field>(top_fields), std::span<const Field>(side_fields),
                    std::span<const Field>(service_fields), std::span<const Field>(policy_fields)})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

FieldNode& descend(FieldNode& root, const std::vector<std::string>& keys) {
  FieldNode* node = &root;
  for (const std::string& key : keys) {
    auto& child = node->children[key];
    if (!child) {
      child = std::make_unique<FieldNode>();
      node->keys.push_back(key);
    }
    node = child.get();
  }
  return *node;
}

}  // namespace

std::span<const Field> fields() {
  static const std::vector<Field> all = joined();
  return all;
}

const FieldNode* FieldNode::child(std::string_view key) const {
  auto found = children.find(key);
  return found == children.end() ? nullptr : found->second.get();
}

const FieldNode& field_tree() {
  static const FieldNode tree = [] {
    FieldNode root;
    for (const Field& field : fields()) {
      std::vector<std::string> keys = split(field.path, '.');
      bool sided = keys.front() == "SIDE";
      for (const char* side : {"old", "new"}) {
        if (sided) keys.front() = side;
        descend(root, keys).field = &field;
      }
    }
    return root;
  }();
  return tree;
}

std::string_view key_of(const Field& field) {
  size_t dot = field.path.rfind('.');
  return dot == std::string_view::npos ? field.path : field.path.substr(dot + 1);
}

std::string written_path(const Field& field) {
  std::string text;
  const FieldNode* node = &field_tree();
  for (const std::string& key : split(field.path, '.')) {
    node = node->child(key == "SIDE" ? "old" : key);
    HIKKOSHI_ASSERT(node != nullptr && node->field != nullptr);
    text += (text.empty() ? "" : ".") + key;
    bool last = node->field == &field;
    if (node->field->shape == Shape::named && (!last || field.type != mapping)) text += ".NAME";
    if (node->field->shape == Shape::list && !last) text += "[]";
  }
  return text;
}

std::string_view to_string(Type type) {
  constexpr std::pair<Type, std::string_view> names[] = {{mapping, "mapping"},
                                                         {name, "name"},
                                                         {known_name, "name"},
                                                         {text, "text"},
                                                         {words, "word"},
                                                         {login, "[USER@]HOST[:PORT]"},
                                                         {endpoint, "HOST[:PORT]"},
                                                         {address, "IP address"},
                                                         {port, "port"},
                                                         {network, "address or network"},
                                                         {host_name, "host name"},
                                                         {duration, "duration"},
                                                         {percentage, "percentage"},
                                                         {path, "absolute path"},
                                                         {local_path, "path"},
                                                         {url_path, "URL path"},
                                                         {url, "URL"},
                                                         {secret, "secret"},
                                                         {schema, "schema name"},
                                                         {account, "USER@HOST"},
                                                         {value, "text with templates"},
                                                         {time, "time of day"},
                                                         {time_zone, "time zone"},
                                                         {condition, "condition"}};
  for (auto [candidate, text] : names)
    if (candidate == type) return text;
  return "";
}

}  // namespace hikkoshi::move
