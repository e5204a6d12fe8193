// Conditions of gates that look back at earlier stages. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Open when every step of `steps` told the fact "verify" and found no mismatch.
std::unique_ptr<engine::Condition> make_verified(const plan::Gate& gate, const Context& context);

/// Open when every balancer of `forwards` forwards to its target now, whatever was told before.
std::unique_ptr<engine::Condition> make_stragglers_forwarded(const plan::Gate& gate,
                                                             const Context& context);

}  // namespace hikkoshi::steps
