#include "engine/testing/toy_world.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::engine {

using journal::StepState;

namespace {

class ToyStep : public Step {
 public:
  ToyStep(const plan::Step& step, ToyWorld& world, Notebook& notebook)
      : step_(step), world_(world), notebook_(notebook) {}

  Observation observe() override {
    if (auto fault = world_.next_fault(step_.id, false, true))
      throw Error(fault->retry, "cannot look at " + step_.id);
    if (step_.kind == "check") return {world_.checked.count(step_.id) ? done : absent, ""};
    size_t there = 0;
    for (const std::string& thing : things()) {
      if (world_.things.count(thing) > 1) return {foreign, thing + " is there twice"};
      there += world_.things.count(thing);
    }
    std::string detail = fmt::format("{} of {}", there, things().size());
    return {there == 0 ? absent : there == things().size() ? done : partial, detail};
  }

  Json before() override {
    Json there = Json::array();
    for (const std::string& thing : things())
      if (world_.things.count(thing)) there.push_back(thing);
    return {{"there", there}};
  }

  void apply(const Json& before, std::stop_token stop) override {
    (void)before;
    auto fault = world_.next_fault(step_.id, false, false);
    if (fault && !fault->after_effect) throw Error(fault->retry, step_.id + " failed", fault->exit);
    world_.clock().advance(Millis(step_.arguments.value("takes_ms", 0)));
    if (stop.stop_requested() && step_.arguments.value("heeds_stop", false))
      throw Error(Retry::ask, step_.id + " was stopped");
    if (step_.kind == "check") world_.checked.insert(step_.id);
    for (const std::string& thing : things())
      if (!(things().size() > 1 && world_.things.count(thing))) world_.effect(step_.id, thing, 1);
    notebook_.fact("applied", true);
    notebook_.progress({{"done", things().size()}});
    if (fault) throw Error(fault->retry, step_.id + " gave no answer");
  }

  void undo(const Json& before, std::stop_token) override {
    auto fault = world_.next_fault(step_.id, true, false);
    if (fault && !fault->after_effect) throw Error(fault->retry, "undo of " + step_.id + " failed");
    auto mine = things();
    for (auto thing = mine.rbegin(); thing != mine.rend(); ++thing) {
      bool was_there = std::count(before.at("there").begin(), before.at("there").end(), *thing) > 0;
      if (!was_there && world_.things.count(*thing)) world_.effect(step_.id, *thing, -1);
    }
    if (fault) throw Error(fault->retry, "undo of " + step_.id + " gave no answer");
  }

 private:
  static constexpr auto absent = Observation::State::absent;
  static constexpr auto partial = Observation::State::partial;
  static constexpr auto done = Observation::State::done;
  static constexpr auto foreign = Observation::State::foreign;

  std::vector<std::string> things() const {
    return step_.arguments.value("things", std::vector<std::string>{});
  }

  plan::Step step_;
  ToyWorld& world_;
  Notebook& notebook_;
};

class ToyCondition : public Condition {
 public:
  ToyCondition(std::string word, ToyWorld& world) : word_(std::move(word)), world_(world) {}
  Reading read() override {
    auto found = world_.conditions.find(word_);
    bool open = found == world_.conditions.end() || found->second;
    return {open, word_ + (open ? " holds" : " does not hold"), {}};
  }

 private:
  std::string word_;
  ToyWorld& world_;
};

plan::Step toy_step(const std::string& stage, const std::string& word) {
  plan::Step step;
  step.id = stage + "/" + word;
  step.kind = word[0] == '=' ? "check" : "put";
  step.title = "Put " + word;
  step.arguments = Json::object();
  if (step.kind == "check") return step;
  step.undo = "Take " + word;
  if (word[0] == '-') step.sign = plan::Sign::remove;
  step.arguments["things"] = Json::array();
  for (size_t at = 0; at < word.size();) {
    size_t end = std::min(word.find('+', at), word.size());
    step.arguments["things"].push_back(word.substr(at, end - at));
    at = end + 1;
  }
  return step;
}

plan::Item toy_item(const std::string& stage, std::string word) {
  plan::Item item;
  if (word[0] == '?' || word[0] == '!' || word[0] == '~') {
    plan::Gate gate;
    gate.id = stage + "/" + word.substr(1);
    gate.title = "Gate " + word;
    gate.kind = word[0] == '~' ? plan::Gate::Kind::condition : plan::Gate::Kind::approval;
    gate.condition = word[0] == '~' ? word.substr(1) : "";
    gate.pivot = word[0] == '!';
    item.gate = gate;
    return item;
  }
  item.pivot = word.back() == '!';
  if (item.pivot) word.pop_back();
  item.step = toy_step(stage, word);
  return item;
}

}  // namespace

std::unique_ptr<Step> ToyWorld::make_step(const plan::Step& step, Notebook& notebook) {
  if (step.kind != "put" && step.kind != "check")
    throw Error(Retry::never, "unknown kind " + step.kind);
  return std::make_unique<ToyStep>(step, *this, notebook);
}

