#include "app/cli/narrator.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/console.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/units.h"

namespace hikkoshi::app {

namespace {

constexpr Millis heartbeat{30'000}, refresh{200};

std::string word(const Json& body, const char* key) {
  return body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : "";
}

/// What fits into a line of the terminal: one that wraps cannot be written over.
std::size_t room() {
  constexpr std::size_t longest = 110, indent = 7, least = 10;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return longest;
  return std::clamp<std::size_t>(size.ws_col - std::min<std::size_t>(size.ws_col, indent), least,
                                 longest);
}

/// A character of several bytes is taken whole or not at all.
std::string shortened(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

Narrator::Narrator(const plan::Plan& plan, Clock& clock, bool terminal)
    : clock_(clock), terminal_(terminal), begun_(clock.steady()), page_(plan) {
  auto add = [this](const plan::Item& item) {
    if (item.step)
      titles_[item.step->id] = {std::string(plan::symbol(item.step->sign)), item.step->title,
                                item.step->kind, item.step->on_old};
    if (item.gate)
      titles_[item.gate->id] = {item.gate->pivot ? "!" : "?", item.gate->title, "", false};
  };
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items) add(item);
  for (const plan::Item& item : plan.finish) add(item);
}

std::string Narrator::title(const std::string& id) const {
  auto found = titles_.find(id);
  if (found == titles_.end()) return id;
  return (found->second.on_old ? "[OLD] " : "") + found->second.text;
}

std::string Narrator::page_time() const {
  if (!page_.up()) return "";
  return fmt::format("; page up for {:.1f} s",
                     double((clock_.steady() - page_since_).count()) / 1000);
}

void Narrator::line(const std::string& text) {
  if (open_line_) std::fputs("\r\x1b[K", stderr);
  open_line_ = false;
  say(fmt::format("[{:7.1f} s] {}", double((clock_.steady() - begun_).count()) / 1000,
                  printable(text)));
}

void Narrator::fleeting(const std::string& text) {
  Millis now = clock_.steady();
  if (now - last_fleeting_ < (terminal_ ? refresh : heartbeat)) return;
  last_fleeting_ = now;
  if (!terminal_) return line("  ... " + text);
  std::string shown = shortened(redact(printable(text)), room());
  std::fprintf(stderr, "\r\x1b[K  ... %s", shown.c_str());
  std::fflush(stderr);
  open_line_ = true;
}

/// The steady time of something that the calendar places.
Millis Narrator::steady_of(WallTime past) const {
  return clock_.steady() - std::max(Millis(0), clock_.now() - past);
}

void Narrator::recall(const std::vector<journal::Event>& events) {
  for (const journal::Event& event : events) {
    page_.event(event);
    if (event.kind == journal::Kind::step_intended)
      step_begun_[event.subject] = steady_of(event.wall);
  }
  if (page_.up()) page_since_ = steady_of(page_.times().back().from);
}

void Narrator::event(const journal::Event& event) {
  using journal::Kind;
  bool was_up = page_.up();
  page_.event(event);
  if (page_.up() && !was_up) page_since_ = steady_of(page_.times().back().from);
  auto found = titles_.find(event.subject);
  std::string symbol = found == titles_.end() ? " " : found->second.symbol;
  std::string what = symbol + " " + title(event.subject);
  switch (event.kind) {
    case Kind::stage_begun:
      return line("== " + event.subject +
                  (event.body.value("critical", false) ? " (critical)" : ""));
    case Kind::step_intended:
      step_begun_[event.subject] = clock_.steady();
      last_fleeting_ = clock_.steady();
      return;
    case Kind::step_done: {
      auto begun = step_begun_.find(event.subject);
      Millis took = begun == step_begun_.end() ? Millis(0) : clock_.steady() - begun->second;
      return line(fmt::format("{}: done in {}{}", what, format_duration(took), page_time()));
    }
    case Kind::step_found:
      return line(what + ": was so before we came");
    case Kind::step_failed:
    case Kind::step_unknown:
    case Kind::undo_failed:
      return line(fmt::format("{}: {}: {}", what, journal::to_string(event.kind),
                              redact(word(event.body, "error"))));
    case Kind::step_foreign:
      return line(what + ": somebody else changed it: " + word(event.body, "detail"));
    case Kind::step_undone:
      return line("undone: " + what);
    case Kind::stage_undoing:
      return line("going back: " + word(event.body, "reason"));
    case Kind::gate_waiting:
      last_fleeting_ = clock_.steady();
      return line(what + ": waits: " + word(event.body, "evidence") +
                  (symbol == "!" || word(event.body, "evidence").empty()
                       ? " (hikkoshi gate approve " + event.subject + ")"
                       : ""));
    case Kind::gate_open:
      return line(what + ": open: " + word(event.body, "evidence"));
    case Kind::pivot_passed:
      return line("! the pivot is passed: from here on only forward");
    case Kind::request_refused:
      return line("refused a request: " + word(event.body, "reason"));
    case Kind::run_paused:
    case Kind::run_resumed:
    case Kind::rollback_begun:
    case Kind::rolled_back:
    case Kind::run_completed:
    case Kind::finished:
      return line(replace_all(std::string(journal::to_string(event.kind)), "-", " ") + " " +
                  word(event.body, "reason"));
    default:
      return;
  }
}

/// Rows and bytes, with the rate since the step's first word; in its first second there is none.
std::string Narrator::rate(const Json& progress) {
  if (!progress.contains("rows")) return "";
  double rows = progress["rows"], total = progress.value("rows_total", 0.0);
  std::string text = format_count(std::uint64_t(rows));
  if (total > 0) text += " of about " + format_count(std::uint64_t(total));
  text += " rows";
  double seconds = double((clock_.steady() - rated_.since).count()) / 1000;
  double moved = rows - rated_.rows, bytes = progress.value("bytes", 0.0) - rated_.bytes;
  if (seconds >= 1 && bytes >= 0)
    text += ", " + format_bytes(std::uint64_t(bytes / seconds)) + "/s";
  if (seconds >= 1 && moved > total * 0.01 && rows < total)
    text += ", about " +
            format_duration(Millis(std::int64_t((total - rows) / moved * seconds) * 1000)) +
            " left";
  return text + "; ";
}

void Narrator::progress(const std::string& step, const Json& progress) {
  if (step != rated_.step)
    rated_ = {step, clock_.steady(), progress.value("rows", 0.0), progress.value("bytes", 0.0)};
  fleeting(title(step) + ": " + rate(progress) + word(progress, "doing") + page_time());
}

void Narrator::reading(const std::string& gate, const engine::Reading& reading) {
  std::string when;
  if (reading.opens_at && *reading.opens_at > clock_.now())
    when = ", opens in " + format_duration(*reading.opens_at - clock_.now());
  fleeting(title(gate) + ": " + reading.evidence + when + page_time());
}

}  // namespace hikkoshi::app
