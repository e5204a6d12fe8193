#include "report/page_watch.h"

namespace hikkoshi::report {

using journal::Kind;

PageWatch::PageWatch(const plan::Plan& plan) {
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items) {
      if (!item.step || !item.step->on_old) continue;
      bool shows = item.step->kind == "show-page";
      if (!shows && item.step->kind != "hide-page") continue;
      steps_[item.step->id] = {shows, item.step->arguments.value("balancer", "")};
    }
}

void PageWatch::shown(const Step& step, WallTime since) {
  bool first = balancers_.empty();
  if (!balancers_.insert(step.balancer).second || !first) return;
  times_.push_back({since, {}, false});
}

void PageWatch::hidden(const Step& step, WallTime at, bool undone) {
  if (balancers_.erase(step.balancer) == 0 || !balancers_.empty()) return;
  times_.back().to = at;
  times_.back().undone = undone;
}

void PageWatch::event(const journal::Event& event) {
  if (event.kind == Kind::run_begun) {
    intended_.clear();
    balancers_.clear();
    times_.clear();
  }
  auto found = steps_.find(event.subject);
  if (found == steps_.end()) return;
  const Step& step = found->second;
  auto intended = intended_.find(event.subject);
  WallTime since = intended == intended_.end() ? event.wall : intended->second;
  switch (event.kind) {
    case Kind::step_intended:
    case Kind::undo_intended:
      intended_[event.subject] = event.wall;
      return;
    case Kind::step_unknown:
      if (step.shows) shown(step, since);
      return;
    case Kind::step_found:
    case Kind::step_done:
      if (!step.shows) return hidden(step, event.wall, false);
      return shown(step, event.body.value("adopted", false) ? since : event.wall);
    case Kind::step_undone:
      if (step.shows) return hidden(step, event.wall, true);
      return shown(step, event.wall);
    default:
      return;
  }
}

}  // namespace hikkoshi::report
