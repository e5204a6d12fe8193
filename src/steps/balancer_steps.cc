#include "steps/balancer_steps.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/units.h"
#include "steps/notes.h"
#include "steps/values.h"
#include "traffic/balancer.h"

namespace hikkoshi::steps {

namespace {

using engine::Observation;
using State = engine::Observation::State;

/// What all of them share: the balancer that the arguments name.
class BalancerStep : public engine::Step {
 public:
  BalancerStep(const plan::Step& step, const Context& context)
      : id_(step.id), arguments_(step.arguments), context_(context) {}

 protected:
  traffic::Balancer& balancer() {
    return context_.drivers.balancer(arguments_.at("side").get<std::string>(),
                                     arguments_.at("balancer").get<std::string>());
  }

  /// Preparing and restoring write files first and reload then: cut off in between, what runs is
  /// not what the files say, and only the mark tells.
  void prepare() {
    whole(context_.notebook, [&] { balancer().prepare(); });
  }
  void restore() {
    whole(context_.notebook, [&] { balancer().restore(); });
  }
  Observation seen(bool prepared_is_done) {
    if (cut_off(context_.notebook, id_)) return {State::partial, "cut off half-way"};
    return {balancer().state().prepared == prepared_is_done ? State::done : State::absent, ""};
  }

  const std::string id_;
  const Json arguments_;
  const Context context_;
};

class PrepareBalancer : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override { return seen(true); }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token) override { prepare(); }
  void undo(const Json&, std::stop_token) override { restore(); }
};

class CleanBalancer : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override { return seen(false); }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token) override { restore(); }
  void undo(const Json&, std::stop_token) override { prepare(); }
};

/// The page that the arguments describe; its body is a file beside the move file.
std::optional<traffic::Page> page_of(const Json& arguments, Drivers& drivers) {
  const Json& described = arguments.at("page");
  auto page = page_from_json(described);
  if (page && page->body.empty()) page->body = drivers.file(described.at("file"));
  return page;
}

class ShowPage : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override {
    auto shown = balancer().state().page;
    if (!shown) return {State::absent, "no page"};
    if (shown == page_of(arguments_, context_.drivers)) return {State::done, "page shown"};
    return {State::absent, "another page is shown"};
  }
  Json before() override { return {{"page", to_json(balancer().state().page)}}; }
  void apply(const Json&, std::stop_token) override {
    balancer().set_page(page_of(arguments_, context_.drivers));
  }
  void undo(const Json& before, std::stop_token) override {
    balancer().set_page(page_from_json(before.at("page")));
  }
};

class HidePage : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override {
    bool shown = balancer().state().page.has_value();
    return {shown ? State::absent : State::done, shown ? "page shown" : "no page"};
  }
  Json before() override { return {{"page", to_json(page_of(arguments_, context_.drivers))}}; }
  void apply(const Json&, std::stop_token) override { balancer().set_page({}); }
  void undo(const Json& before, std::stop_token) override {
    balancer().set_page(page_from_json(before.at("page")));
  }
};

class DrainBalancer : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override {
    auto left = balancer().state().in_flight;
    return {left == 0 ? State::done : State::absent, fmt::format("{} in flight", left)};
  }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token stop) override {
    Millis deadline(arguments_.value("deadline_ms", 30'000));
    Millis start = context_.clock.steady();
    for (;;) {
      auto left = balancer().state().in_flight;
      if (left == 0) return;
      if (context_.clock.steady() - start > deadline)
        throw Error(Retry::never, fmt::format("{} requests are still in flight after {}", left,
                                              format_duration(deadline)))
            .remedy("find what keeps them open, or raise the drain deadline");
      context_.notebook.progress({{"doing", fmt::format("{} requests in flight", left)}});
      if (!context_.clock.sleep(Millis(50), stop))
        throw Error(Retry::ask, "the drain was stopped", Exit::interrupted);
    }
  }
  void undo(const Json&, std::stop_token) override {}
};

Json endpoint_json(const std::optional<Endpoint>& endpoint) {
  return endpoint ? Json(endpoint->text()) : Json(nullptr);
}

class ForwardBalancer : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override {
    auto now = balancer().state().forward;
    if (!now) return {State::absent, "to its own servers"};
    return {now == target() ? State::done : State::foreign, "forwards to " + now->text()};
  }
  Json before() override { return {{"forward", endpoint_json(balancer().state().forward)}}; }
  void apply(const Json&, std::stop_token) override { balancer().forward_to(target()); }
  void undo(const Json& before, std::stop_token) override {
    const Json& forward = before.at("forward");
    balancer().forward_to(forward.is_null() ? std::nullopt
                                            : parse_endpoint(forward.get<std::string>()));
  }

 private:
  std::optional<Endpoint> target() const {
    auto target = parse_endpoint(arguments_.at("target").get<std::string>(), 80);
    if (!target) throw Error(Retry::never, "the plan's forwarding target is no address");
    return target;
  }
};

/// A balancer whose counter restarts (a reload) only loses what it had counted in between.
class WatchStragglers : public BalancerStep {
 public:
  using BalancerStep::BalancerStep;
  Observation observe() override { return {watched_ ? State::done : State::absent, ""}; }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token stop) override {
    Millis length(arguments_.value("for_ms", 10'000));
    Millis start = context_.clock.steady();
    std::uint64_t last = balancer().state().requests, seen = 0, latest = 0;
    while (context_.clock.steady() - start < length) {
      if (!context_.clock.sleep(std::min(Millis(1000), length), stop))
        throw Error(Retry::ask, "the watch was stopped", Exit::interrupted);
      std::uint64_t now = balancer().state().requests;
      latest = now >= last ? now - last : now;
      seen += latest;
      last = now;
      context_.notebook.progress(
          {{"doing", fmt::format("{} requests a second still arrive at OLD", latest)}});
    }
    double seconds = double((context_.clock.steady() - start).count()) / 1000;
    context_.notebook.fact("stragglers",
                           {{"requests", seen}, {"seconds", seconds}, {"last_second", latest}});
    watched_ = true;
  }
  void undo(const Json&, std::stop_token) override {}

 private:
  bool watched_ = false;
};

}  // namespace

std::unique_ptr<engine::Step> make_prepare_balancer(const plan::Step& step,
                                                    const Context& context) {
  return std::make_unique<PrepareBalancer>(step, context);
}

std::unique_ptr<engine::Step> make_show_page(const plan::Step& step, const Context& context) {
  return std::make_unique<ShowPage>(step, context);
}

std::unique_ptr<engine::Step> make_hide_page(const plan::Step& step, const Context& context) {
  return std::make_unique<HidePage>(step, context);
}

std::unique_ptr<engine::Step> make_drain_balancer(const plan::Step& step, const Context& context) {
  return std::make_unique<DrainBalancer>(step, context);
}

std::unique_ptr<engine::Step> make_forward_balancer(const plan::Step& step,
                                                    const Context& context) {
  return std::make_unique<ForwardBalancer>(step, context);
}

std::unique_ptr<engine::Step> make_watch_stragglers(const plan::Step& step,
                                                    const Context& context) {
  return std::make_unique<WatchStragglers>(step, context);
}

std::unique_ptr<engine::Step> make_clean_balancer(const plan::Step& step, const Context& context) {
  return std::make_unique<CleanBalancer>(step, context);
}

}  // namespace hikkoshi::steps
