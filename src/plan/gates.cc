#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/units.h"
#include "plan/stages.h"

namespace hikkoshi::plan {

namespace {

std::string clock_time(int minute_of_day) {
  return fmt::format("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60);
}

Item window_gate(const std::string& stage, const move::Window& window) {
  std::string from = clock_time(window.from_minute), to = clock_time(window.to_minute);
  return gate_item(
      {.id = stage + "/window",
       .kind = Gate::Kind::window,
       .condition = "",
       .title =
           fmt::format("Inside the change window: {} {}-{} {}",
                       window.days.empty() ? "every day" : fmt::format("{}", listed(window.days)),
                       from, to, window.zone),
       .arguments = {{"days", window.days}, {"from", from}, {"to", to}, {"zone", window.zone}},
       .forecast = {}});
}

// The steps of earlier legs that a measured condition speaks of.
std::vector<std::string> evidence(const Sources& sources, std::size_t leg,
                                  const std::string& word) {
  std::vector<std::string> steps;
  for (std::size_t earlier = 0; earlier < leg; ++earlier) {
    const Leg& about = sources.itinerary.legs()[earlier];
    if (word == "verified") {
      for (const std::string& name : about.databases) {
        steps.push_back(item_id(about.name, "verify-database", name));
      }
    } else {
      for (const Forwarding& forwarding : forwardings(sources, earlier)) {
        steps.push_back(item_id(about.name, "forward-balancer", "old." + forwarding.balancer));
      }
    }
  }
  return steps;
}

// What balancers of earlier legs must do for "stragglers_forwarded": the gate asks them, now.
Json awaited_forwards(const Sources& sources, std::size_t leg) {
  Json list = Json::array();
  for (std::size_t earlier = 0; earlier < leg; ++earlier)
    for (const Forwarding& one : forwardings(sources, earlier))
      list.push_back({{"side", "old"}, {"balancer", one.balancer}, {"target", one.target}});
  return list;
}

// The night begins only when the ladder's ends have stood as long as the move file asks for.
std::vector<Item> low_ttls_long_before(const Sources& sources) {
  const move::TtlPolicy& policy = sources.move.policy.ttl;
  const std::string& stage = sources.itinerary.legs().front().name;
  std::vector<Item> items;
  for (const Leg& leg : sources.itinerary.legs()) {
    for (const std::string& zone : leg.zones) {
      for (const Rung& rung : rungs(sources, zone)) {
        Millis ahead = ahead_of_the_night(policy, rung);
        if (ahead.count() == 0) continue;
        items.push_back(gate_item(
            {.id = item_id(stage, "since-rung", fmt::format("{}#{}", zone, rung.number)),
             .kind = Gate::Kind::time,
             .condition = "since-step",
             .title = fmt::format("{} since the TTLs of zone {} fell to {}", format_duration(ahead),
                                  zone, format_duration(std::chrono::seconds(rung.seconds))),
             .arguments = {{"step", lower_ttl_id(zone, rung.number)}, {"wait_ms", ahead.count()}},
             .forecast = {}}));
      }
    }
  }
  return items;
}

[[noreturn]] void refuse(const std::string& word, const std::string& stage) {
  if (word.starts_with("lag")) {
    throw Error(Retry::never,
                fmt::format("the gate '{}' before stage {} needs following, which this version "
                            "does not have",
                            word, stage),
                Exit::refused)
        .remedy("take it out of policy.gates");
  }
  throw Error(Retry::never, fmt::format("unknown gate '{}' before stage {}", word, stage),
              Exit::bad_move_file)
      .remedy("approval, verified and stragglers_forwarded are known");
}

std::vector<Item> required_gate(const Sources& sources, std::size_t leg, const std::string& word) {
  const Leg& about = sources.itinerary.legs()[leg];
  if (word == "approval") {
    return {gate_item({.id = about.name + "/approval",
                       .kind = Gate::Kind::approval,
                       .condition = "",
                       .title = fmt::format("The team approves the start of stage {}", about.name),
                       .arguments = {},
                       .forecast = {}})};
  }
  if (word != "verified" && word != "stragglers_forwarded") refuse(word, about.name);
  // A stage that moves a database verifies it itself, before its pivot.
  if (word == "verified" && !about.databases.empty()) return {};
  std::vector<std::string> steps = evidence(sources, leg, word);
  if (steps.empty()) {
    throw Error(Retry::never,
                fmt::format("the gate '{}' before stage {} could never open: no earlier stage "
                            "does that",
                            word, about.name),
                Exit::bad_move_file);
  }
  Json arguments{{"steps", steps}};
  if (word == "stragglers_forwarded") arguments["forwards"] = awaited_forwards(sources, leg);
  return {gate_item({.id = about.name + "/" + word,
                     .kind = Gate::Kind::condition,
                     .condition = word,
                     .title = word == "verified" ? "What was copied was compared and is equal"
                                                 : "OLD's balancers forward to NEW",
                     .arguments = arguments,
                     .forecast = {}})};
}

}  // namespace

Millis ahead_of_the_night(const move::TtlPolicy& policy, const Rung& rung) {
  Millis first = rung.number == 1 ? policy.first_step_before : Millis(0);
  Millis last = rung.number == policy.ladder.size() ? policy.last_step_before : Millis(0);
  return std::max(first, last);
}

std::vector<Item> leading_gates(const Sources& sources, std::size_t leg) {
  const std::string& stage = sources.itinerary.legs()[leg].name;
  std::vector<Item> items = leg == 0 ? low_ttls_long_before(sources) : std::vector<Item>{};
  if (sources.move.policy.window) items.push_back(window_gate(stage, *sources.move.policy.window));
  std::set<std::string> seen;
  for (const move::GatePolicy& policy : sources.move.policy.gates) {
    if (policy.before != stage) continue;
    for (const std::string& word : policy.require) {
      if (seen.insert(word).second) append(items, required_gate(sources, leg, word));
    }
  }
  return items;
}

}  // namespace hikkoshi::plan
