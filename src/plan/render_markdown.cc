#include "plan/render_markdown.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "plan/phrases.h"

namespace hikkoshi::plan {

namespace {

// Text that stays text in Markdown, inside tables too.
std::string plain(const std::string& text) {
  std::string result;
  for (char c : printable(text)) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// A code span; a back quote cannot be escaped in one, so it becomes an apostrophe.
std::string code(const std::string& text) {
  return "`" + replace_all(replace_all(printable(text), "`", "'"), "|", "\\|") + "`";
}

std::string row(const std::vector<std::string>& cells) {
  return "| " + join(cells, " | ") + " |\n";
}

std::string table_head(const std::vector<std::string>& names) {
  return row(names) + row(std::vector<std::string>(names.size(), "---"));
}

std::string moment(Millis since_start) {
  std::int64_t seconds = (since_start.count() + 500) / 1000;
  if (seconds < 3600) return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// When an item begins, at the earliest and at the latest.
std::string clock_time(const Forecast& since_start) {
  std::string low = moment(since_start.low), high = moment(since_start.high);
  return low == high ? "T+" + low : fmt::format("T+{} to {}", low, high);
}

enum class Part { stage, finish };

std::string when_it_fails(Part part, const Stage& stage, const Item& item, bool after_pivot) {
  if (part == Part::finish) {
    return item.gate ? "it stays shut: `hikkoshi finish` again later"
                     : "Hikkoshi stops: mend the cause and `hikkoshi finish` again";
  }
  if (stage.critical && item.gate && item.gate->pivot) {
    return "do not approve: `hikkoshi abort`; this stage is undone and OLD serves again";
  }
  if (item.gate) return "it stays shut and nothing is changed: wait, or `hikkoshi abort`";
  if (!stage.critical) {
    return "Hikkoshi stops: mend the cause and `hikkoshi run` again, or `hikkoshi rollback`";
  }
  if (after_pivot) {
    return "Hikkoshi tries again, then stops: mend the cause and `hikkoshi run` again";
  }
  return "Hikkoshi undoes this stage by itself: OLD serves again";
}

std::string who(const Item& item) {
  return item.gate && item.gate->kind == Gate::Kind::approval ? "team" : "Hikkoshi";
}

void pass(Forecast& clock, const Item& item) {
  const Forecast& length = item.step ? item.step->forecast : item.gate->forecast;
  clock.low += length.low;
  clock.high += length.high;
}

std::string step_table(Part part, const Stage& stage, Forecast clock) {
  std::string text = table_head({"#", "when", "who", "step", "takes", "undo", "when it fails"});
  bool after_pivot = false;
  std::size_t number = 0;
  for (const Item& item : stage.items) {
    const Forecast& length = item.step ? item.step->forecast : item.gate->forecast;
    std::string what =
        code(mark(item)) + (changes_old(item) ? " **[OLD]** " : " ") + plain(title(item));
    text += row({std::to_string(++number), clock_time(clock), who(item), what, range(length),
                 undo(item).empty() ? "nothing to undo" : plain(undo(item)),
                 when_it_fails(part, stage, item, after_pivot)});
    pass(clock, item);
    after_pivot = after_pivot || item.pivot || (item.gate && item.gate->pivot);
  }
  return text + "\n";
}

// The steps of one kind in a stage.
std::vector<const Step*> steps_of(const Stage& stage, std::string_view kind) {
  std::vector<const Step*> steps;
  for (const Item& item : stage.items) {
    if (item.step && item.step->kind == kind) steps.push_back(&*item.step);
  }
  return steps;
}

std::string text_at(const Json& arguments, const char* key) {
  auto found = arguments.find(key);
  return found != arguments.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> texts_at(const Json& arguments, const char* key) {
  std::vector<std::string> texts;
  auto found = arguments.find(key);
  if (found == arguments.end() || !found->is_array()) return texts;
  for (const Json& text : *found) {
    if (text.is_string()) texts.push_back(code(text.get<std::string>()));
  }
  return texts;
}

std::string access_line(const Stage& stage) {
  std::string text;
  std::vector<const Step*> pages = steps_of(stage, "admit-team");
  if (pages.empty()) pages = steps_of(stage, "show-page");
  if (!pages.empty() && pages[0]->arguments.contains("page")) {
    std::vector<std::string> allowed = texts_at(pages[0]->arguments.at("page"), "allow");
    text += allowed.empty() ? "- [ ] Nobody passes the page: check at the hosts themselves.\n"
                            : fmt::format(
                                  "- [ ] You come from an address that passes the page: "
                                  "{}.\n",
                                  join(allowed, ", "));
  }
  std::set<std::string> targets;
  for (const Step* step : steps_of(stage, "forward-balancer")) {
    targets.insert(code(text_at(step->arguments, "target")));
  }
  if (!targets.empty()) {
    text += fmt::format("- [ ] Your machine takes the names below to NEW: {}.\n",
                        join({targets.begin(), targets.end()}, ", "));
  }
  return text;
}

std::string service_lines(const Stage& stage) {
  std::string text;
  for (const Step* step : steps_of(stage, "check-service")) {
    std::string name = text_at(step->arguments, "name"),
                service = text_at(step->arguments, "service");
    std::vector<std::string> paths = texts_at(step->arguments, "paths");
    if (paths.empty()) paths = {code(text_at(step->arguments, "health"))};
    text += fmt::format("- [ ] {} on NEW shows what OLD showed: {}.\n",
                        code(name.empty() ? service : name), join(paths, ", "));
    std::vector<std::string> hosts = texts_at(step->arguments, "hosts");
    text += fmt::format("- [ ] The logs of {} on {} show no new errors.\n", plain(service),
                        join(hosts, ", "));
  }
  return text;
}

std::string check_list(const Stage& stage, const Item& pivot) {
  std::string text = fmt::format("### Check list before you approve {}\n\n", code(pivot.id()));
  text += access_line(stage) + service_lines(stage);
  for (const Step* step : steps_of(stage, "verify-database")) {
    text += fmt::format("- [ ] `hikkoshi status` says that {} is equal on both sides.\n",
                        code(text_at(step->arguments, "database")));
  }
  if (!steps_of(stage, "open-database").empty()) {
    text += "- [ ] Something written on NEW can be read back. It is lost if you do not approve.\n";
  }
  text += fmt::format(
      "- [ ] There is time: without approval the stage undoes itself {} after its "
      "first step.\n\n",
      format_duration(stage.budget));
  text += fmt::format("Approve: {}. Go back: `hikkoshi abort`.\n\n",
                      code("hikkoshi gate approve " + pivot.id()));
  return text;
}

std::string stage_text(const Stage& stage, const Forecast& clock) {
  std::string text = fmt::format("## Stage {}, {}\n\n", plain(stage.name), clock_time(clock));
  if (stage.critical) {
    text += fmt::format(
        "Critical: until the pivot it undoes itself on any failure, and {} after its first step; "
        "after the pivot it only goes forward.\n\n",
        format_duration(stage.budget));
  }
  text += step_table(Part::stage, stage, clock);
  for (const Item& item : stage.items) {
    if (item.gate && item.gate->pivot) text += check_list(stage, item);
  }
  return text;
}

std::string summary(const Plan& plan) {
  std::string text = fmt::format("# Runbook: {}\n\n", plain(plan.move));
  text += fmt::format("Plan {}\n\n", code(hash(plan)));
  text += fmt::format("- Downtime: {} ({})\n", range(plan.downtime), plain(plan.downtime.origin));
  text += fmt::format("- Total: {} ({})\n", range(plan.total), plain(plan.total.origin));
  text += fmt::format("- Way back: {}.\n", way_back_sentence(plan));
  text +=
      "- Times are from the start of `hikkoshi run`: earliest to latest. **[OLD]** marks what "
      "changes OLD.\n\n";
  return text;
}

std::string placement_section(const Plan& plan) {
  std::vector<std::vector<std::string>> table = placement_table(plan);
  if (table.empty()) return "";
  std::string text = "## Where everything is\n\n";
  for (std::vector<std::string>& cells : table) {
    for (std::string& cell : cells) cell = plain(cell);
    text += &cells == &table[0] ? table_head(cells) : row(cells);
  }
  return text + "\n";
}

std::string risks_section(const Plan& plan) {
  if (plan.risks.empty()) return "";
  std::string text = "## Before the night\n\n";
  for (const Risk& risk : plan.risks) {
    std::string remedy = risk.remedy.empty() ? "" : fmt::format(" ({})", plain(risk.remedy));
    text += fmt::format("- [ ] {}{}\n", plain(risk.text), remedy);
  }
  return text + "\n";
}

std::string commands(const Plan& plan) {
  std::string text = "## Commands\n\n" + table_head({"to", "command", "when"});
  text += row({"start, or go on", "`hikkoshi run`", "after every stop; it looks before it acts"});
  text += row({"see where it is", "`hikkoshi status`", "at any time"});
  text += row({"pause", "`hikkoshi pause`", "before the next step; not inside a critical stage"});
  text += row({"abort", "`hikkoshi abort`", "before a pivot; the stage is undone"});
  text += row({"roll back", "`hikkoshi rollback`",
               plan.way_back ? "at any time" : "before the first pivot"});
  if (!plan.way_back) {
    text += row({"roll back and lose writes", "`hikkoshi rollback --lose-writes-since-cutover`",
                 "after the pivot; what was written on NEW is lost"});
  }
  return text + "\n";
}

}  // namespace

std::string render_markdown(const Plan& plan) {
  std::string text = summary(plan) + placement_section(plan) + risks_section(plan) + commands(plan);
  Forecast clock;
  for (const Stage& stage : plan.stages) {
    text += stage_text(stage, clock);
    for (const Item& item : stage.items) pass(clock, item);
  }
  if (plan.finish.empty()) return text;
  Stage finish{.name = "finish", .items = plan.finish};
  text += "## Later, by `hikkoshi finish`\n\nTimes are from its start.\n\n";
  return text + step_table(Part::finish, finish, Forecast{});
}

}  // namespace hikkoshi::plan
