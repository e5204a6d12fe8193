// The text of a HAProxy configuration: what it says, and our rules in it. Pure.
//
// Source of the grammar: HAProxy 2.6 Configuration Manual, sections 2 (format), 2.4 (conditional
// blocks) and 4 (proxies).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::traffic {

/// A `frontend` section, or a `listen` section, which is one with its own servers.
struct HaproxyFrontend {
  std::string name;
  bool http = false;                  ///< mode http, its own or its defaults'.
  bool traffic = false;               ///< It names backends or servers: not a page of statistics.
  bool idle_close = false;            ///< `option idle-close-on-response`.
  std::vector<std::string> backends;  ///< Those it names; itself when it has servers.
  bool chooses = false;               ///< A backend's name is computed: any may be meant.
};

/// What a configuration says, our own rules left out.
struct HaproxySetup {
  std::vector<HaproxyFrontend> frontends;  ///< In the order of the file.
  std::vector<std::string> backends;       ///< All `backend` sections, and `listen` with servers.
  bool hard_stop = false;                  ///< `hard-stop-after` in a global section.
  bool marked = false;                     ///< Our marks are in it.
};

HaproxySetup read_haproxy_config(std::string_view text);

/// Where our rules stand and what they read.
struct HaproxyRules {
  std::vector<std::string> frontends;
  std::string folder;  ///< Of switch.map, allow.lst, paths.lst, hosts.lst and page.lua.
};

/// The text with our rules in each frontend, before its own, and a backend that leads elsewhere.
/// Line endings are the file's; our names differ from every name in it. Every other byte stays.
/// Throws Error(never) when a frontend is missing or no HTTP, or our marks are there already.
std::string with_rules(const std::string& text, const HaproxyRules& rules);

}  // namespace hikkoshi::traffic
