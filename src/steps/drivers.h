// The drivers of one move, as the steps see them: by side and by name in the move file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/clock.h"

namespace hikkoshi::hosts {
class Host;
}
namespace hikkoshi::traffic {
class Balancer;
}
namespace hikkoshi::database {
class Database;
class Fence;
class Transfer;
}  // namespace hikkoshi::database
namespace hikkoshi::dns {
class Zone;
}

namespace hikkoshi::steps {

/// Hands out drivers; each is made at its first use and lives as long as this. Thread-safe. An
/// unknown name is Error(never): the plan does not fit the move file.
class Drivers {
 public:
  virtual ~Drivers() = default;
  /// `side` is "old" or "new" everywhere.
  virtual hosts::Host& host(std::string_view side, const std::string& name) = 0;
  virtual traffic::Balancer& balancer(std::string_view side, const std::string& name) = 0;
  virtual database::Database& database(std::string_view side, const std::string& name) = 0;
  virtual database::Fence& fence(std::string_view side, const std::string& name) = 0;
  virtual database::Transfer& transfer(const std::string& name) = 0;  ///< From OLD to NEW.
  virtual dns::Zone& zone(const std::string& name) = 0;

  /// Where the host's own services listen: its address in the move file, without a port.
  virtual std::string address(std::string_view side, const std::string& host) = 0;

  /// The content of a file that the move file names, relative to it.
  virtual std::string file(const std::string& name) = 0;
};

/// Every thing that a move names, so that all of them can be examined.
struct Names {
  struct Sided {
    std::string side, name;
  };
  std::vector<Sided> hosts, balancers, databases;
  std::vector<std::string> transfers, zones;
  std::vector<std::string> files;  ///< Beside the move file.
};

}  // namespace hikkoshi::steps
