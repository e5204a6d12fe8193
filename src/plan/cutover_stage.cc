#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

namespace {

constexpr Millis default_budget = std::chrono::hours(1);
constexpr Millis drain_deadline = std::chrono::seconds(30);

// Builds one critical stage; each function is one paragraph of the night, in its order.
class Cutover {
 public:
  Cutover(const Sources& sources, std::size_t leg)
      : sources_(sources),
        leg_(leg),
        about_(sources.itinerary.legs()[leg]),
        balancers_(page_balancers(sources, leg)),
        page_(shows_page(sources.move.policy)) {}

  std::vector<Item> items() const {
    std::vector<Item> items = leading_gates(sources_, leg_);
    if (page_) append(items, pages("show-page", move::Side::new_side, false));
    if (page_) append(items, pages("show-page", move::Side::old_side, false));
    append(items, drains());
    append(items, recordings());
    append(items, databases());
    append(items, configuration());
    append(items, checks());
    append(items, healths());
    bool team = page_ && !sources_.move.policy.page.allow.empty();
    if (team) append(items, pages("admit-team", move::Side::new_side, true));
    items.push_back(approval());
    if (page_) append(items, pages("hide-page", move::Side::new_side, true));
    append(items, forwards());
    if (page_) append(items, pages("hide-page", move::Side::old_side, false));
    return items;
  }

 private:
  // Nobody passes the page while its stores are fenced: behind it everything fails. Only when NEW
  // is open and checked, `admitted` addresses pass it there (ADR 1).
  std::vector<Item> pages(const std::string& kind, move::Side side, bool admitted) const {
    const move::PagePolicy& policy = sources_.move.policy.page;
    Json page = {{"paths", policy.paths},
                 {"hosts", policy.hosts},
                 {"allow", admitted ? policy.allow : std::vector<std::string>{}},
                 {"retry_after_ms", policy.retry_after.count()},
                 {"file", policy.file}};
    std::vector<Item> items;
    for (const SidedName& balancer : balancers_) {
      if (balancer.side != side) continue;
      items.push_back(step_item({.id = item_id(about_.name, kind, balancer.text()),
                                 .kind = kind,
                                 .title = page_title(kind, balancer),
                                 .undo = kind == "show-page"   ? "Hide the page again"
                                         : kind == "hide-page" ? "Show the page again"
                                                               : "Let nobody pass the page again",
                                 .on_old = balancer.on_old(),
                                 .arguments = {{"side", balancer.side_word()},
                                               {"balancer", balancer.name},
                                               {"page", page}},
                                 .forecast = {}}));
    }
    return items;
  }

  std::string page_title(const std::string& kind, const SidedName& balancer) const {
    if (kind == "admit-team")
      return fmt::format("Let {} pass the page on {}", listed(sources_.move.policy.page.allow),
                         balancer.title());
    return fmt::format("{} the maintenance page on {}", kind == "show-page" ? "Show" : "Hide",
                       balancer.title());
  }

  // Where users still are: OLD's balancers, and NEW's when its users moved in an earlier stage.
  std::vector<Item> drains() const {
    std::vector<Item> items;
    for (const SidedName& balancer : balancers_) {
      bool serves = balancer.on_old() || !is_moved_now(balancer.name);
      if (!serves) continue;
      items.push_back(step_item(
          {.id = item_id(about_.name, "drain-balancer", balancer.text()),
           .kind = "drain-balancer",
           .title = fmt::format("Wait until {} has no request in flight", balancer.title()),
           .undo = "",
           .arguments = {{"side", balancer.side_word()},
                         {"balancer", balancer.name},
                         {"deadline_ms", drain_deadline.count()}},
           .forecast = {}}));
    }
    return items;
  }

  bool is_moved_now(const std::string& balancer) const {
    return std::any_of(about_.services.begin(), about_.services.end(),
                       [&](const std::string& service) {
                         return sources_.move.services.at(service).balancer == balancer;
                       });
  }

  // OLD answers for the last time as it is: afterwards its stores are fenced.
  std::vector<Item> recordings() const {
    std::vector<Item> items;
    for (const std::string& name : about_.services) {
      const move::Service& service = sources_.move.services.at(name);
      if (!compares(service)) continue;
      items.push_back(
          step_item({.id = item_id(about_.name, "record-answers", name),
                     .kind = "record-answers",
                     .title = fmt::format("Record how service {} answers on OLD", name),
                     .undo = "",
                     .arguments = {{"service", name},
                                   {"host", service.old_side.hosts.front()},
                                   {"port", service.old_side.port},
                                   {"name", service.names.empty() ? "" : service.names.front()},
                                   {"paths", service.check}},
                     .forecast = {}}));
    }
    return items;
  }

  static bool compares(const move::Service& service) {
    return !service.check.empty() && !service.old_side.hosts.empty() &&
           service.old_side.port != 0 && service.new_side.port != 0;
  }

  std::vector<Item> databases() const {
    std::vector<Item> items;
    for (const std::string& name : about_.databases) items.push_back(fence(name));
    for (const std::string& name : about_.databases) items.push_back(copy(name));
    for (const std::string& name : about_.databases) items.push_back(verify(name));
    for (const std::string& name : about_.databases) items.push_back(open(name));
    return items;
  }

