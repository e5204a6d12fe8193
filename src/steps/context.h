// What every step kind is made from.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "engine/step.h"
#include "plan/plan.h"
#include "steps/drivers.h"

namespace hikkoshi::steps {

/// Borrowed; all of it outlives the step.
struct Context {
  Drivers& drivers;
  engine::Notebook& notebook;
  Clock& clock;
  const Names& names;
};

using StepMaker = std::function<std::unique_ptr<engine::Step>(const plan::Step&, const Context&)>;
using ConditionMaker =
    std::function<std::unique_ptr<engine::Condition>(const plan::Gate&, const Context&)>;

/// Kind to maker; app/step_kinds.cc holds the one list.
struct Kinds {
  std::map<std::string, StepMaker> steps;
  std::map<std::string, ConditionMaker> conditions;
};

}  // namespace hikkoshi::steps
