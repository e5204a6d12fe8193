#include "plan/plan.h"

#include <array>
#include <initializer_list>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::plan {

namespace {

constexpr int format_version = 1;  // Raised whenever the meaning of a saved plan changes.
constexpr int deepest_arguments = 32;

constexpr std::array<std::pair<Sign, std::string_view>, 6> sign_names{{
    {Sign::create, "create"},
    {Sign::change, "change"},
    {Sign::remove, "remove"},
    {Sign::copy, "copy"},
    {Sign::wait, "wait"},
    {Sign::check, "check"},
}};

constexpr std::array<std::pair<Gate::Kind, std::string_view>, 4> gate_names{{
    {Gate::Kind::time, "time"},
    {Gate::Kind::window, "window"},
    {Gate::Kind::condition, "condition"},
    {Gate::Kind::approval, "approval"},
}};

[[noreturn]] void reject(const std::string& path, const std::string& fault) {
  throw Error(Retry::never,
              fmt::format("not a plan of this version of Hikkoshi: {}: {}",
                          path.empty() ? "the document" : path, fault),
              Exit::stale_plan)
      .remedy("make the plan again: hikkoshi plan");
}

bool deeper_than(const Json& json, int limit) {
  if (limit < 0) return true;
  if (!json.is_structured()) return false;
  for (const Json& child : json) {
    if (deeper_than(child, limit - 1)) return true;
  }
  return false;
}

// One JSON value with its path: every read checks the type, so that a fault names its place.
class Reader {
 public:
  Reader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  // All of `keys` and no other: an unknown key means something that this version would ignore.
  const Reader& only(std::initializer_list<std::string_view> keys) const {
    if (!json_.is_object()) reject(path_, "an object is expected");
    std::set<std::string_view> known(keys);
    for (const auto& [key, value] : json_.items()) {
      if (!known.contains(key)) reject(path_, fmt::format("unknown key '{}'", key));
    }
    return *this;
  }

  Reader at(const std::string& key) const {
    if (!json_.is_object()) reject(path_, "an object is expected");
    auto found = json_.find(key);
    if (found == json_.end()) reject(path_, fmt::format("'{}' is missing", key));
    return Reader(*found, path_.empty() ? key : path_ + "." + key);
  }

  bool has(const std::string& key) const { return json_.is_object() && json_.contains(key); }

  std::string text() const {
    if (!json_.is_string()) reject(path_, "a string is expected");
    return json_.get<std::string>();
  }

  std::string name() const {
    std::string value = text();
    if (value.empty()) reject(path_, "it is empty");
    return value;
  }

  bool flag() const {
    if (!json_.is_boolean()) reject(path_, "true or false is expected");
    return json_.get<bool>();
  }

  Millis length() const {
    bool fits = json_.is_number_unsigned()
                    ? json_.get<std::uint64_t>() <= std::uint64_t(Millis::max().count())
                    : json_.is_number_integer() && json_.get<std::int64_t>() >= 0;
    if (!fits) reject(path_, "a number of milliseconds is expected");
    return Millis(json_.get<std::int64_t>());
  }

  const Json& arguments() const {
    if (!json_.is_object() && !json_.is_null()) reject(path_, "an object is expected");
    if (deeper_than(json_, deepest_arguments)) reject(path_, "nested too deep");
    return json_;
  }

  // An enumerator of `names` by its text.
  template <typename Names>
  auto one_of(const Names& names) const {
    std::string word = text();
    for (const auto& [value, name] : names) {
      if (name == word) return value;
    }
    reject(path_, fmt::format("unknown word '{}'", word));
  }

  // Each element of an array through `read`.
  template <typename Read>
  auto list(Read read) const {
    if (!json_.is_array()) reject(path_, "an array is expected");
    std::vector<decltype(read(*this))> values;
    for (std::size_t i = 0; i < json_.size(); ++i) {
      values.push_back(read(Reader(json_[i], fmt::format("{}[{}]", path_, i))));
    }
    return values;
  }

  const std::string& path() const { return path_; }

 private:
  const Json& json_;
  std::string path_;
};

Json forecast_json(const Forecast& forecast) {
  return {{"low_ms", forecast.low.count()},
          {"high_ms", forecast.high.count()},
          {"origin", forecast.origin}};
}

Forecast read_forecast(const Reader& in) {
  in.only({"low_ms", "high_ms", "origin"});
  Forecast forecast{in.at("low_ms").length(), in.at("high_ms").length(), in.at("origin").text()};
  if (forecast.low > forecast.high) reject(in.path(), "low is above high");
  return forecast;
}

Json step_json(const Step& step) {
  return {{"id", step.id},
          {"kind", step.kind},
          {"sign", to_string(step.sign)},
          {"title", step.title},
          {"undo", step.undo},
          {"on_old", step.on_old},
          {"arguments", step.arguments},
          {"forecast", forecast_json(step.forecast)}};
}

Step read_step(const Reader& in) {
  in.only({"id", "kind", "sign", "title", "undo", "on_old", "arguments", "forecast"});
  return Step{.id = in.at("id").name(),
              .kind = in.at("kind").name(),
              .sign = in.at("sign").one_of(sign_names),
              .title = in.at("title").text(),
              .undo = in.at("undo").text(),
              .on_old = in.at("on_old").flag(),
              .arguments = in.at("arguments").arguments(),
              .forecast = read_forecast(in.at("forecast"))};
}

Json gate_json(const Gate& gate) {
  return {{"id", gate.id},
          {"kind", to_string(gate.kind)},
          {"condition", gate.condition},
          {"title", gate.title},
          {"arguments", gate.arguments},
          {"forecast", forecast_json(gate.forecast)},
          {"pivot", gate.pivot}};
}

Gate read_gate(const Reader& in) {
  in.only({"id", "kind", "condition", "title", "arguments", "forecast", "pivot"});
  return Gate{.id = in.at("id").name(),
              .kind = in.at("kind").one_of(gate_names),
              .condition = in.at("condition").text(),
              .title = in.at("title").text(),
              .arguments = in.at("arguments").arguments(),
              .forecast = read_forecast(in.at("forecast")),
              .pivot = in.at("pivot").flag()};
}

Json items_json(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) {
    Json json = {{"pivot", item.pivot}};
    if (item.step) json["step"] = step_json(*item.step);
    if (item.gate) json["gate"] = gate_json(*item.gate);
    list.push_back(std::move(json));
  }
  return list;
}

