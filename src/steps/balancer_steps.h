// Steps that change what balancers do with requests. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Puts our rules into a balancer's configuration; they change nothing until told.
std::unique_ptr<engine::Step> make_prepare_balancer(const plan::Step& step, const Context& context);

/// Shows the page, with the allow-list in the arguments. Undo: the page as it was before.
std::unique_ptr<engine::Step> make_show_page(const plan::Step& step, const Context& context);

/// Takes the page away. Undo: shows the page of the arguments again.
std::unique_ptr<engine::Step> make_hide_page(const plan::Step& step, const Context& context);

/// Waits until no request is at the balancer's own servers; fails at its deadline.
std::unique_ptr<engine::Step> make_drain_balancer(const plan::Step& step, const Context& context);

/// Sends everything that arrives to the other side. Undo: to where it went before.
std::unique_ptr<engine::Step> make_forward_balancer(const plan::Step& step, const Context& context);

/// Counts for a while what still arrives at OLD. Fact "stragglers": {requests, seconds}.
std::unique_ptr<engine::Step> make_watch_stragglers(const plan::Step& step, const Context& context);

/// Takes our rules out of the configuration again, exactly.
std::unique_ptr<engine::Step> make_clean_balancer(const plan::Step& step, const Context& context);

}  // namespace hikkoshi::steps
