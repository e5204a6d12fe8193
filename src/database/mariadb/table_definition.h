// The text of SHOW CREATE TABLE, taken apart: what the rows need, and what is quicker after them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::database::mariadb {

struct TableDefinition {
  std::string head;                ///< "CREATE TABLE `orders`".
  std::vector<std::string> items;  ///< Columns, keys, constraints: what the parentheses hold.
  std::string tail;                ///< " ENGINE=InnoDB ..." with partitions.
};

/// Reads what SHOW CREATE TABLE gives without ANSI_QUOTES. Throws Error(never) for anything else.
TableDefinition parse_table(std::string_view statement);

/// A CREATE TABLE without the keys that can wait, those keys as ALTER TABLE clauses in the order to
/// run them (each element is one ALTER), and the foreign keys as clauses.
struct DeferredTable {
  std::string create;
  std::vector<std::string> keys;
  std::vector<std::string> foreign_keys;
};

/// Every key waits but the primary one; all wait in vain where the table has none (then a unique
/// one is its order) or where another key serves AUTO_INCREMENT.
DeferredTable defer_keys(std::string_view statement);

/// For comparison: items sorted from the first key on, without the counter of AUTO_INCREMENT.
std::string normalised(std::string_view statement);

/// The counter of AUTO_INCREMENT; 0 when there is none.
std::uint64_t auto_increment(std::string_view statement);

}  // namespace hikkoshi::database::mariadb
