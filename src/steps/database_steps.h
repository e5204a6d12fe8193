// Steps that close, copy, prove and open databases. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Closes the moved schemas on a server to every application. Journals the rights it takes away.
std::unique_ptr<engine::Step> make_fence_database(const plan::Step& step, const Context& context);

/// Copies OLD's schemas to NEW. Fact "copy": {rows, bytes, seconds, tables, objects, position}.
std::unique_ptr<engine::Step> make_copy_database(const plan::Step& step, const Context& context);

/// Compares both sides; any difference is Error(never, mismatch). Fact "verify": {tables, rows,
/// mismatches, seconds, differences}.
std::unique_ptr<engine::Step> make_verify_database(const plan::Step& step, const Context& context);

/// Gives on NEW the rights that the fence took away on OLD. Undo: closes NEW again.
std::unique_ptr<engine::Step> make_open_database(const plan::Step& step, const Context& context);

/// Removes what Hikkoshi keeps on a server for itself, when the move is over.
std::unique_ptr<engine::Step> make_clean_database(const plan::Step& step, const Context& context);

}  // namespace hikkoshi::steps
