#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "report/escape.h"
#include "report/picture.h"
#include "report/report.h"

namespace hikkoshi::report {

namespace {

constexpr const char* style = R"css(
body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2em auto;padding:0 1em;color:#222}
h1{margin-bottom:0}h2{margin-top:2em;border-bottom:1px solid #ddd}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.2em .6em;vertical-align:top;border-bottom:1px solid #eee}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.moved{color:#176b2c}.bad{color:#a4161a}.old{color:#8a4b00}
svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:#222}
rect.step{fill:#4a7ebb}rect.gate{fill:#c9a227}rect.head{fill:#bbb}text.head{font-weight:bold}
rect.ok{fill:#7fb77e}rect.paged{fill:#e0b04c}rect.failed{fill:#c1121f}
)css";

std::string cell(const Json& value, bool number = false) {
  std::string text = value.is_string()         ? value.get<std::string>()
                     : value.is_number_float() ? fmt::format("{:.2f}", value.get<double>())
                     : value.is_number()       ? format_count(value.get<std::uint64_t>())
                     : value.is_null()         ? "-"
                                               : value.dump();
  return fmt::format("<td{}>{}</td>", number ? " class=\"n\"" : "", escape_html(text));
}

std::string row(const std::vector<std::string>& cells) {
  return "<tr>" + join(cells, "") + "</tr>\n";
}

std::string heads(const std::vector<std::string>& names) {
  std::string text = "<tr>";
  for (const std::string& name : names) text += "<th>" + escape_html(name) + "</th>";
  return text + "</tr>\n";
}

std::string summary(const Json& report) {
  const Json& forecast = report.at("forecast_s");
  std::string result = report.at("result");
  return fmt::format(
      "<h1>{}</h1>\n<p class=\"{}\"><strong>{}</strong> {}</p>\n<p>Run {}, {} to {}. Behind the "
      "page: "
      "{} s; forecast {:.1f} to {:.1f} s ({}).</p>\n",
      escape_html(report.at("move").get<std::string>()), result == "moved" ? "moved" : "bad",
      escape_html(result), escape_html(report.at("text").get<std::string>()),
      escape_html(report.at("run").get<std::string>()),
      escape_html(report.value("begun", Json()).is_null() ? "-"
                                                          : report["begun"].get<std::string>()),
      escape_html(report["ended"].is_null() ? "-" : report["ended"].get<std::string>()),
      report.at("actual_s").is_number() ? fmt::format("{:.1f}", report["actual_s"].get<double>())
                                        : "-",
      forecast.at("low").get<double>(), forecast.at("high").get<double>(),
      escape_html(forecast.at("origin").get<std::string>()));
}

std::string stage_table(const Json& stage) {
  std::string text =
      fmt::format("<h3>{} ({})</h3>\n<table>", escape_html(stage.at("name").get<std::string>()),
                  escape_html(stage.at("state").get<std::string>()));
  text += heads({"", "what", "state", "seconds", "word"});
  for (const Json& item : stage.at("items")) {
    bool is_step = item.contains("step");
    const Json& it = is_step ? item["step"] : item["gate"];
    std::string title = it.at("title");
    if (is_step && it.at("on_old").get<bool>()) title = "[OLD] " + title;
    std::string state = is_step                     ? it.at("state").get<std::string>()
                        : it.at("open").get<bool>() ? "open"
                                                    : "shut";
    std::string word =
        is_step ? it.at("detail").get<std::string>() : it.at("evidence").get<std::string>();
    text += row({cell(is_step ? it.at("symbol") : Json("?")), cell(title), cell(state),
                 cell(it.at("seconds"), true), cell(word)});
  }
  return text + "</table>\n";
}

std::string page_table(const Json& report) {
  if (report.at("behind_the_page").empty()) return "";
  std::string text = "<h2>Behind the page</h2>\n<table>" + heads({"from", "to", "seconds", ""});
  for (const Json& it : report["behind_the_page"])
    text += row({cell(it.at("from")), cell(it.at("to")), cell(it.at("seconds"), true),
                 cell(it.at("ended"))});
  return text + "</table>\n";
}

std::string databases(const Json& report) {
  if (report.at("databases").empty()) return "";
  std::string text = "<h2>Databases</h2>\n<table>" + heads({"database", "rows", "bytes", "copy, s",
                                                            "tables compared", "differences"});
  for (const Json& it : report["databases"])
    text += row({cell(it.at("name")), cell(it.value("rows", Json()), true),
                 cell(it.value("bytes", Json()), true), cell(it.value("copy_s", Json()), true),
                 cell(it.value("tables_verified", Json()), true),
                 cell(it.value("mismatches", Json()), true)});
  text += "</table>\n";
  for (const Json& it : report["databases"])
    for (const Json& difference : it.value("differences", Json::array()))
      text += fmt::format("<p class=\"bad\">{}: {}</p>\n",
                          escape_html(difference.at("where").get<std::string>()),
                          escape_html(difference.at("text").get<std::string>()));
  return text;
}

std::string names(const Json& report) {
  if (report.at("dns").empty()) return "";
  std::string text = "<h2>Names</h2>\n<table>" +
                     heads({"name", "type", "TTL before", "during", "after", "leads to"});
  for (const Json& it : report["dns"])
    text +=
        row({cell(it.at("name")), cell(it.at("type")), cell(it.at("ttl_before"), true),
             cell(it.at("ttl_during"), true), cell(it.at("ttl_after"), true),
             cell(join(it.value("after", it.at("before")).get<std::vector<std::string>>(), " "))});
  return text + "</table>\n";
}

std::string placement(const Json& report) {
  std::string text = "<h2>Placement</h2>\n<table>";
  for (const Json& it : report.at("placement")) {
    std::vector<std::string> cells{cell(it.at("thing"))};
    for (const Json& side : it.at("sides")) cells.push_back(cell(side));
    text += row(cells);
  }
  return text + "</table>\n";
}

std::string outside(const Json& report) {
  std::string picture = outside_picture(report.at("outside"));
  if (picture.empty()) return "";
  const Json& requests = report["outside"].value("requests", Json::object());
  return fmt::format(
      "<h2>Seen from outside</h2>\n<p>{} requests: {} failed, {} got the page.</p>\n{}",
      requests.value("total", 0), requests.value("failed", 0), requests.value("paged", 0), picture);
}

std::string history(const Json& report) {
  std::string text = "<h2>History</h2>\n<table>" + heads({"at", "what", "subject", "word"});
  for (const Json& it : report.at("timeline"))
    text +=
        row({cell(it.at("at")), cell(it.at("what")), cell(it.at("subject")), cell(it.at("text"))});
  return text + "</table>\n";
}

std::string left(const Json& report) {
  if (report.at("left").empty()) return "";
  std::string text = "<h2>Left to do</h2>\n<ul>";
  for (const Json& line : report["left"])
    text += "<li>" + escape_html(line.get<std::string>()) + "</li>";
  return text + "</ul>\n";
}

}  // namespace

std::string render_html(const Json& report) {
  std::string body = summary(report) + "<h2>Timeline</h2>\n" + timeline_picture(report) +
                     outside(report) + page_table(report) + databases(report) + names(report) +
                     "<h2>Stages</h2>\n";
  for (const Json& stage : report.at("stages")) body += stage_table(stage);
  body += placement(report) + left(report) + history(report);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<style>{}</style></head>\n<body>\n{}</body></html>\n",
      escape_html(report.at("move").get<std::string>()), style, body);
}

}  // namespace hikkoshi::report
