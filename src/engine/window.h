// A change window: the hours in which a cutover may begin.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "engine/step.h"
#include "engine/timezone.h"

namespace hikkoshi::engine {

/// {"days":["sat","sun"],"from":"22:00","to":"05:00","zone":"Asia/Tokyo"}. By the clocks on the
/// wall there: an hour that a change to summer time skips is not waited for, one that is repeated
/// counts twice. `to` not after `from`: over midnight, and the days are those on which it begins.
class Window {
 public:
  /// No days: every day. Throws Error(never) for what is no window or no zone.
  explicit Window(const Json& arguments);

  bool contains(WallTime time) const;

  /// Whether it is open, since or until when, and when it opens next (to the minute).
  Reading read(WallTime now) const;

 private:
  bool days_[7]{};  ///< From Sunday.
  int from_, to_;   ///< Minutes of the day.
  std::string zone_name_;
  TimeZone zone_;
};

}  // namespace hikkoshi::engine
