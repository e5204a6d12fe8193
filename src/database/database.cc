#include "database/database.h"

namespace hikkoshi::database {

std::uint64_t Inventory::bytes() const {
  std::uint64_t sum = 0;
  for (const Table& table : tables) sum += table.bytes;
  return sum;
}

}  // namespace hikkoshi::database
