// The move of examples/subservice, built by hand, for the tests of this folder.
#pragma once

#include "move/move.h"
#include "plan/observed.h"

namespace hikkoshi::plan {

move::Move sample_move();

/// A million rows in 200 MB, two names of 30 s, 20 ms away.
Observed sample_observed();

}  // namespace hikkoshi::plan
