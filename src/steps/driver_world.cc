#include "steps/driver_world.h"

#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "database/database.h"
#include "hosts/host.h"
#include "steps/attempt.h"

namespace hikkoshi::steps {

namespace {

template <typename Makers>
const auto& maker(const Makers& makers, const std::string& kind) {
  auto found = makers.find(kind);
  if (found == makers.end())
    throw Error(Retry::never, "the plan has a kind that this program does not know: " + kind,
                Exit::stale_plan)
        .remedy("plan again with this version");
  return found->second;
}

}  // namespace

DriverWorld::DriverWorld(const Kinds& kinds, const Names& names, Drivers& drivers, Clock& clock)
    : kinds_(kinds), names_(names), drivers_(drivers), clock_(clock) {}

std::unique_ptr<engine::Step> DriverWorld::make_step(const plan::Step& step,
                                                     engine::Notebook& notebook) {
  return maker(kinds_.steps, step.kind)(step, {drivers_, notebook, clock_, names_});
}

std::unique_ptr<engine::Condition> DriverWorld::make_condition(const plan::Gate& gate,
                                                               engine::Notebook& notebook) {
  return maker(kinds_.conditions, gate.condition)(gate, {drivers_, notebook, clock_, names_});
}

/// All hosts at a time: after a death in a cutover, the outage lasts as long as these logins.
void DriverWorld::on_every_host(const std::function<void(hosts::Host&)>& work) {
  std::vector<std::optional<Error>> failures(names_.hosts.size());
  {
    std::vector<std::jthread> logins;
    for (size_t i = 0; i < failures.size(); ++i) {
      hosts::Host& host = drivers_.host(names_.hosts[i].side, names_.hosts[i].name);
      logins.emplace_back([&, i] { failures[i] = attempt([&] { work(host); }); });
    }
  }
  for (const auto& failure : failures)
    if (failure) throw Error(*failure);
}

void DriverWorld::raise_epoch(const std::string& run, std::uint64_t epoch) {
  on_every_host([&](hosts::Host& host) { host.raise_epoch(run, epoch); });
  for (const auto& name : names_.databases)
    drivers_.database(name.side, name.name).raise_epoch(run, epoch);
}

void DriverWorld::drop_epoch(const std::string& run) {
  for (const auto& name : names_.databases) drivers_.database(name.side, name.name).drop_epoch(run);
  on_every_host([&](hosts::Host& host) { host.drop_epoch(run); });
}

}  // namespace hikkoshi::steps
