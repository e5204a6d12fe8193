// Where everything is after each stage of a move file. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "move/move.h"
#include "plan/plan.h"

namespace hikkoshi::plan {

/// What one stage of the move file takes to NEW, in the order of the file.
struct Leg {
  std::string name;
  std::vector<std::string> services, databases, zones;

  bool cuts_over() const { return !services.empty() || !databases.empty(); }
};

/// The stages of a move, sorted by kind and checked. Borrows the move. Immutable, so thread-safe.
class Itinerary {
 public:
  /// Throws Error(never, bad_move_file) for what leads nowhere, and Error(never, refused) for what
  /// this version cannot move.
  explicit Itinerary(const move::Move& move);

  const std::vector<Leg>& legs() const { return legs_; }

  /// The side of a service, store or zone when leg `leg` (from 0) is over.
  move::Side side_after(const std::string& thing, std::size_t leg) const;

  /// The leg that moves it; legs().size() when none does.
  std::size_t leg_of(const std::string& thing) const;

  /// The names of moved services that the zone answers for, sorted.
  std::vector<std::string> names_in(const std::string& zone) const;

  /// The services, moved or not, that use one of the databases; sorted.
  std::vector<std::string> users_of(const std::vector<std::string>& databases) const;

  std::vector<PlacementRow> placement() const;

 private:
  void place(const std::string& thing, const move::Stage& stage);
  void check_service(const std::string& name) const;
  void check_database(const std::string& name) const;
  void check_zone(const std::string& name, std::size_t leg) const;

  const move::Move& move_;
  std::vector<Leg> legs_;
  std::map<std::string, std::size_t> leg_of_;
};

}  // namespace hikkoshi::plan
