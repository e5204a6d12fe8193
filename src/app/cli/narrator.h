// Tells on standard error what the engine does: one line an event, and the newest progress.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/listener.h"
#include "plan/plan.h"
#include "report/page_watch.h"

namespace hikkoshi::app {

/// In a terminal the newest progress is one line that is written over; elsewhere a line every 30 s.
/// Progress shows what is done, the rate, and for how long the page has been up. Belongs to the
/// engine's thread.
class Narrator : public engine::Listener {
 public:
  Narrator(const plan::Plan& plan, Clock& clock, bool terminal);

  /// What the journal holds from before: without a word, so that an engine that was begun anew
  /// knows for how long the page has been up and when a step began.
  void recall(const std::vector<journal::Event>& events);

  void event(const journal::Event& event) override;
  void progress(const std::string& step, const Json& progress) override;
  void reading(const std::string& gate, const engine::Reading& reading) override;

 private:
  struct Title {
    std::string symbol, text, kind;
    bool on_old = false;
  };

  void line(const std::string& text);      ///< Stays.
  void fleeting(const std::string& text);  ///< Written over, or every 30 s.
  std::string title(const std::string& id) const;
  std::string page_time() const;  ///< "; page up for 12.3 s", or empty.
  std::string rate(const Json& progress);
  Millis steady_of(WallTime past) const;

  Clock& clock_;
  bool terminal_;
  Millis begun_;
  std::map<std::string, Title> titles_;
  Millis last_fleeting_{-1'000'000};
  bool open_line_ = false;
  std::map<std::string, Millis> step_begun_;
  report::PageWatch page_;
  Millis page_since_{0};  ///< By the steady clock; while `page_` is up.
  /// Where the rate counts from: the first word of the step, which may go on with an old attempt.
  struct Rated {
    std::string step;
    Millis since{0};
    double rows = 0, bytes = 0;
  };
  Rated rated_;
};

}  // namespace hikkoshi::app
