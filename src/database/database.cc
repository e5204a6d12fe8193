#include "database/database.h"

namespace hikkoshi::database {

std::uint64_t Inventory::bytes() const {
  std::uint64_t sum = 0;
  for (const Table& table : tables) sum += table.bytes;
  return sum;
}

Json to_json(const CopyResult& result) {
  Json tables = Json::array();
  std::uint64_t rows = 0, bytes = 0;
  for (const TableResult& table : result.tables) {
    rows += table.rows;
    bytes += table.bytes;
    tables.push_back({{"table", table.table},
                      {"rows", table.rows},
                      {"bytes", table.bytes},
                      {"seconds", table.seconds}});
  }
  return {{"rows", rows},
          {"bytes", bytes},
          {"seconds", result.seconds},
          {"tables", tables},
          {"objects", result.objects},
          {"position", result.position}};
}

}  // namespace hikkoshi::database
