#include "plan/render_text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "plan/phrases.h"

namespace hikkoshi::plan {

namespace {

std::string padded(const std::string& text, std::size_t columns) {
  std::size_t used = width(text);
  return text + std::string(used < columns ? columns - used : 0, ' ');
}

// Without the blanks that padding leaves at the end.
std::string line(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string placement(const Plan& plan) {
  std::vector<std::vector<std::string>> table = placement_table(plan);
  if (table.empty()) return "";
  std::vector<std::size_t> widths(table[0].size());
  for (const std::vector<std::string>& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text = "Placement\n";
  for (const std::vector<std::string>& row : table) {
    std::string cells = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) cells += padded(row[i], widths[i] + 2);
    text += line(cells);
  }
  return text + "\n";
}

std::size_t widest_range(const Plan& plan) {
  std::size_t widest = 0;
  auto look = [&widest](const std::vector<Item>& items) {
    for (const Item& item : items) {
      const Forecast& forecast = item.step ? item.step->forecast : item.gate->forecast;
      widest = std::max(widest, width(range(forecast)));
    }
  };
  for (const Stage& stage : plan.stages) look(stage.items);
  look(plan.finish);
  return widest;
}

std::string items(const std::vector<Item>& items, std::size_t range_width) {
  constexpr std::size_t mark_width = 10, side_width = 7;
  std::string text;
  for (const Item& item : items) {
    const Forecast& forecast = item.step ? item.step->forecast : item.gate->forecast;
    std::string head = "  " + padded(mark(item), mark_width) +
                       padded(changes_old(item) ? "[OLD]" : "", side_width) +
                       padded(range(forecast), range_width + 2);
    std::string origin = forecast.origin.empty() ? "" : fmt::format(" ({})", forecast.origin);
    text += line(head + title(item) + origin);
    std::string indent(width(head), ' ');
    if (!undo(item).empty()) text += line(indent + "undo: " + printable(undo(item)));
  }
  return text;
}

std::string stage_heading(const Stage& stage) {
  if (!stage.critical) return fmt::format("Stage {}\n", printable(stage.name));
  return fmt::format("Stage {}, critical: within {} of its first step, or it undoes itself\n",
                     printable(stage.name), format_duration(stage.budget));
}

std::string risks(const Plan& plan) {
  if (plan.risks.empty()) return "Risks: none known\n";
  std::string text = "Risks\n";
  std::size_t number = 0;
  for (const Risk& risk : plan.risks) {
    std::string head = fmt::format("  {:>2}. ", ++number);
    text += line(head + printable(risk.text));
    if (!risk.remedy.empty()) {
      text += line(std::string(head.size(), ' ') + "help: " + printable(risk.remedy));
    }
  }
  return text;
}

std::string figures(const Plan& plan) {
  std::string critical = critical_names(plan);
  std::string text =
      line(fmt::format("Downtime  {} ({})", range(plan.downtime),
                       critical.empty() ? "no stage cuts over" : plan.downtime.origin));
  text += line(fmt::format("Total     {} ({})", range(plan.total), plan.total.origin));
  return text + line("Way back  " + way_back_sentence(plan));
}

}  // namespace

std::string render_text(const Plan& plan) {
  std::size_t range_width = widest_range(plan);
  std::string text = fmt::format("Move {}\n\n", printable(plan.move)) + placement(plan);
  for (const Stage& stage : plan.stages) {
    text += stage_heading(stage) + items(stage.items, range_width) + "\n";
  }
  if (!plan.finish.empty()) {
    text += "Later, by hikkoshi finish\n" + items(plan.finish, range_width) + "\n";
  }
  text += figures(plan) + "\n" + risks(plan) + "\n";
  return text + fmt::format("Plan {}\n", hash(plan));
}

}  // namespace hikkoshi::plan
