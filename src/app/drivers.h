// The one place where drivers are chosen: a move file's things become objects that do the work.
#pragma once

#include <memory>

#include "move/move.h"
#include "steps/drivers.h"

namespace hikkoshi::app {

/// Drivers for all that `move` names; `folder` is for sockets, a short path. Secrets are resolved
/// at the first use of what needs them. The move and the
/// clock are borrowed.
std::unique_ptr<steps::Drivers> make_drivers(const move::Move& move, const std::string& folder,
                                             Clock& clock);

/// The things of the move that the doctor looks at and whose epoch a run raises.
steps::Names names_of(const move::Move& move);

}  // namespace hikkoshi::app
