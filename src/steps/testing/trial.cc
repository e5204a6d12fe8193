#include "steps/testing/trial.h"

#include "steps/attempt.h"

namespace hikkoshi::engine {

void PrintTo(Observation::State state, std::ostream* out) {
  *out << to_string(state);
}

}  // namespace hikkoshi::engine

namespace hikkoshi::steps {

std::string MemRecords::text() const {
  std::string text;
  for (const auto& [key, fact] : facts) text += key.second + canonical(fact) + "\n";
  for (const auto& [step, before] : befores) text += step + canonical(before) + "\n";
  for (const Json& line : progress) text += canonical(line) + "\n";
  return text;
}

void MemNotebook::fact(std::string_view key, const Json& value) {
  if (on_fact) on_fact(key);
  records_.facts[{step_, std::string(key)}] = value;
}

std::optional<Json> MemNotebook::recall(std::string_view step, std::string_view key) const {
  auto found = records_.facts.find({std::string(step), std::string(key)});
  if (found == records_.facts.end()) return {};
  return found->second;
}

std::optional<Json> MemNotebook::before_of(std::string_view step) const {
  auto found = records_.befores.find(std::string(step));
  if (found == records_.befores.end()) return {};
  return found->second;
}

std::unique_ptr<engine::Condition> TrialWorld::condition(const ConditionMaker& make,
                                                         const Json& arguments) {
  notebooks_.push_back(std::make_unique<MemNotebook>(records, "gate"));
  plan::Gate gate;
  gate.id = "gate";
  gate.arguments = arguments;
  return make(gate, {drivers, *notebooks_.back(), clock, names});
}

Trial::Trial(TrialWorld& world, StepMaker make, std::string id, Json arguments)
    : world_(world), make_(std::move(make)) {
  plan_.id = std::move(id);
  plan_.arguments = std::move(arguments);
  crash();
}

void Trial::crash() {
  step_.reset();
  notebook_ = std::make_unique<MemNotebook>(world_.records, plan_.id);
  step_ = make_(plan_, {world_.drivers, *notebook_, world_.clock, world_.names});
}

void Trial::intend() {
  if (world_.records.befores.count(plan_.id) == 0)
    world_.records.befores[plan_.id] = step_->before();
}

void Trial::apply() {
  intend();
  step_->apply(before(), stop_.get_token());
}

void Trial::undo() {
  step_->undo(before(), stop_.get_token());
}

const Json& Trial::before() {
  return world_.records.befores.at(plan_.id);
}

std::optional<Json> Trial::fact(const std::string& key) const {
  return notebook_->recall(plan_.id, key);
}

std::optional<Error> Trial::fails_to_apply() {
  return attempt([&] { apply(); });
}

std::optional<Error> Trial::fails_to_undo() {
  return attempt([&] { undo(); });
}

void Trial::die_at_fact(const std::string& key) {
  notebook_->on_fact = [key](std::string_view told) {
    if (told == key) throw death();
  };
}

Error death() {
  return Error(Retry::ask, "we died here");
}

}  // namespace hikkoshi::steps
