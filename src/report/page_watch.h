// How long users saw the page, from the history of a run: every time that it was up.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "journal/event.h"
#include "plan/plan.h"

namespace hikkoshi::report {

/// One time that the page was up on OLD, on one balancer or several.
struct PageTime {
  WallTime from;
  std::optional<WallTime> to;  ///< Empty: it is still up.
  bool undone = false;         ///< It went because the cutover went back.

  bool operator==(const PageTime&) const = default;
};

/// Takes the events of one run in their order. The page is up from the first one shown on OLD
/// until the last one there is taken away; when the answer of a step was lost, from its intent on,
/// for it may have been up since then. Not thread-safe.
class PageWatch {
 public:
  explicit PageWatch(const plan::Plan& plan);

  /// A run-begun forgets what was before.
  void event(const journal::Event& event);

  bool up() const { return !times_.empty() && !times_.back().to; }
  const std::vector<PageTime>& times() const { return times_; }  ///< Oldest first.

 private:
  struct Step {
    bool shows = false;
    std::string balancer;
  };

  void shown(const Step& step, WallTime since);
  void hidden(const Step& step, WallTime at, bool undone);

  std::map<std::string, Step> steps_;         ///< Those that show or hide a page on OLD.
  std::map<std::string, WallTime> intended_;  ///< The newest attempt of each.
  std::set<std::string> balancers_;           ///< With the page up.
  std::vector<PageTime> times_;
};

}  // namespace hikkoshi::report
