#include "steps/zone_steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "dns/name.h"
#include "steps/notes.h"
#include "steps/values.h"

namespace hikkoshi::steps {

namespace {

using dns::RecordSet;
using engine::Observation;
using State = engine::Observation::State;

constexpr Millis server_patience{120'000};

RecordSet absent(const std::string& name, dns::Type type) {
  return {name, type, 0, {}};
}

/// What the primary holds now for the same names and types; absent sets have no values.
std::vector<RecordSet> now(dns::Zone& zone, const std::vector<RecordSet>& like) {
  std::vector<RecordSet> result;
  for (const RecordSet& record : like)
    result.push_back(
        zone.read(record.name, record.type).value_or(absent(record.name, record.type)));
  return result;
}

std::vector<RecordSet> with_ttl(std::vector<RecordSet> records, std::uint32_t ttl) {
  for (RecordSet& record : records)
    if (!record.values.empty()) record.ttl = std::min(record.ttl, ttl);
  return records;
}

/// Swaps only what differs; nothing is sent when nothing does.
void change_to(dns::Zone& zone, const std::vector<RecordSet>& wanted) {
  dns::Change change;
  for (const RecordSet& record : wanted) {
    auto current = zone.read(record.name, record.type);
    if (current.value_or(absent(record.name, record.type)).values.empty() && record.values.empty())
      continue;
    if (current == record) continue;
    change.before.push_back(current.value_or(absent(record.name, record.type)));
    change.after.push_back(record);
  }
  if (!change.after.empty()) zone.change(change);
}

/// Gives what stands there now the TTLs of `like`; the data stay, whoever changed them meanwhile.
void give_ttls(dns::Zone& zone, const std::vector<RecordSet>& like) {
  auto current = now(zone, like);
  for (size_t i = 0; i < like.size(); ++i)
    if (!current[i].values.empty() && !like[i].values.empty()) current[i].ttl = like[i].ttl;
  change_to(zone, current);
}

bool same(const dns::Answer& answer, const RecordSet& wanted) {
  if (!answer.reachable || !answer.authoritative) return false;
  if (wanted.values.empty()) return !answer.records || answer.records->values.empty();
  return answer.records == wanted;
}

/// The servers that do not give `wanted`, with what they say instead.
std::vector<std::string> laggards(dns::Zone& zone, const RecordSet& wanted) {
  std::vector<std::string> result;
  auto answers = zone.ask_all(wanted.name, wanted.type);
  if (answers.empty()) result.push_back("no authoritative server was found");
  for (const dns::Answer& answer : answers) {
    if (same(answer, wanted)) continue;
    result.push_back(answer.server + ": " +
                     (!answer.fault.empty() ? answer.fault
                      : answer.records      ? describe(*answer.records)
                                            : "no record"));
  }
  return result;
}

class ZoneStep : public engine::Step {
 public:
  ZoneStep(const plan::Step& step, const Context& context)
      : id_(step.id), arguments_(step.arguments), context_(context) {}

 protected:
  dns::Zone& zone() { return context_.drivers.zone(arguments_.at("zone").get<std::string>()); }

  /// All records on the path of the arguments' names.
  std::vector<RecordSet> path() {
    std::vector<RecordSet> records;
    for (const Json& name : arguments_.at("names"))
      for (RecordSet& record : path_records(zone(), name.get<std::string>()))
        if (std::find(records.begin(), records.end(), record) == records.end())
          records.push_back(std::move(record));
    return records;
  }

  /// Whether every server gives exactly `wanted`.
  bool everywhere(const std::vector<RecordSet>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const RecordSet& record) { return laggards(zone(), record).empty(); });
  }

  const std::string id_;
  const Json arguments_;
  const Context context_;
};

class LowerTtl : public ZoneStep {
 public:
  using ZoneStep::ZoneStep;

  /// Low TTLs alone prove nothing: since when they are low was seen, or is not known.
  Observation observe() override {
    auto records = path();
    bool low = with_ttl(records, ttl()) == records;
    if (!low) return {State::absent, describe_ttls(records)};
    if (!told(context_.notebook, id_, "ttl")) return {State::partial, "low, not yet timed"};
    return {everywhere(records) ? State::done : State::partial, describe_ttls(records)};
  }

