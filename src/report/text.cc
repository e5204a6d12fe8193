#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/units.h"
#include "report/report.h"

namespace hikkoshi::report {

namespace {

std::string when(const Json& time) {
  return time.is_string() ? time.get<std::string>() : "now";
}

std::string seconds(const Json& value) {
  return value.is_number() ? fmt::format("{:.1f} s", value.get<double>()) : "-";
}

/// Each time that the page was up, when there was more than the one of the move.
std::string page_lines(const Json& times) {
  if (times.empty() || (times.size() == 1 && times[0].at("ended") == "moved")) return "";
  std::string text;
  for (const Json& time : times)
    text +=
        fmt::format("  {} to {}: {}, {}\n", time.at("from").get<std::string>(), when(time.at("to")),
                    seconds(time.at("seconds")), time.at("ended").get<std::string>());
  return text;
}

std::string stage_lines(const Json& stage) {
  std::string text = fmt::format("\n{}  {}{}\n", stage.at("name").get<std::string>(),
                                 stage.at("state").get<std::string>(),
                                 stage.at("critical").get<bool>() ? "  (critical)" : "");
  for (const Json& item : stage.at("items")) {
    if (item.contains("step")) {
      const Json& step = item["step"];
      text += fmt::format("  {} {:<9} {:>8}  {}{}\n", step.at("symbol").get<std::string>(),
                          step.at("state").get<std::string>(), seconds(step.at("seconds")),
                          step.at("on_old").get<bool>() ? "[OLD] " : "",
                          printable(step.at("title").get<std::string>()));
    } else {
      const Json& gate = item["gate"];
      std::string who = gate.at("approved_by");
      text +=
          fmt::format("  ? {:<9} {:>8}  {}{}\n", gate.at("open").get<bool>() ? "open" : "shut",
                      seconds(gate.at("seconds")), printable(gate.at("title").get<std::string>()),
                      who.empty() ? "" : " (approved by " + printable(who) + ")");
    }
  }
  return text;
}

std::string database_line(const Json& database) {
  return fmt::format("  {}: {} rows, {} copied in {}; {} tables compared, {} differences\n",
                     database.at("name").get<std::string>(),
                     format_count(database.value("rows", std::uint64_t(0))),
                     format_bytes(database.value("bytes", std::uint64_t(0))),
                     seconds(database.value("copy_s", Json())),
                     database.value("tables_verified", std::uint64_t(0)),
                     database.value("mismatches", std::uint64_t(0)));
}

std::string dns_line(const Json& name) {
  return fmt::format("  {} {}: TTL {} s, {} s during the move, {} s now{}\n",
                     name.at("name").get<std::string>(), name.at("type").get<std::string>(),
                     name.at("ttl_before").get<int>(), name.at("ttl_during").get<int>(),
                     name.at("ttl_after").get<int>(),
                     name.contains("after")
                         ? "; leads to " + join(name["after"].get<std::vector<std::string>>(), " ")
                         : "");
}

}  // namespace

std::string render_text(const Json& report) {
  const Json& forecast = report.at("forecast_s");
  std::string text = fmt::format(
      "{}: {}\nrun {}, {} to {}\nbehind the page: {} (forecast {:.1f} to {:.1f} s, {})\n",
      report.at("move").get<std::string>(), report.at("result").get<std::string>(),
      report.at("run").get<std::string>(), when(report.at("begun")), when(report.at("ended")),
      seconds(report.at("actual_s")), forecast.at("low").get<double>(),
      forecast.at("high").get<double>(), forecast.at("origin").get<std::string>());
  text += page_lines(report.at("behind_the_page"));
  if (std::string why = report.at("text"); !why.empty()) text += printable(why) + "\n";
  for (const Json& stage : report.at("stages")) text += stage_lines(stage);
  if (!report.at("databases").empty()) text += "\ndatabases\n";
  for (const Json& database : report.at("databases")) text += database_line(database);
  if (!report.at("dns").empty()) text += "\nnames\n";
  for (const Json& name : report.at("dns")) text += dns_line(name);
  for (const Json& seen : report.at("stragglers"))
    text += fmt::format(
        "\nstragglers: {} requests in {:.0f} s still came to OLD's {} and were "
        "forwarded\n",
        seen.at("requests").get<std::uint64_t>(), seen.at("seconds").get<double>(),
        seen.at("balancer").get<std::string>());
  if (!report.at("left").empty()) text += "\nleft to do\n";
  for (const Json& line : report.at("left")) text += "  - " + line.get<std::string>() + "\n";
  return text;
}

}  // namespace hikkoshi::report
