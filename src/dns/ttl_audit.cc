#include "dns/ttl_audit.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "dns/name.h"

namespace hikkoshi::dns {
namespace {

constexpr size_t longest_path = 16;

bool is_sure(const Answer& answer) {
  return answer.reachable && answer.authoritative;
}

bool is_there(const std::vector<Answer>& answers) {
  return std::any_of(answers.begin(), answers.end(),
                     [](const Answer& answer) { return answer.records.has_value(); });
}

bool agree(const std::vector<Answer>& answers) {
  const Answer* first = nullptr;
  for (const Answer& answer : answers) {
    if (!is_sure(answer)) continue;
    if (first == nullptr) first = &answer;
    if (answer.records != first->records) return false;
  }
  return true;
}

class Auditor {
 public:
  explicit Auditor(Zone& zone) : zone_(zone) {}

  void follow(const std::string& name, std::vector<std::string> path) {
    if (!is_inside(name, zone_.name())) {
      std::string from = path.empty() ? "" : ", where " + path.back() + " leads,";
      report(FindingKind::outside_zone, name,
             name + from + " is outside of the zone " + zone_.name() +
                 ": its TTL is not ours to change");
      return;
    }
    bool is_loop = std::find(path.begin(), path.end(), name) != path.end();
    if (is_loop || path.size() >= longest_path) {
      report(FindingKind::endless_chain, name, name + " is part of a chain of CNAMEs without end");
      return;
    }
    if (!seen_.insert(name).second) return;
    path.push_back(name);
    look_at_name(name);
    for (const std::string& target : look_at_alias(name)) follow(target, path);
  }

  void look_at_servers() { look_at(zone_.name(), Type::ns); }

  TtlAudit result;

 private:
  void report(FindingKind kind, const std::string& name, const std::string& text) {
    result.findings.push_back({kind, name, text});
  }

  std::vector<Answer> ask(const std::string& name, Type type) {
    std::vector<Answer> answers = zone_.ask_all(name, type);
    for (const Answer& answer : answers) {
      if (is_sure(answer) || !silent_.insert(answer.server).second) continue;
      report(FindingKind::server_unreachable, answer.server,
             answer.server + " gives no answer of its own: " + answer.fault);
    }
    return answers;
  }

  /// Adds the set when it is there.
  bool look_at(const std::string& name, Type type) {
    std::vector<Answer> answers = ask(name, type);
    if (!is_there(answers)) return false;
    if (!agree(answers)) {
      report(FindingKind::servers_disagree, name,
             "the servers disagree on " + name + " " + std::string(to_string(type)));
    }
    AuditedSet set{name, type, 0, answers};
    for (const Answer& answer : answers) {
      if (answer.records) set.highest_ttl = std::max(set.highest_ttl, answer.records->ttl);
    }
    result.sets.push_back(std::move(set));
    return true;
  }

  void look_at_name(const std::string& name) {
    bool has_a = look_at(name, Type::a);
    bool has_aaaa = look_at(name, Type::aaaa);
    bool has_alias = look_at(name, Type::cname);
    if (!has_a && !has_aaaa && !has_alias) {
      report(FindingKind::no_records, name, name + " has no A, AAAA or CNAME");
    }
    if (has_aaaa) {
      report(FindingKind::has_aaaa, name, name + " has AAAA: clients with IPv6 move only with it");
    }
    if (name == zone_.name()) {
      report(FindingKind::at_apex, name, name + " is the zone itself: no CNAME can stand there");
    }
    std::vector<std::string> others;
    for (Type type : {Type::mx, Type::txt}) {
      if (is_there(ask(name, type))) others.emplace_back(to_string(type));
    }
    if (others.empty()) return;
    report(
        FindingKind::other_data, name,
        name + " also has " + join(others, " and ") + ": left alone, and no CNAME can stand here");
  }

  /// The targets that any server gives.
  std::set<std::string> look_at_alias(const std::string& name) {
    std::set<std::string> targets;
    const AuditedSet* last = result.sets.empty() ? nullptr : &result.sets.back();
    if (last == nullptr || last->name != name || last->type != Type::cname) return targets;
    for (const Answer& answer : last->servers) {
      if (answer.records)
        targets.insert(answer.records->values.begin(), answer.records->values.end());
    }
    return targets;
  }

  Zone& zone_;
  std::set<std::string> seen_, silent_;
};

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::no_records:
      return "no-records";
    case FindingKind::outside_zone:
      return "outside-zone";
    case FindingKind::endless_chain:
      return "endless-chain";
    case FindingKind::at_apex:
      return "at-apex";
    case FindingKind::has_aaaa:
      return "has-aaaa";
    case FindingKind::other_data:
      return "other-data";
    case FindingKind::servers_disagree:
      return "servers-disagree";
    case FindingKind::server_unreachable:
      return "server-unreachable";
  }
  return "unknown";
}

TtlAudit audit(Zone& zone, const std::vector<std::string>& names) {
  Auditor auditor(zone);
  for (const std::string& name : names) auditor.follow(normal_name(name), {});
  auditor.look_at_servers();
  return std::move(auditor.result);
}

bool all_serve(const std::vector<Answer>& answers, const RecordSet& set) {
  return !answers.empty() &&
         std::all_of(answers.begin(), answers.end(), [&](const Answer& answer) -> bool {
           if (!is_sure(answer)) return false;
           return answer.records ? *answer.records == set : set.values.empty();
         });
}

WallTime safe_after(WallTime all_seen_new, std::uint32_t old_ttl, Millis margin) {
  return all_seen_new + std::chrono::seconds(old_ttl) + margin;
}

void TtlWatch::saw(WallTime when, const std::vector<Answer>& answers) {
  std::map<std::string, std::optional<WallTime>> since;
  for (const Answer& answer : answers) {
    auto known = since_.find(answer.server);
    std::optional<WallTime> start = known == since_.end() ? std::nullopt : known->second;
    if (is_sure(answer)) {
      bool is_low = answer.records && answer.records->ttl <= ttl_;
      start = is_low ? std::optional(start.value_or(when)) : std::nullopt;
    }
    since[answer.server] = start;
  }
  since_ = std::move(since);
}

std::optional<WallTime> TtlWatch::all_seen_new() const {
  std::optional<WallTime> last;
  for (const auto& [server, since] : since_) {
    if (!since) return std::nullopt;
    last = std::max(last.value_or(*since), *since);
  }
  return last;
}

}  // namespace hikkoshi::dns
