// Steps that change nothing and may stop a move. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Opens, from each NEW host, each endpoint that its services will use. Fact "reach": a list of
/// {host, endpoint, ms}.
std::unique_ptr<engine::Step> make_check_reach(const plan::Step& step, const Context& context);

/// The doctor once more, just before; any error stops. Fact "findings".
std::unique_ptr<engine::Step> make_examine(const plan::Step& step, const Context& context);

/// Asks every NEW host of a service for its health, and compares its answers with OLD's. Each is
/// asked at the host itself, behind the balancers. Fact "check": {hosts, paths}.
std::unique_ptr<engine::Step> make_check_service(const plan::Step& step, const Context& context);

}  // namespace hikkoshi::steps
