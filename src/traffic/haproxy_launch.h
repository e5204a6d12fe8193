// How a running HAProxy was started, so that it can be asked about another configuration.
//
// Source: HAProxy 2.6 Management Guide, section 3 (command line).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/host.h"

namespace hikkoshi::traffic {

/// What counts of its command line.
struct HaproxyLaunch {
  std::string program;
  std::string folder;              ///< That it was started in.
  std::vector<std::string> files;  ///< Of -f and behind --, as given: files and folders.
  std::string change_to;           ///< Of -C.
};

/// Reads /proc/PID/cmdline: words that end with NUL.
HaproxyLaunch parse_command_line(std::string_view words);

/// Of the process with this id on the host. Throws Error(never) when it cannot be read.
HaproxyLaunch find_launch(hosts::Host& host, int master);

/// Lets HAProxy itself judge a configuration: `haproxy -c` as it was started, with `candidate` in
/// the place of `config`. Empty when it is valid, else HAProxy's words. Throws Error(never) when
/// the running HAProxy does not read `config`.
std::string check_configuration(hosts::Host& host, const HaproxyLaunch& launch,
                                const std::string& config, const std::string& candidate);

}  // namespace hikkoshi::traffic
