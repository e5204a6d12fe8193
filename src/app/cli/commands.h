// The commands of the program. Each prints its data to standard output and its talk to standard
// error, and returns the program's exit code; failures are Errors.
#pragma once

#include "app/cli/options.h"
#include "base/error.h"

namespace hikkoshi::app {

Exit check(const Options& options);
Exit doctor(const Options& options);
Exit plan(const Options& options);
Exit show(const Options& options);
Exit run(const Options& options);
Exit rollback(const Options& options);
Exit finish(const Options& options);
Exit status(const Options& options);
Exit list_gates(const Options& options);
Exit approve(const Options& options);
Exit pause(const Options& options);
Exit resume(const Options& options);
Exit abort_run(const Options& options);
Exit verify(const Options& options);
Exit probe(const Options& options);
Exit report(const Options& options);
Exit version(const Options& options);
Exit schema(const Options& options);
Exit explain(const Options& options);
Exit completion(const Options& options);
Exit man(const Options& options);

}  // namespace hikkoshi::app
