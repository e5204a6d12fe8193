#include "steps/doctor.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/text.h"
#include "base/units.h"
#include "database/database.h"
#include "engine/reserve.h"

namespace hikkoshi::app {

namespace {

Exit print_grants(Session& session, bool json) {
  Json all = Json::object();
  for (const auto& name : session.names().databases) {
    auto role = name.side == "old" ? database::Role::source : database::Role::target;
    std::string thing = name.side + "." + name.name;
    all[thing] = session.drivers().database(name.side, name.name).grants(role);
    if (json) continue;
    print(fmt::format("-- {}\n", thing));
    for (const std::string statement : all[thing]) print(statement + ";\n");
  }
  if (json) print_json(all);
  return Exit::ok;
}

void print_findings(const std::vector<steps::Finding>& findings, bool json) {
  if (json) {
    Json list = Json::array();
    for (const steps::Finding& finding : findings) list.push_back(steps::to_json(finding));
    return print_json({{"findings", list}});
  }
  for (const steps::Finding& finding : findings) {
    print(fmt::format("{:<8} {}: {}\n", steps::to_string(finding.weight), finding.thing,
                      printable(finding.text)));
    if (!finding.remedy.empty())
      print(fmt::format("{:<8} help: {}\n", "", printable(finding.remedy)));
  }
}

/// A cutover does not begin without room for the record of the way back.
steps::Finding examine_room(const StatePaths& paths) {
  using Weight = steps::Finding::Weight;
  std::string folder = paths.folder;
  while (!folder.empty() && !std::filesystem::exists(folder))
    folder = std::filesystem::path(folder).parent_path();
  std::uint64_t room = engine::room_at(folder.empty() ? "." : folder),
                needed = 4 * engine::Reserve::usual_bytes;
  std::string text =
      fmt::format("{} of room on the disk of the state directory", format_bytes(room));
  if (room >= needed) return {Weight::good, "state directory", text, ""};
  return {room < engine::Reserve::usual_bytes ? Weight::error : Weight::warning, "state directory",
          text, fmt::format("make room: {} should be free", format_bytes(needed))};
}

}  // namespace

Exit doctor(const Options& options) {
  Session session(options);
  if (options.grants) return print_grants(session, options.json);
  auto findings = steps::examine(session.names(), session.drivers(), session.clock());
  findings.push_back(examine_room(state_paths(options)));
  print_findings(findings, options.json);
  using Weight = steps::Finding::Weight;
  auto has = [&](Weight weight) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const steps::Finding& finding) { return finding.weight == weight; });
  };
  return has(Weight::error) ? Exit::failed : has(Weight::warning) ? Exit::warnings : Exit::ok;
}

}  // namespace hikkoshi::app
