// Who is told while the engine works.
#pragma once

#include <string>

#include "base/json.h"
#include "engine/step.h"
#include "journal/event.h"

namespace hikkoshi::engine {

/// Called on the engine's thread, after the fact is durable; must not block for long and not throw.
class Listener {
 public:
  virtual ~Listener() = default;

  /// One line of history was journaled.
  virtual void event(const journal::Event& event) = 0;

  /// What a running step says of itself ({"rows":1,...}); at most a few times a second.
  virtual void progress(const std::string& step, const Json& progress) = 0;

  /// What a gate that stays shut reads now.
  virtual void reading(const std::string& gate, const Reading& reading) = 0;
};

/// Listens to nothing.
class DeafListener : public Listener {
 public:
  void event(const journal::Event&) override {}
  void progress(const std::string&, const Json&) override {}
  void reading(const std::string&, const Reading&) override {}
};

}  // namespace hikkoshi::engine