Item read_item(const Reader& in) {
  in.only({"step", "gate", "pivot"});
  if (in.has("step") == in.has("gate")) reject(in.path(), "one of 'step' and 'gate' is expected");
  Item item;
  if (in.has("step")) item.step = read_step(in.at("step"));
  if (in.has("gate")) item.gate = read_gate(in.at("gate"));
  item.pivot = in.at("pivot").flag();
  return item;
}

Json stage_json(const Stage& stage) {
  return {{"name", stage.name},
          {"critical", stage.critical},
          {"budget_ms", stage.budget.count()},
          {"held", stage.held},
          {"items", items_json(stage.items)}};
}

Stage read_stage(const Reader& in) {
  in.only({"name", "critical", "budget_ms", "held", "items"});
  return Stage{.name = in.at("name").name(),
               .critical = in.at("critical").flag(),
               .budget = in.at("budget_ms").length(),
               .held = in.at("held").flag(),
               .items = in.at("items").list(read_item)};
}

PlacementRow read_row(const Reader& in) {
  in.only({"thing", "sides"});
  return PlacementRow{in.at("thing").text(),
                      in.at("sides").list([](const Reader& side) { return side.name(); })};
}

Risk read_risk(const Reader& in) {
  in.only({"text", "remedy"});
  return Risk{in.at("text").text(), in.at("remedy").text()};
}

void require_unique_ids(const Plan& plan) {
  std::set<std::string> seen;
  auto look = [&seen](const std::vector<Item>& items) {
    for (const Item& item : items) {
      if (!seen.insert(item.id()).second) reject(item.id(), "this id stands twice");
    }
  };
  for (const Stage& stage : plan.stages) look(stage.items);
  look(plan.finish);
}

}  // namespace

Json to_json(const Plan& plan) {
  Json stages = Json::array(), placement = Json::array(), risks = Json::array();
  for (const Stage& stage : plan.stages) stages.push_back(stage_json(stage));
  for (const PlacementRow& row : plan.placement) {
    placement.push_back({{"thing", row.thing}, {"sides", row.sides}});
  }
  for (const Risk& risk : plan.risks) {
    risks.push_back({{"text", risk.text}, {"remedy", risk.remedy}});
  }
  return {{"format", format_version},           {"move", plan.move},
          {"move_hash", plan.move_hash},        {"stages", std::move(stages)},
          {"finish", items_json(plan.finish)},  {"placement", std::move(placement)},
          {"risks", std::move(risks)},          {"downtime", forecast_json(plan.downtime)},
          {"total", forecast_json(plan.total)}, {"way_back", plan.way_back}};
}

Plan plan_from_json(const Json& json) {
  Reader in(json, "");
  if (in.at("format").length() != Millis(format_version)) {
    reject("format", fmt::format("{} is expected", format_version));
  }
  in.only({"format", "move", "move_hash", "stages", "finish", "placement", "risks", "downtime",
           "total", "way_back"});
  Plan plan{.move = in.at("move").text(),
            .move_hash = in.at("move_hash").text(),
            .stages = in.at("stages").list(read_stage),
            .finish = in.at("finish").list(read_item),
            .placement = in.at("placement").list(read_row),
            .risks = in.at("risks").list(read_risk),
            .downtime = read_forecast(in.at("downtime")),
            .total = read_forecast(in.at("total")),
            .way_back = in.at("way_back").flag()};
  require_unique_ids(plan);
  return plan;
}

std::string hash(const Plan& plan) {
  return sha256(canonical(to_json(plan)));
}

std::string_view to_string(Sign sign) {
  for (const auto& [value, name] : sign_names) {
    if (value == sign) return name;
  }
  return "unknown";
}

std::string_view symbol(Sign sign) {
  switch (sign) {
    case Sign::create:
      return "+";
    case Sign::change:
      return "~";
    case Sign::remove:
      return "-";
    case Sign::copy:
      return ">";
    case Sign::wait:
      return "=";
    case Sign::check:
      return "?";
  }
  return " ";
}

std::string_view to_string(Gate::Kind kind) {
  for (const auto& [value, name] : gate_names) {
    if (value == kind) return name;
  }
  return "unknown";
}

}  // namespace hikkoshi::plan
