#include "engine/step.h"

namespace hikkoshi::engine {

std::string_view to_string(Observation::State state) {
  switch (state) {
    case Observation::State::absent:
      return "absent";
    case Observation::State::partial:
      return "partial";
    case Observation::State::done:
      return "done";
    case Observation::State::foreign:
      return "foreign";
  }
  return "foreign";
}

}  // namespace hikkoshi::engine
