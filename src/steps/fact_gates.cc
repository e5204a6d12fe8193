#include "steps/fact_gates.h"

#include <fmt/format.h>

#include "base/address.h"
#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "traffic/balancer.h"

namespace hikkoshi::steps {

namespace {

/// A gate with nothing to look at would be open for no reason: such a plan is a broken one.
const Json& list_of(const plan::Gate& gate, const char* key) {
  if (gate.arguments.contains(key) && gate.arguments[key].is_array() &&
      !gate.arguments[key].empty())
    return gate.arguments[key];
  throw Error(Retry::never, fmt::format("the gate {} does not say its {}", gate.id, key),
              Exit::stale_plan)
      .remedy("plan again with this version");
}

class Verified : public engine::Condition {
 public:
  Verified(const plan::Gate& gate, const Context& context)
      : steps_(list_of(gate, "steps").get<std::vector<std::string>>()), context_(context) {}

  engine::Reading read() override {
    std::uint64_t rows = 0;
    for (const std::string& step : steps_) {
      auto told = context_.notebook.recall(step, "verify");
      if (!told) return {false, step + " has not compared yet", {}};
      auto mismatches = told->at("mismatches").get<std::uint64_t>();
      if (mismatches > 0)
        return {false, fmt::format("{} found {} mismatches", step, mismatches), {}};
      rows += told->at("rows").get<std::uint64_t>();
    }
    return {true, format_count(rows) + " rows were compared and are equal", {}};
  }

 private:
  const std::vector<std::string> steps_;
  const Context context_;
};

class StragglersForwarded : public engine::Condition {
 public:
  StragglersForwarded(const plan::Gate& gate, const Context& context)
      : forwards_(list_of(gate, "forwards")), context_(context) {}

  engine::Reading read() override {
    std::vector<std::string> evidence;
    for (const Json& wanted : forwards_) {
      std::string side = wanted.at("side"), name = wanted.at("balancer");
      auto target = parse_endpoint(wanted.at("target").get<std::string>(), 80);
      if (!target) throw Error(Retry::never, "the plan's forwarding target is no address");
      auto now = context_.drivers.balancer(side, name).state().forward;
      std::string does = now ? " forwards to " + now->text() : " serves by itself";
      if (now != target) return {false, side + "." + name + does, {}};
      evidence.push_back(side + "." + name + does);
    }
    return {true, join(evidence, ", "), {}};
  }

 private:
  const Json forwards_;
  const Context context_;
};

}  // namespace

std::unique_ptr<engine::Condition> make_verified(const plan::Gate& gate, const Context& context) {
  return std::make_unique<Verified>(gate, context);
}

std::unique_ptr<engine::Condition> make_stragglers_forwarded(const plan::Gate& gate,
                                                             const Context& context) {
  return std::make_unique<StragglersForwarded>(gate, context);
}

}  // namespace hikkoshi::steps
