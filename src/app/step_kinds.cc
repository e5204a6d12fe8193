#include "app/step_kinds.h"

#include "steps/balancer_steps.h"
#include "steps/check_steps.h"
#include "steps/database_steps.h"
#include "steps/fact_gates.h"
#include "steps/host_steps.h"
#include "steps/zone_steps.h"

namespace hikkoshi::app {

const steps::Kinds& step_kinds() {
  using namespace steps;
  static const Kinds kinds{{
                               {"prepare-balancer", make_prepare_balancer},
                               {"lower-ttl", make_lower_ttl},
                               {"check-reach", make_check_reach},
                               {"push-config", make_push_config},
                               {"clean-config", make_clean_config},
                               {"examine", make_examine},
                               {"show-page", make_show_page},
                               {"drain-balancer", make_drain_balancer},
                               {"fence-database", make_fence_database},
                               {"copy-database", make_copy_database},
                               {"verify-database", make_verify_database},
                               {"open-database", make_open_database},
                               {"record-answers", make_record_answers},
                               {"check-service", make_check_service},
                               {"await-health", make_await_health},
                               {"admit-team", make_show_page},
                               {"hide-page", make_hide_page},
                               {"forward-balancer", make_forward_balancer},
                               {"switch-record", make_switch_record},
                               {"watch-propagation", make_watch_propagation},
                               {"watch-stragglers", make_watch_stragglers},
                               {"raise-ttl", make_raise_ttl},
                               {"clean-balancer", make_clean_balancer},
                               {"clean-database", make_clean_database},
                           },
                           {
                               {"ttl-expired", make_ttl_expired},
                               {"since-step", make_since_step},
                               {"verified", make_verified},
                               {"stragglers_forwarded", make_stragglers_forwarded},
                           }};
  return kinds;
}

}  // namespace hikkoshi::app
