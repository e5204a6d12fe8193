// The process that holds the state folder's lock and runs the engine.
#pragma once

#include <stop_token>

#include "app/cli/options.h"
#include "base/error.h"

namespace hikkoshi::app {

enum class Errand { run, rollback, finish };

/// Does the errand to its end in this process; a stop request ends it at the next safe point.
Exit work(const Options& options, Errand errand, std::stop_token stop);

}  // namespace hikkoshi::app
