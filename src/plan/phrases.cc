#include "plan/phrases.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace hikkoshi::plan {

namespace {

// Two digits of a forecast mean something: 13.333 s is 13 s, 5.412 s is 5.4 s.
Millis rounded(Millis length) {
  std::int64_t unit = length >= Millis(10'000) ? 1'000 : length >= Millis(1'000) ? 100 : 10;
  return Millis((length.count() + unit / 2) / unit * unit);
}

// The move file's stages in their order; a stage of zones beside a cutover is part of its stage.
std::vector<std::string> column_names(const Plan& plan, std::size_t columns) {
  std::vector<std::string> names;
  std::string last;
  for (const Stage& stage : plan.stages) {
    bool prepares = &stage == &plan.stages.front() && stage.name == "prepare";
    bool belongs = !stage.critical && !last.empty() && stage.name.starts_with(last + "-zones");
    if (prepares || belongs) continue;
    last = stage.name;
    names.push_back(stage.name);
  }
  names.resize(columns, "?");
  return names;
}

}  // namespace

std::string range(const Forecast& forecast) {
  if (forecast.high.count() == 0) return "0s";
  std::string low = format_duration(rounded(forecast.low)),
              high = format_duration(rounded(forecast.high));
  if (low == high) return low;
  return fmt::format("{}-{}", forecast.low.count() == 0 ? "0s" : low, high);
}

std::string mark(const Item& item) {
  if (item.gate) return item.gate->pivot ? "! pivot" : "? gate";
  return fmt::format("{} {}", item.pivot ? "!" : symbol(item.step->sign),
                     to_string(item.step->sign));
}

std::string title(const Item& item) {
  return printable(item.step ? item.step->title : item.gate->title);
}

const std::string& undo(const Item& item) {
  static const std::string nothing;
  return item.step ? item.step->undo : nothing;
}

bool changes_old(const Item& item) {
  return item.step && item.step->on_old;
}

std::size_t width(std::string_view text) {
  return std::size_t(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;  // Not a UTF-8 continuation.
  }));
}

std::vector<std::vector<std::string>> placement_table(const Plan& plan) {
  std::size_t columns = 0;
  for (const PlacementRow& row : plan.placement) columns = std::max(columns, row.sides.size());
  if (columns == 0) return {};
  std::vector<std::vector<std::string>> table{{"", "before"}};
  for (std::string& name : column_names(plan, columns - 1)) table[0].push_back(printable(name));
  for (const PlacementRow& row : plan.placement) {
    std::vector<std::string> cells{printable(row.thing)};
    cells.insert(cells.end(), row.sides.begin(), row.sides.end());
    cells.resize(columns + 1);
    table.push_back(std::move(cells));
  }
  return table;
}

std::string way_back_sentence(const Plan& plan) {
  if (plan.way_back) return "rollback loses nothing at any time";
  return "rollback loses nothing before the approval; after it, writes accepted on NEW are lost, "
         "so it asks for --lose-writes-since-cutover";
}

std::string critical_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Stage& stage : plan.stages) {
    if (stage.critical) names.push_back(printable(stage.name));
  }
  return join(names, ", ");
}

}  // namespace hikkoshi::plan
