#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "dns/resolver_panel.h"
#include "steps/zone_steps.h"

namespace hikkoshi::steps {

namespace {

using State = engine::Observation::State;

class WatchPropagation : public engine::Step {
 public:
  WatchPropagation(const plan::Step& step, const Context& context)
      : arguments_(step.arguments), context_(context) {}

  engine::Observation observe() override { return {watched_ ? State::done : State::absent, ""}; }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token stop) override {
    Millis deadline(arguments_.value("for_ms", 60'000)), start = context_.clock.steady();
    for (;;) {
      Json seen = ask_all();
      context_.notebook.fact("propagation", seen);
      auto behind = std::count_if(seen.begin(), seen.end(),
                                  [](const Json& one) { return !one.at("agrees").get<bool>(); });
      if (behind == 0 || context_.clock.steady() - start >= deadline) break;
      context_.notebook.progress(
          {{"doing", fmt::format("{} of {} answers are still old", behind, seen.size())}});
      Millis left = deadline - (context_.clock.steady() - start);
      if (!context_.clock.sleep(std::min(interval_, left), stop))
        throw Error(Retry::ask, "the watch was stopped", Exit::interrupted);
    }
    watched_ = true;
  }
  void undo(const Json&, std::stop_token) override {}

 private:
  std::vector<Endpoint> resolvers() const {
    if (!arguments_.contains("resolvers")) return dns::system_resolvers();
    std::vector<Endpoint> result;
    for (const Json& text : arguments_["resolvers"])
      if (auto endpoint = parse_endpoint(text.get<std::string>(), 53)) result.push_back(*endpoint);
    return result;
  }

  /// One question a resolver, name and type; a resolver is asked at most four times a TTL, and once
  /// more when time runs out.
  Json ask_all() {
    dns::Zone& zone = context_.drivers.zone(arguments_.at("zone").get<std::string>());
    Json seen = Json::array();
    for (const Json& name : arguments_.at("names")) {
      auto path = path_records(zone, name.get<std::string>());
      for (const dns::RecordSet& record : path)
        interval_ = std::max(interval_, Millis(record.ttl * 250));
      if (path.empty() || path.back().type == dns::Type::cname) continue;
      for (const auto& answer : dns::ask_resolvers(resolvers(), name, path.back().type))
        seen.push_back(compare(answer, name, path.back()));
    }
    return seen;
  }

  static Json compare(const dns::ResolverAnswer& answer, const Json& name,
                      const dns::RecordSet& wanted) {
    std::vector<std::string> values;
    if (answer.records) values = answer.records->values;
    return {{"resolver", answer.resolver.text()},
            {"name", name},
            {"values", values},
            {"ttl", answer.records ? answer.records->ttl : 0},
            {"fault", answer.fault},
            {"agrees", !answer.reachable || values == wanted.values}};
  }

  const Json arguments_;
  const Context context_;
  Millis interval_{1'000};
  bool watched_ = false;
};

}  // namespace

std::unique_ptr<engine::Step> make_watch_propagation(const plan::Step& step,
                                                     const Context& context) {
  return std::make_unique<WatchPropagation>(step, context);
}

}  // namespace hikkoshi::steps
