// What our rules in a HAProxy are told, as the files and the run-time lists that they read. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traffic/balancer.h"

namespace hikkoshi::traffic {

/// The two things that our rules can be told.
struct HaproxySwitch {
  std::optional<Page> page;
  std::optional<Endpoint> forward;

  bool operator==(const HaproxySwitch&) const = default;
};

/// Lines of one list: "key value" in the map, patterns in the others.
using HaproxyLines = std::vector<std::string>;

/// By file name in our folder.
using HaproxyLists = std::map<std::string, HaproxyLines>;

inline constexpr const char* switch_file = "switch.map";
/// The lists that count only while a page is shown, in the order in which they are told.
inline constexpr const char* page_files[] = {"allow.lst", "paths.lst", "hosts.lst"};

/// The lists for it. The whole of switch.map changes in one transaction.
HaproxyLists to_lists(const HaproxySwitch& told);

/// What the lists say; the page's lists may be missing when no page is shown. Throws Error(never)
/// when switch.map is none of ours.
HaproxySwitch from_lists(const HaproxyLists& lists);

std::string to_text(const HaproxyLines& lines);
HaproxyLines to_lines(const std::string& text);

/// The Lua program that answers with the page. Lua, because a body that changes at run time cannot
/// be said otherwise: `return ... file` is read at start, and log formats encode line breaks.
std::string page_program(const std::string& folder);

}  // namespace hikkoshi::traffic