std::unique_ptr<Condition> ToyWorld::make_condition(const plan::Gate& gate, Notebook&) {
  return std::make_unique<ToyCondition>(gate.condition, *this);
}

void ToyWorld::drop_epoch(const std::string& run) {
  bool dies = effects.blows();
  if (dies && !die_after_effect) throw Crash{};
  holders.erase(run);
  if (dies) throw Crash{};
}

void ToyWorld::raise_epoch(const std::string& run, std::uint64_t epoch) {
  holders.insert(run);
  if (!epochs.empty() && epoch <= epochs.back()) violations.push_back("the epoch did not rise");
  epochs.push_back(epoch);
}

void ToyWorld::effect(const std::string& step, const std::string& thing, int change) {
  StepState state = journal->state().step(step).state;
  bool intended = change > 0 ? state == StepState::running || state == StepState::intended
                             : state == StepState::undoing;
  if (!intended) violations.push_back("effect without intent: " + step);
  bool dies = effects.blows();
  if (dies && !die_after_effect) throw Crash{};
  if (change > 0) {
    if (things.count(thing)) violations.push_back("effect twice: " + step);
    things.insert(thing);
  } else {
    things.erase(things.find(thing));
  }
  log.push_back((change > 0 ? "+" : "-") + thing);
  if (dies) throw Crash{};
}

std::optional<Fault> ToyWorld::next_fault(const std::string& step, bool undo, bool observe) {
  auto queue = faults.find(step);
  if (queue == faults.end() || queue->second.empty()) return {};
  Fault fault = queue->second.front();
  if (fault.on_undo != undo || fault.on_observe != observe) return {};
  queue->second.pop_front();
  return fault;
}

std::vector<journal::Event> DyingJournal::append(std::vector<journal::Event> events) {
  if (!fuse_.blows()) return journal_.append(std::move(events));
  if (how_ == How::after) journal_.append(std::move(events));
  if (how_ == How::torn) {
    std::string lines =
        journal::MemJournal::lines(journal::chained(std::move(events), state().seq, state().head));
    disk_ += lines.substr(0, lines.size() / 2);
  }
  throw Crash{};
}

std::vector<Request> ToyRequests::poll() {
  std::vector<Request> requests(waiting.begin(), waiting.end());
  for (const auto& [id, gate] : journal->state().gates) {
    if (!approves || gate.open || !gate.waiting || !gate.approved_by.empty()) continue;
    if (gate.title.find('~') != std::string::npos) continue;
    Request request;
    request.id = id + "@" + format_time(*gate.waiting);
    request.what = Request::What::approve;
    request.gate = id;
    request.plan = plan_hash;
    request.who = "team";
    requests.push_back(request);
  }
  return requests;
}

void ToyRequests::settle(const Request& request, bool accepted) {
  settled.emplace_back(request.id, accepted);
  std::erase_if(waiting, [&](const Request& other) { return other.id == request.id; });
}

plan::Stage toy_stage(const std::string& name, bool critical, const std::vector<std::string>& items,
                      Millis budget) {
  plan::Stage stage;
  stage.name = name;
  stage.critical = critical;
  stage.budget = critical ? budget : Millis(0);
  for (const std::string& word : items) stage.items.push_back(toy_item(name, word));
  return stage;
}

plan::Plan toy_plan(std::vector<plan::Stage> stages, const std::vector<std::string>& finish) {
  plan::Plan plan;
  plan.move = "toy";
  plan.move_hash = "toy";
  plan.stages = std::move(stages);
  for (const std::string& word : finish) plan.finish.push_back(toy_item("finish", word));
  return plan;
}

template <typename Call>
Result Toy::with_engine(const std::string& plan_hash, Call call) {
  DyingJournal journal(disk, writes, how);
  world.journal = requests.journal = &journal;
  requests.plan_hash = plan_hash;
  Engine engine({journal, world, clock, requests, *listener}, options);
  return call(engine);
}

Result Toy::run(const plan::Plan& plan, std::stop_token stop) {
  return with_engine(plan::hash(plan), [&](Engine& engine) { return engine.run(plan, stop); });
}

Result Toy::rollback(bool lose_writes, std::stop_token stop) {
  return with_engine(state().run.plan_hash,
                     [&](Engine& engine) { return engine.rollback(lose_writes, stop); });
}

Result Toy::finish(std::stop_token stop) {
  return with_engine(state().run.plan_hash, [&](Engine& engine) { return engine.finish(stop); });
}

journal::State Toy::state() {
  std::string copy = disk;
  return journal::MemJournal(copy).state();
}

std::vector<std::string> Toy::kinds() {
  std::vector<std::string> kinds;
  for (const journal::Event& event : journal::events_on(disk)) {
    std::string line(to_string(event.kind));
    kinds.push_back(event.subject.empty() ? line : line + " " + event.subject);
  }
  return kinds;
}

}  // namespace hikkoshi::engine
