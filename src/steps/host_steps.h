// Steps that change files on hosts. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Sets values in a configuration file in place and reloads what reads it. The file as it was stays
/// beside it on the host, not with us: it may hold passwords. Fact "diff": what changed, secrets
/// masked. Undo: the same bytes as before, as far as nobody else changed other keys.
std::unique_ptr<engine::Step> make_push_config(const plan::Step& step, const Context& context);

/// Removes the backup that push-config left.
std::unique_ptr<engine::Step> make_clean_config(const plan::Step& step, const Context& context);

}  // namespace hikkoshi::steps
