#include "report/picture.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/units.h"
#include "report/escape.h"

namespace hikkoshi::report {

namespace {

constexpr double width = 960, label = 330, bar = 14, pitch = 20;

struct Bar {
  std::string text, kind;  ///< kind: a CSS class: step, gate, head.
  WallTime begun, ended;
};

std::optional<WallTime> time_at(const Json& json, const char* key) {
  if (!json.contains(key) || json[key].is_null()) return {};
  return parse_time(json[key].get<std::string>());
}

void add(std::vector<Bar>& bars, const std::string& text, const char* kind,
         std::optional<WallTime> begun, std::optional<WallTime> ended) {
  if (begun && ended) bars.push_back({text, kind, *begun, *ended});
}

std::vector<Bar> bars_of(const Json& report) {
  std::vector<Bar> bars;
  for (const Json& stage : report.at("stages")) {
    add(bars, stage.at("name"), "head", time_at(stage, "begun"), time_at(stage, "ended"));
    for (const Json& item : stage.at("items")) {
      if (item.contains("step"))
        add(bars, item["step"].at("title"), "step", time_at(item["step"], "begun"),
            time_at(item["step"], "ended"));
      else
        add(bars, item["gate"].at("title"), "gate", time_at(item["gate"], "waiting"),
            time_at(item["gate"], "opened"));
    }
  }
  return bars;
}

std::string shortened(const std::string& text, size_t longest) {
  if (text.size() <= longest) return text;
  size_t cut = longest - 1;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

}  // namespace

std::string timeline_picture(const Json& report) {
  std::vector<Bar> bars = bars_of(report);
  if (bars.empty()) return "";
  WallTime first = bars[0].begun, last = bars[0].ended;
  for (const Bar& one : bars) {
    first = std::min(first, one.begun);
    last = std::max(last, one.ended);
  }
  double span = std::max(1.0, double((last - first).count()));
  double height = pitch * double(bars.size()) + 30;
  std::string svg = fmt::format(
      "<svg class=\"timeline\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-label=\"Timeline of the run\">\n",
      width, height);
  double y = 4;
  for (const Bar& one : bars) {
    double x = label + (width - label) * double((one.begun - first).count()) / span;
    double length = std::max(2.0, (width - label) * double((one.ended - one.begun).count()) / span);
    svg += fmt::format(
        "<text class=\"{}\" x=\"0\" y=\"{:.1f}\">{}</text><rect class=\"{}\" x=\"{:.1f}\" "
        "y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\"><title>{}: {}</title></rect>\n",
        one.kind, y + 11, escape_html(shortened(one.text, 52)), one.kind, x, y,
        std::min(length, width - x), bar, escape_html(one.text),
        format_duration(one.ended - one.begun));
    y += pitch;
  }
  svg += fmt::format(
      "<text class=\"axis\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text><text class=\"axis\" "
      "x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">+{}</text></svg>\n",
      label, y + 14, format_time(first), width, y + 14, format_duration(last - first));
  return svg;
}

std::string outside_picture(const Json& outside) {
  if (!outside.is_object() || !outside.contains("timeline") || outside["timeline"].empty())
    return "";
  const Json& seconds = outside["timeline"];
  constexpr double tall = 160;
  double most = 1;
  for (const Json& second : seconds)
    most = std::max(
        most, second.value("ok", 0.0) + second.value("paged", 0.0) + second.value("failed", 0.0));
  double each = width / double(seconds.size());
  std::string svg = fmt::format(
      "<svg class=\"outside\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-label=\"Answers a second seen from outside\">\n",
      width, tall + 20);
  double x = 0;
  for (const Json& second : seconds) {
    double base = tall;
    for (const char* kind : {"ok", "paged", "failed"}) {
      double height = tall * second.value(kind, 0.0) / most;
      if (height <= 0) continue;
      base -= height;
      svg += fmt::format(
          "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"/>", kind,
          x, base, each, height);
    }
    x += each;
  }
  svg += fmt::format(
      "\n<text class=\"axis\" x=\"0\" y=\"{:.0f}\">{} s; at most {:.0f} answers a "
      "second</text></svg>\n",
      tall + 15, seconds.size(), most);
  return svg;
}

}  // namespace hikkoshi::report
