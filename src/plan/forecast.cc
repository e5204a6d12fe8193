#include "plan/forecast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace hikkoshi::plan {

namespace {

// Megabytes a second, from slow disks with a bastion between to fast ones in one building.
constexpr double slow_copy = 15e6, fast_copy = 60e6;
constexpr double slow_compare = 50e6, fast_compare = 400e6;
constexpr double measured_spread = 0.3;  // Of a measured rate, both ways.
constexpr double index_share = 0.5;      // Of the copy's time, at most, for secondary indexes.
constexpr Millis low_per_table{5}, high_per_table{500};
constexpr Millis unknown_size_low{1'000}, unknown_size_high{3'600'000};
constexpr Millis assumed_ttl_low{300'000}, assumed_ttl_high{3'600'000};
constexpr int low_round_trips = 4, high_round_trips = 20;
constexpr Millis longest = std::chrono::hours(24 * 365 * 10);

struct Range {
  std::string_view kind;
  Millis low, high;
};

constexpr Range ranges[] = {
    {"prepare-balancer", Millis(500), Millis(5'000)},
    {"lower-ttl", Millis(200), Millis(5'000)},
    {"check-reach", Millis(200), Millis(5'000)},
    {"push-config", Millis(200), Millis(5'000)},
    {"examine", Millis(1'000), Millis(15'000)},
    {"show-page", Millis(50), Millis(2'000)},
    {"hide-page", Millis(50), Millis(2'000)},
    {"admit-team", Millis(50), Millis(2'000)},
    {"await-health", Millis(100), Millis(10'000)},
    {"record-answers", Millis(100), Millis(10'000)},
    {"clean-config", Millis(50), Millis(2'000)},
    {"fence-database", Millis(100), Millis(5'000)},
    {"open-database", Millis(50), Millis(3'000)},
    {"check-service", Millis(100), Millis(10'000)},
    {"forward-balancer", Millis(50), Millis(2'000)},
    {"switch-record", Millis(200), Millis(10'000)},
    {"raise-ttl", Millis(200), Millis(10'000)},
    {"clean-balancer", Millis(500), Millis(5'000)},
    {"clean-database", Millis(50), Millis(2'000)},
};

Millis seconds(double length) {
  double millis = std::min(std::ceil(length * 1000), double(longest.count()));
  return Millis(std::int64_t(millis));
}

// Walks the plan in its order, since a wait for a TTL runs beside what stands before its gate.
class Forecaster {
 public:
  Forecaster(const Observed& observed, const move::TtlPolicy& ttl)
      : observed_(observed), margin_(ttl.margin) {}

  void fill(std::vector<Item>& items) {
    for (Item& item : items) {
      Forecast& forecast = item.step ? item.step->forecast : item.gate->forecast;
      forecast = item.step ? step(*item.step) : gate(*item.gate);
      elapsed_.low += forecast.low;
      elapsed_.high += forecast.high;
      if (item.step && item.step->kind == "lower-ttl") lowered(*item.step);
    }
  }

 private:
  struct Lowered {
    Forecast wait;  // The whole of it, from the step's end.
    Forecast at;    // Time of the step's end since the start.
  };

  Forecast step(const Step& step) const {
    if (step.kind == "copy-database") return copy(step, fast_copy, slow_copy, index_share);
    if (step.kind == "verify-database") return copy(step, fast_compare, slow_compare, 0);
    if (step.kind == "drain-balancer") {
      return {Millis(0), Millis(step.arguments.at("deadline_ms").get<std::int64_t>()), "policy"};
    }
    if (step.kind == "watch-stragglers") {
      Millis length(step.arguments.at("for_ms").get<std::int64_t>());
      return {length, length, "TTL"};
    }
    if (step.kind == "watch-propagation") {
      Forecast ttl = present(step.arguments.at("names"));
      return {Millis(0), ttl.high + margin_, ttl.origin};
    }
    for (const Range& range : ranges) {
      if (range.kind == step.kind) return with_latency(range.low, range.high);
    }
    return {Millis(0), Millis(0), "not known"};
  }

  Forecast gate(const Gate& gate) const {
    if (gate.kind == Gate::Kind::approval) return {Millis(10'000), Millis(600'000), "default"};
    if (gate.kind == Gate::Kind::window) return {Millis(0), Millis(0), "calendar (not counted)"};
    if (gate.condition == "ttl-expired") return rest(gate.arguments.at("step"));
    if (gate.condition == "since-step") return since(gate.arguments);
    if (gate.arguments.contains("after_the_move_ms")) {
      Millis wait(gate.arguments.at("after_the_move_ms").get<std::int64_t>());
      return {wait, wait, "policy"};
    }
    return {Millis(0), Millis(1'000), "default"};
  }

  // The highest TTL that the names have at this point of the plan.
  Forecast present(const Json& names) const {
    Forecast result{Millis(0), Millis(0), "TTL"};
    for (const Json& name : names) {
      Forecast ttl = present(name.get<std::string>());
      result.low = std::max(result.low, ttl.low);
      result.high = std::max(result.high, ttl.high);
      if (ttl.origin != "TTL") result.origin = ttl.origin;
    }
    return result;
  }

  Forecast present(const std::string& name) const {
    if (auto lowered = ttls_.find(name); lowered != ttls_.end()) return lowered->second;
    auto seen = observed_.names.find(name);
    if (seen == observed_.names.end()) return {assumed_ttl_low, assumed_ttl_high, "default TTL"};
    Millis ttl = std::chrono::seconds(seen->second.ttl);
    return {ttl, ttl, "TTL"};
  }

  void lowered(const Step& step) {
    Forecast wait = present(step.arguments.at("names"));
    Millis ttl = std::chrono::seconds(step.arguments.at("ttl").get<std::int64_t>());
    wait.low = std::max(wait.low, ttl) + margin_;
    wait.high = std::max(wait.high, ttl) + margin_;
    for (const Json& name : step.arguments.at("names")) {
      ttls_[name.get<std::string>()] = {ttl, ttl, "TTL"};
    }
    lowered_[step.id] = {wait, elapsed_};
  }

  Forecast rest(const std::string& step) const {
    auto found = lowered_.find(step);
    if (found == lowered_.end()) return {Millis(0), Millis(0), "TTL"};
    const Lowered& about = found->second;
    Millis least = elapsed_.low - about.at.low, most = elapsed_.high - about.at.high;
    return {std::max(Millis(0), about.wait.low - most),
            std::max(Millis(0), about.wait.high - least), about.wait.origin};
  }

  Forecast copy(const Step& step, double fast, double slow, double extra) const {
    auto found = observed_.databases.find(step.arguments.at("database").get<std::string>());
    if (found == observed_.databases.end()) {
      return {unknown_size_low, unknown_size_high, "default size"};
    }
    const DatabaseObserved& about = found->second;
    std::string origin = "default rate";
    if (about.bytes_per_second && *about.bytes_per_second > 0 && step.kind == "copy-database") {
      fast = *about.bytes_per_second * (1 + measured_spread);
      slow = *about.bytes_per_second * (1 - measured_spread);
      extra = 0;  // A measured copy had its indexes in it.
      origin = "measured rate";
    }
    double bytes = double(about.bytes), tables = double(about.tables);
    Millis overhead_low = seconds(tables * double(low_per_table.count()) / 1000),
           overhead_high = seconds(tables * double(high_per_table.count()) / 1000);
    return {std::min(longest, seconds(bytes / fast) + overhead_low),
            std::min(longest, seconds(bytes / slow * (1 + extra)) + overhead_high), origin};
  }

  Forecast with_latency(Millis low, Millis high) const {
    if (!observed_.latency) return {low, high, "default"};
    Millis trip = std::clamp(*observed_.latency, Millis(0), Millis(60'000));
    return {low + low_round_trips * trip, high + high_round_trips * trip, "default and latency"};
  }

  // A rung's wait began at its step's end; what else stands between runs beside it.
  Forecast since(const Json& arguments) const {
    Millis wait(arguments.at("wait_ms").get<std::int64_t>());
    auto found = lowered_.find(arguments.at("step").get<std::string>());
    if (found == lowered_.end()) return {wait, wait, "policy"};
    Millis least = elapsed_.low - found->second.at.low,
           most = elapsed_.high - found->second.at.high;
    return {std::max(Millis(0), wait - std::max(least, most)),
            std::max(Millis(0), wait - std::min(least, most)), "policy"};
  }

  const Observed& observed_;
  const Millis margin_;
  Forecast elapsed_;
  std::map<std::string, Forecast> ttls_;
  std::map<std::string, Lowered> lowered_;
};

// Where the public begins and ceases to see the page (or the fence) in a stage: first and last.
std::optional<std::pair<std::size_t, std::size_t>> closed_part(const std::vector<Item>& items) {
  struct Ends {
    std::string_view first, last;
    bool on_old;
  };
  constexpr Ends choices[] = {{"show-page", "hide-page", true},
                              {"show-page", "hide-page", false},
                              {"fence-database", "forward-balancer", true},
                              {"fence-database", "", true}};
  for (const Ends& ends : choices) {
    std::optional<std::size_t> first, last;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::optional<Step>& step = items[i].step;
      if (step && step->kind == ends.first && step->on_old == ends.on_old && !first) first = i;
      if (ends.last.empty() || (step && step->kind == ends.last && step->on_old == ends.on_old)) {
        last = i;
      }
    }
    if (first && last && *first <= *last) return std::pair(*first, *last);
  }
  return {};
}

}  // namespace

const Forecast& forecast_of(const Item& item) {
  return item.step ? item.step->forecast : item.gate->forecast;
}

Forecast sum(const std::vector<Forecast>& parts) {
  Forecast total;
  std::vector<std::string> origins;
  for (const Forecast& part : parts) {
    total.low += part.low;
    total.high += part.high;
    bool known = std::find(origins.begin(), origins.end(), part.origin) != origins.end();
    if (!known && !part.origin.empty()) origins.push_back(part.origin);
  }
  total.origin = join(origins, ", ");
  return total;
}

Forecast downtime_of(const std::vector<Stage>& stages) {
  std::vector<Forecast> parts;
  for (const Stage& stage : stages) {
    if (!stage.critical || stage.held) continue;
    auto closed = closed_part(stage.items);
    if (!closed) continue;
    for (std::size_t i = closed->first; i <= closed->second; ++i) {
      parts.push_back(forecast_of(stage.items[i]));
    }
  }
  return sum(parts);
}

Plan forecasted(Plan plan, const Observed& observed, const move::TtlPolicy& ttl) {
  Forecaster forecaster(observed, ttl);
  for (Stage& stage : plan.stages) forecaster.fill(stage.items);
  std::vector<Forecast> parts;
  for (const Stage& stage : plan.stages) {
    for (const Item& item : stage.items) parts.push_back(forecast_of(item));
  }
  forecaster.fill(plan.finish);
  plan.downtime = downtime_of(plan.stages);
  plan.total = sum(parts);
  return plan;
}

}  // namespace hikkoshi::plan
