// The one list of step kinds and conditions that this program knows.
#pragma once

#include "steps/context.h"

namespace hikkoshi::app {

const steps::Kinds& step_kinds();

}  // namespace hikkoshi::app
