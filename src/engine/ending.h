// How a piece of the run ended: what the parts of the engine tell each other.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace hikkoshi::engine {

/// Why the engine left a step, a gate or a stage.
struct Ending {
  enum class Why {
    done,     ///< Go on.
    failed,   ///< It failed and will not be repeated.
    stopped,  ///< The stop token: Ctrl-C.
    aborted,  ///< A request to go back.
    overrun,  ///< The stage's budget is used up.
    at_gate,  ///< A gate is shut, or the run is paused, and we do not wait.
    undone,   ///< The stage went back by itself.
  };
  Why why = Why::done;
  Exit exit = Exit::ok;
  std::string text;                  ///< For people; empty when done.
  std::string remedy;                ///< What they can do; may be empty.
  std::string gate;                  ///< With at_gate: which; empty when paused.
  std::optional<WallTime> opens_at;  ///< With at_gate, when known.

  bool done() const { return why == Why::done; }

  static Ending failure(const Error& error) {
    Ending ending;
    ending.why = Why::failed;
    ending.exit = error.exit();
    ending.text = error.what();
    ending.remedy = error.remedy();
    return ending;
  }
  static Ending of(Why why, Exit exit, std::string text) {
    Ending ending;
    ending.why = why;
    ending.exit = exit;
    ending.text = std::move(text);
    return ending;
  }
};

}  // namespace hikkoshi::engine
