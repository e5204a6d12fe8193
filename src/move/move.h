// The move file's meaning, as plain values. Made by parse.h; pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

namespace hikkoshi::move {

enum class Side { old_side, new_side };

std::string_view to_string(Side side);  ///< "old", "new".

/// Where something stands in a file; lines and columns from 1, 0 when unknown.
struct Place {
  std::string file;
  int line = 0, column = 0;

  bool operator==(const Place&) const = default;
};

struct Host {
  Endpoint ssh;      ///< Port 22 unless given.
  std::string user;  ///< Empty: as the SSH configuration says.
  std::string via;   ///< Another host of the same side; empty: directly.
};

/// The HAProxy that a balancer is; other products follow.
struct Balancer {
  std::string host;  ///< Whose configuration it is.
  std::string config = "/etc/haproxy/haproxy.cfg";
  std::string socket = "/run/haproxy/admin.sock";   ///< Runtime API, level admin.
  std::string master = "/run/haproxy/master.sock";  ///< Master CLI; reloads.
  std::string address;                              ///< What DNS names point to.
  std::vector<std::string> listen;                  ///< Frontends that carry the moved services.
};

struct ServerOptions {
  std::string host;  ///< Whose file it is.
  std::string file;  ///< For the parts of a fence that live in a file.
};

struct Database {
  std::string product = "mariadb";
  Endpoint server;
  std::string user;
  SecretReference password;
  std::string via;                        ///< Host to go through; empty: directly.
  std::vector<std::string> schemas;       ///< Those that move.
  std::vector<std::string> acknowledged;  ///< "user@host": may keep its global write rights.
  std::optional<ServerOptions> options;
};

struct Bucket {
  std::string url;
  SecretReference key, secret;
};

struct Zone {
  bool same = false;  ///< NEW's zone is OLD's.
  Endpoint server;    ///< Takes UPDATEs.
  std::string zone;
  SecretReference tsig;  ///< "algorithm:name:base64".
};

struct Environment {
  std::map<std::string, Host> hosts;
  std::map<std::string, Balancer> balancers;
  std::map<std::string, Database> databases;
  std::map<std::string, Bucket> buckets;
  std::map<std::string, Zone> zones;
};

/// Where a service runs on one side.
struct Placement {
  std::vector<std::string> hosts;
  std::uint16_t port = 0;
};

/// A file of a service whose values follow the move.
struct ConfigFile {
  std::string file;
  std::string format = "dotenv";
  std::map<std::string, std::string> set;  ///< Templates: "{{ databases.main.host }}".
  std::string reload;  ///< A command line as an administrator writes it; run by the host's shell.
};

struct Service {
  std::string kind;  ///< web, internal, worker, cron.
  Placement old_side, new_side;
  std::string balancer;  ///< A balancer's name, on both sides; empty: none.
  std::vector<std::string> names;
  std::string health = "/";
  std::vector<std::string> check;  ///< Paths whose answers on NEW are compared with OLD's.
  std::vector<std::string> uses;   ///< Stores and services.
  std::vector<ConfigFile> config;
};

struct Stage {
  std::string name;
  std::vector<std::string> move;  ///< Services, stores, zones.
  Place place;
};

struct PagePolicy {
  std::string file;  ///< Relative to the move file.
  std::vector<std::string> allow, paths, hosts;
  Millis retry_after{120'000};
};

struct TtlPolicy {
  std::vector<Millis> ladder;  ///< Falling; empty: TTLs are not lowered.
  Millis margin{5'000};        ///< Added to every old TTL before it counts as gone.
  Millis first_step_before{0}, last_step_before{0}, restore_after{0};
};

struct Window {
  std::vector<std::string> days;       ///< "mon".."sun"; empty: all.
  int from_minute = 0, to_minute = 0;  ///< Of the day; to before from: over midnight.
  std::string zone;                    ///< IANA name.
};

struct GatePolicy {
  std::string before;                ///< A stage.
  std::vector<std::string> require;  ///< "approval", "verified", "stragglers_forwarded", ...
  Place place;
};

struct Policy {
  std::string prefer = "hold", otherwise = "page";  ///< Of cutover: hold, page, none.
  Millis hold{5'000};
  PagePolicy page;
  TtlPolicy ttl;
  std::optional<Window> window;
  std::vector<GatePolicy> gates;
  Millis keep_for{0};        ///< Of rollback.
  double dns_changes = 0.3;  ///< Share of a zone's records that may change.
  Millis max_downtime{0};    ///< 0: no limit.
};

struct Move {
  std::string name;
  std::string file;        ///< Path of the move file, for messages and relative paths.
  std::string ssh_config;  ///< Relative to it; empty: the user's own.
  Environment old_side, new_side;
  std::map<std::string, Service> services;
  std::vector<Stage> stages;
  Policy policy;

  const Environment& side(Side side) const { return side == Side::old_side ? old_side : new_side; }
};

/// The whole meaning as canonical JSON (secrets as references), without places and the file's name:
/// two files that mean the same give the same.
Json to_json(const Move& move);

/// SHA-256 of that JSON's canonical text; it binds a plan to a move.
std::string hash(const Move& move);

}  // namespace hikkoshi::move