  Json before() override { return {{"records", to_json(path())}}; }

  void apply(const Json& before, std::stop_token stop) override {
    auto records = records_from_json(before.at("records"));
    std::uint32_t old_ttl = 0;
    for (const RecordSet& record : records) old_ttl = std::max(old_ttl, record.ttl);
    auto low = with_ttl(now(zone(), records), ttl());
    change_to(zone(), low);
    WallTime seen = await_everywhere(zone(), low, server_patience, context_, stop);
    WallTime safe =
        seen + std::chrono::seconds(old_ttl) + Millis(arguments_.value("margin_ms", 5'000));
    context_.notebook.fact("ttl", {{"old_ttl", old_ttl},
                                   {"ttl", ttl()},
                                   {"seen_at", format_time(seen)},
                                   {"safe_after", format_time(safe)}});
  }

  /// The data may have moved meanwhile; only the TTLs are ours. What was seen of low ones is void
  /// from here on: caches fill with the old TTL again.
  void undo(const Json& before, std::stop_token) override {
    context_.notebook.fact("ttl", nullptr);
    give_ttls(zone(), records_from_json(before.at("records")));
  }

 private:
  std::uint32_t ttl() const { return arguments_.at("ttl").get<std::uint32_t>(); }

  static std::string describe_ttls(const std::vector<RecordSet>& records) {
    std::vector<std::string> parts;
    for (const RecordSet& record : records)
      parts.push_back(
          fmt::format("{} {} {} s", record.name, dns::to_string(record.type), record.ttl));
    return join(parts, ", ");
  }
};

class SwitchRecord : public ZoneStep {
 public:
  using ZoneStep::ZoneStep;

  Observation observe() override {
    auto target = wanted();
    if (everywhere(target)) {
      // Later waits count from the instant that apply tells.
      if (!told(context_.notebook, id_, "at")) return {State::partial, "switched, not yet timed"};
      return {State::done, describe_all(target)};
    }
    auto current = now(zone(), target);
    if (current == target) return {State::partial, "not yet on every server"};
    auto before = context_.notebook.before_of(id_);
    if (before && current != records_from_json(before->at("records")))
      return {State::foreign, "somebody else changed " + describe_all(current)};
    return {State::absent, describe_all(current)};
  }

  Json before() override { return {{"records", to_json(now(zone(), wanted()))}}; }

  void apply(const Json& before, std::stop_token stop) override {
    auto target = wanted();
    auto current = now(zone(), target);
    if (current != target) {
      refuse_too_early(current);
      swap(records_from_json(before.at("records")), target);
    }
    await_everywhere(zone(), target, server_patience, context_, stop);
    context_.notebook.fact("at", format_time(context_.clock.now()));
    context_.notebook.fact("records",
                           {{"before", before.at("records")}, {"after", to_json(target)}});
  }

  /// Back to the old data; the TTL stays low until its own step is undone.
  void undo(const Json& before, std::stop_token stop) override {
    context_.notebook.fact("at", nullptr);
    auto target = records_from_json(before.at("records"));
    change_to(zone(), target);
    await_everywhere(zone(), target, server_patience, context_, stop);
  }

 private:
  void refuse_too_early(const std::vector<RecordSet>& current) const {
    const Json after = arguments_.value("after", Json());
    if (after.is_null()) return;
    auto fact = told(context_.notebook, after.get<std::string>(), "ttl");
    if (!fact)
      throw Error(Retry::never, "the TTLs were never seen lowered: the switch is refused",
                  Exit::refused);
    WallTime safe = parse_time(fact->at("safe_after").get<std::string>());
    if (context_.clock.now() < safe)
      throw Error(Retry::never,
                  fmt::format("caches may still hold the old TTL until {}: the switch is refused",
                              format_time(safe)),
                  Exit::refused)
          .remedy("run again after " + format_time(safe));
    for (const RecordSet& record : current)
      if (record.ttl > fact->at("ttl").get<std::uint32_t>())
        throw Error(
            Retry::never,
            fmt::format("somebody raised a TTL again: {}: the switch is refused", describe(record)),
            Exit::refused)
            .remedy("plan again, so that it is lowered and waited for once more");
  }

  void swap(const std::vector<RecordSet>& before, const std::vector<RecordSet>& after) {
    dns::Change change;
    for (size_t i = 0; i < after.size(); ++i) {
      if (before[i] == after[i] || (before[i].values.empty() && after[i].values.empty())) continue;
      change.before.push_back(before[i]);
      change.after.push_back(after[i]);
    }
    if (!change.after.empty()) zone().change(change);
  }

  /// The sets that the names have to have in the end. A CNAME to another of the names moves with
  /// it and is left alone.
  std::vector<RecordSet> wanted() {
    std::vector<RecordSet> result;
    for (const Json& record : arguments_.at("records")) {
      std::string name = record.at("name");
      auto path = path_records(zone(), name);
      if (!path.empty() && path[0].type == dns::Type::cname && is_moved(path[0].values.at(0)))
        continue;
      std::uint32_t ttl = path.empty() ? 300 : path[0].ttl;
      add_wanted(name, ttl, record.at("to").get<std::vector<std::string>>(), result);
    }
    return result;
  }

  bool is_moved(const std::string& name) const {
    for (const Json& record : arguments_.at("records"))
      if (record.at("name") == name) return true;
    return false;
  }

  static void add_wanted(const std::string& name, std::uint32_t ttl,
                         const std::vector<std::string>& to, std::vector<RecordSet>& result) {
    RecordSet a{name, dns::Type::a, ttl, {}}, aaaa{name, dns::Type::aaaa, ttl, {}},
        cname{name, dns::Type::cname, ttl, {}};
    for (const std::string& target : to) {
      RecordSet& set = !is_ip(target) ? cname : target.find(':') != std::string::npos ? aaaa : a;
      set.values.push_back(target);
    }
    for (RecordSet* set : {&a, &aaaa, &cname}) {
      std::sort(set->values.begin(), set->values.end());
      if (set->values.empty()) set->ttl = 0;
      result.push_back(*set);
    }
  }

  static std::string describe_all(const std::vector<RecordSet>& records) {
    std::vector<std::string> parts;
    for (const RecordSet& record : records)
      if (!record.values.empty()) parts.push_back(describe(record));
    return join(parts, ", ");
  }
};

class RaiseTtl : public ZoneStep {
 public:
  using ZoneStep::ZoneStep;
  Observation observe() override {
    auto target = wanted();
    if (now(zone(), target) != target) return {State::absent, "TTLs are low"};
    return {everywhere(target) ? State::done : State::partial, "TTLs are as they were"};
  }
  Json before() override { return {{"records", to_json(now(zone(), wanted()))}}; }
  void apply(const Json&, std::stop_token stop) override {
    auto target = wanted();
    change_to(zone(), target);
    await_everywhere(zone(), target, server_patience, context_, stop);
    context_.notebook.fact("records", {{"after", to_json(target)}});
  }
  void undo(const Json& before, std::stop_token) override {
    give_ttls(zone(), records_from_json(before.at("records")));
  }

 private:
  /// Today's data with the TTL that the same set had before the first rung, or, when its type is
  /// new, the highest that its name had.
  std::vector<RecordSet> wanted() {
    auto before = context_.notebook.before_of(arguments_.at("from").get<std::string>());
    if (!before) throw Error(Retry::never, "no TTLs were recorded before they were lowered");
    auto old = records_from_json(before->at("records"));
    auto records = path();
    for (RecordSet& record : records) record.ttl = std::max(record.ttl, ttl_of(old, record));
    return records;
  }

  static std::uint32_t ttl_of(const std::vector<RecordSet>& old, const RecordSet& record) {
    std::uint32_t highest = 0;
    for (const RecordSet& was : old) {
      if (was.name != record.name || was.values.empty()) continue;
      if (was.type == record.type) return was.ttl;
      highest = std::max(highest, was.ttl);
    }
    return highest;
  }
};

class TtlExpired : public engine::Condition {
 public:
  TtlExpired(const plan::Gate& gate, const Context& context)
      : step_(gate.arguments.at("step")), context_(context) {}

  engine::Reading read() override {
    auto fact = told(context_.notebook, step_, "ttl");
    if (!fact) return {false, "the TTL is not lowered yet", {}};
    WallTime safe = parse_time(fact->at("safe_after").get<std::string>());
    return {context_.clock.now() >= safe,
            fmt::format("TTL {} s on every server since {}; copies with {} s are gone after {}",
                        fact->at("ttl").get<int>(), fact->at("seen_at").get<std::string>(),
                        fact->at("old_ttl").get<int>(), format_time(safe)),
            safe};
  }

 private:
  const std::string step_;
  const Context context_;
};

class SinceStep : public engine::Condition {
 public:
  SinceStep(const plan::Gate& gate, const Context& context)
      : step_(gate.arguments.at("step")),
        wait_(gate.arguments.at("wait_ms").get<std::int64_t>()),
        context_(context) {}

  engine::Reading read() override {
    auto at = told(context_.notebook, step_, "at");
    if (auto ttl = told(context_.notebook, step_, "ttl")) at = ttl->at("seen_at");
    if (!at) return {false, step_ + " is not done yet", {}};
    WallTime opens = parse_time(at->get<std::string>()) + wait_;
    return {context_.clock.now() >= opens, "since " + at->get<std::string>(), opens};
  }

 private:
  const std::string step_;
  const Millis wait_;
  const Context context_;
};

}  // namespace

std::vector<RecordSet> path_records(dns::Zone& zone, const std::string& name) {
  constexpr int longest_chain = 8;
  std::vector<RecordSet> result;
  std::string at = name;
  for (int hop = 0; hop < longest_chain; ++hop) {
    auto cname = zone.read(at, dns::Type::cname);
    if (!cname) break;
    result.push_back(*cname);
    at = cname->values.at(0);
    if (!dns::is_inside(at, zone.name())) return result;
  }
  for (dns::Type type : {dns::Type::a, dns::Type::aaaa})
    if (auto record = zone.read(at, type)) result.push_back(*record);
  return result;
}

WallTime await_everywhere(dns::Zone& zone, const std::vector<RecordSet>& wanted, Millis patience,
                          const Context& context, std::stop_token stop) {
  Millis start = context.clock.steady();
  for (;;) {
    WallTime asked = context.clock.now();
    std::vector<std::string> lagging;
    for (const RecordSet& record : wanted)
      for (std::string& line : laggards(zone, record)) lagging.push_back(std::move(line));
    if (lagging.empty()) return asked;
    context.notebook.progress({{"doing", "waiting for " + lagging[0]}});
    if (context.clock.steady() - start > patience)
      throw Error(Retry::safe, "not every server has the change: " + join(lagging, "; "))
          .remedy("see that the secondaries transfer the zone");
    if (!context.clock.sleep(Millis(200), stop))
      throw Error(Retry::ask, "stopped while waiting for the servers", Exit::interrupted);
  }
}

std::unique_ptr<engine::Step> make_lower_ttl(const plan::Step& step, const Context& context) {
  return std::make_unique<LowerTtl>(step, context);
}

std::unique_ptr<engine::Step> make_switch_record(const plan::Step& step, const Context& context) {
  return std::make_unique<SwitchRecord>(step, context);
}

std::unique_ptr<engine::Step> make_raise_ttl(const plan::Step& step, const Context& context) {
  return std::make_unique<RaiseTtl>(step, context);
}

std::unique_ptr<engine::Condition> make_ttl_expired(const plan::Gate& gate,
                                                    const Context& context) {
  return std::make_unique<TtlExpired>(gate, context);
}

std::unique_ptr<engine::Condition> make_since_step(const plan::Gate& gate, const Context& context) {
  return std::make_unique<SinceStep>(gate, context);
}

}  // namespace hikkoshi::steps