  Item fence(const std::string& name) const {
    return step_item({.id = item_id(about_.name, "fence-database", name),
                      .kind = "fence-database",
                      .title = fmt::format("Fence OLD's {}: no application can write", name),
                      .undo = "Give the rights back",
                      .on_old = true,
                      .arguments = {{"database", name}, {"side", "old"}},
                      .forecast = {}});
  }

  Item copy(const std::string& name) const {
    return step_item(
        {.id = item_id(about_.name, "copy-database", name),
         .kind = "copy-database",
         .title = fmt::format("Copy {} of {} to NEW",
                              listed(sources_.move.old_side.databases.at(name).schemas), name),
         .undo = "Discard the copy on NEW",
         .arguments = {{"database", name}},
         .forecast = {}});
  }

  Item verify(const std::string& name) const {
    return step_item({.id = item_id(about_.name, "verify-database", name),
                      .kind = "verify-database",
                      .title = fmt::format("Compare every row of {} on both sides", name),
                      .undo = "",
                      .arguments = {{"database", name}},
                      .forecast = {}});
  }

  Item open(const std::string& name) const {
    return step_item({.id = item_id(about_.name, "open-database", name),
                      .kind = "open-database",
                      .title = fmt::format("Open NEW's {} to the applications", name),
                      .undo = "Close NEW again",
                      .arguments = {{"database", name},
                                    {"side", "new"},
                                    {"rights_from", item_id(about_.name, "fence-database", name)}},
                      .forecast = {}});
  }

  // Users that do not move now follow the stores that do.
  std::vector<Item> configuration() const {
    std::vector<Item> items;
    for (const std::string& user : sources_.itinerary.users_of(about_.databases)) {
      if (sources_.itinerary.leg_of(user) == leg_) continue;
      append(items, push_config(sources_, about_.name, user, leg_));
    }
    return items;
  }

  std::vector<Item> checks() const {
    std::vector<std::string> services = about_.services;
    for (const std::string& user : sources_.itinerary.users_of(about_.databases)) {
      if (sources_.itinerary.leg_of(user) < leg_) services.push_back(user);
    }
    std::vector<Item> items;
    for (const std::string& name : services) {
      const move::Service& service = sources_.move.services.at(name);
      if (service.new_side.port == 0) continue;  // Nothing answers there: a worker, a cron job.
      bool compared = compares(service) && sources_.itinerary.leg_of(name) == leg_;
      items.push_back(
          step_item({.id = item_id(about_.name, "check-service", name),
                     .kind = "check-service",
                     .title = fmt::format("Service {} is healthy on NEW{}", name,
                                          compared ? " and answers like OLD" : ""),
                     .undo = "",
                     .arguments = {{"service", name},
                                   {"hosts", service.new_side.hosts},
                                   {"port", service.new_side.port},
                                   {"name", service.names.empty() ? "" : service.names.front()},
                                   {"health", service.health},
                                   {"answers_from",
                                    compared ? Json(item_id(about_.name, "record-answers", name))
                                             : Json(nullptr)}},
                     .forecast = {}}));
    }
    return items;
  }

  // When the page goes, requests go where NEW's balancers find health.
  std::vector<Item> healths() const {
    std::vector<Item> items;
    for (const SidedName& balancer : balancers_) {
      if (balancer.on_old()) continue;
      items.push_back(
          step_item({.id = item_id(about_.name, "await-health", balancer.text()),
                     .kind = "await-health",
                     .title = fmt::format("Wait until {} finds its servers up", balancer.title()),
                     .undo = "",
                     .arguments = {{"side", balancer.side_word()},
                                   {"balancer", balancer.name},
                                   {"deadline_ms", drain_deadline.count()}},
                     .forecast = {}}));
    }
    return items;
  }

  Item approval() const {
    return gate_item({.id = about_.name + "/approve",
                      .kind = Gate::Kind::approval,
                      .condition = "",
                      .title = page_ ? "The team checks NEW behind the page and approves"
                                     : "The team checks NEW and approves",
                      .arguments = {},
                      .forecast = {},
                      .pivot = true});
  }

  std::vector<Item> forwards() const {
    std::vector<Item> items;
    for (const Forwarding& forwarding : forwardings(sources_, leg_)) {
      items.push_back(
          step_item({.id = item_id(about_.name, "forward-balancer", "old." + forwarding.balancer),
                     .kind = "forward-balancer",
                     .title = fmt::format("OLD's {} forwards its requests to {}",
                                          forwarding.balancer, forwarding.target),
                     .undo = "Stop forwarding",
                     .on_old = true,
                     .arguments = {{"side", "old"},
                                   {"balancer", forwarding.balancer},
                                   {"target", forwarding.target}},
                     .forecast = {}}));
    }
    return items;
  }

  const Sources& sources_;
  const std::size_t leg_;
  const Leg& about_;
  const std::vector<SidedName> balancers_;
  const bool page_;
};

}  // namespace

Stage cutover_stage(const Sources& sources, std::size_t leg) {
  Millis limit = sources.move.policy.max_downtime;
  return Stage{.name = sources.itinerary.legs()[leg].name,
               .critical = true,
               .budget = limit.count() == 0 ? default_budget : limit,
               .items = Cutover(sources, leg).items()};
}

}  // namespace hikkoshi::plan
