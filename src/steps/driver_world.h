// The engine's world made of real drivers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "steps/context.h"

namespace hikkoshi::steps {

/// Looks kinds up in `kinds`; everything is borrowed and outlives it.
class DriverWorld : public engine::World {
 public:
  DriverWorld(const Kinds& kinds, const Names& names, Drivers& drivers, Clock& clock);

  std::unique_ptr<engine::Step> make_step(const plan::Step& step,
                                          engine::Notebook& notebook) override;
  std::unique_ptr<engine::Condition> make_condition(const plan::Gate& gate,
                                                    engine::Notebook& notebook) override;

  /// Databases and hosts of the move; zones and balancers are protected by compare-and-swap.
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;

 private:
  void on_every_host(const std::function<void(hosts::Host&)>& work);

  const Kinds& kinds_;
  const Names& names_;
  Drivers& drivers_;
  Clock& clock_;
};

}  // namespace hikkoshi::steps
