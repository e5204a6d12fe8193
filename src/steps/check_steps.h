// Steps that change nothing and may stop a move. Arguments: see plan/compile.h.
#pragma once

#include "steps/context.h"

namespace hikkoshi::steps {

/// Opens, from each NEW host, each endpoint that its services will use. Fact "reach": a list of
/// {host, endpoint, ms}.
std::unique_ptr<engine::Step> make_check_reach(const plan::Step& step, const Context& context);

/// The doctor once more, just before; any error stops. Fact "findings".
std::unique_ptr<engine::Step> make_examine(const plan::Step& step, const Context& context);

/// Asks OLD's host for each path, behind the balancer, when nobody writes any more. Fact "answers":
/// {path: {status, content_type, sha256, bytes}}.
std::unique_ptr<engine::Step> make_record_answers(const plan::Step& step, const Context& context);

/// Asks every NEW host of a service, behind the balancers, for its health, and for every path that
/// `answers_from` recorded (null: none): it must answer alike. The same wrong answer twice is
/// Error(never), as is an answer that is missing for 5 s. Fact "check": {hosts, paths}.
std::unique_ptr<engine::Step> make_check_service(const plan::Step& step, const Context& context);

/// Waits until a balancer's own health checks find every server up; fails at its deadline.
std::unique_ptr<engine::Step> make_await_health(const plan::Step& step, const Context& context);

}  // namespace hikkoshi::steps
