#include "database/mariadb/row_comparison.h"

#include <future>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/locked.h"
#include "base/text.h"
#include "base/units.h"
#include "database/mariadb/chunk.h"
#include "database/mariadb/parallel.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

constexpr std::uint64_t rows_listed = 2000;  // So many rows of a chunk are compared one by one.
constexpr std::size_t keys_named = 20;

struct Sum {
  std::uint64_t rows = 0;
  std::string bits;  // XOR and sum of the rows' hashes.
};

struct TableSums {
  std::uint64_t old_rows = 0, new_rows = 0;
  std::uint64_t different_chunks = 0;
  std::vector<std::string> keys = {};  // "id=5 differs"; at most keys_named.
};

// Two sessions, one a side.
struct Sides {
  Connection old_side, new_side;

  Sides(const MariadbServer& source, const MariadbServer& target)
      : old_side(source), new_side(target) {
    old_side.raw_results();
    new_side.raw_results();
  }

  // The same question to both at once.
  template <typename Function>
  auto both(Function&& ask) {
    auto other = std::async(std::launch::async, [&] { return ask(new_side); });
    auto here = ask(old_side);
    return std::pair(std::move(here), other.get());
  }
};

Sum read_sum(Connection& connection, const TableShape& table, const Chunk& chunk) {
  connection.doing("compare " + table.text());
  const Row row =
      connection
          .query(fmt::format(
              "SELECT COUNT(*), BIT_XOR(h), SUM(h) FROM (SELECT {} AS h FROM {}{}) c",
              row_hash(table), quote_name(table.schema, table.name), where(table, chunk)))
          .at(0);
  return {std::stoull(*row[0]), *row[1] + ' ' + row[2].value_or("0")};
}

using Hashes = std::map<Row, std::string>;

Hashes read_hashes(Connection& connection, const TableShape& table, const Chunk& chunk) {
  Hashes hashes;
  for (Row& row :
       connection.query(fmt::format("SELECT {},{} FROM {}{}", row_hash(table), key_columns(table),
                                    quote_name(table.schema, table.name), where(table, chunk)))) {
    std::string hash = *row[0];
    row.erase(row.begin());
    hashes[std::move(row)] = std::move(hash);
  }
  return hashes;
}

std::string key_text(const TableShape& table, const Row& key) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < key.size(); ++i) {
    parts.push_back(table.columns[table.key[i]].name + '=' +
                    printable(key[i].value_or("NULL").substr(0, 60)));
  }
  return join(parts, ",");
}

void list_rows(Sides& sides, const TableShape& table, const Chunk& chunk, TableSums& sums) {
  auto [old_rows, new_rows] =
      sides.both([&](Connection& side) { return read_hashes(side, table, chunk); });
  const auto add = [&](const Row& key, std::string_view what) {
    if (sums.keys.size() < keys_named) {
      sums.keys.push_back(fmt::format("{} {}", key_text(table, key), what));
    }
  };
  for (const auto& [key, hash] : old_rows) {
    const auto found = new_rows.find(key);
    if (found == new_rows.end())
      add(key, "is missing on new");
    else if (found->second != hash)
      add(key, "differs");
  }
  for (const auto& [key, hash] : new_rows) {
    if (!old_rows.contains(key)) add(key, "is on new only");
  }
}

// Down to the rows of a chunk that differs, the side with more rows saying where its middle is.
void bisect(Sides& sides, const TableShape& table, const Chunk& chunk,
            const std::pair<Sum, Sum>& sums, TableSums& result) {
  if (table.key.empty() || result.keys.size() >= keys_named) return;
  const std::uint64_t rows = std::max(sums.first.rows, sums.second.rows);
  std::optional<Row> middle;
  if (rows > rows_listed && can_walk(table)) {
    Connection& larger = rows == sums.first.rows ? sides.old_side : sides.new_side;
    middle = border(larger, table, chunk, rows / 2);
  }
  if (!middle) return list_rows(sides, table, chunk, result);
  for (const Chunk& half : {Chunk{chunk.after, *middle}, Chunk{*middle, chunk.upto}}) {
    const auto pair = sides.both([&](Connection& side) { return read_sum(side, table, half); });
    if (pair.first.bits != pair.second.bits || pair.first.rows != pair.second.rows) {
      bisect(sides, table, half, pair, result);
    }
  }
}

struct Stretch {
  std::size_t table;
  Chunk chunk;
};

// Gives chunks out and adds results up; all threads share it.
class Tally {
 public:
  Tally(const RowWork& options, const std::vector<TableShape>& tables)
      : tables_(tables), options_(options), walker_(*options.source), sums_(tables.size()) {
    walker_.raw_results();
    for (const TableShape& table : tables) now_.rows_total += table.rows;
  }

  std::optional<Stretch> next() {
    for (; at_ < tables_.size(); ++at_, walk_.reset()) {
      if (!walk_)
        walk_.emplace(walker_, tables_[at_], rows_a_chunk(tables_[at_], options_.chunk_bytes));
      if (auto chunk = walk_->next()) return Stretch{at_, std::move(*chunk)};
    }
    return std::nullopt;
  }

  void add(std::size_t table, const TableSums& part) {
    TableSums& sums = sums_[table];
    sums.old_rows += part.old_rows;
    sums.new_rows += part.new_rows;
    sums.different_chunks += part.different_chunks;
    for (const std::string& key : part.keys) {
      if (sums.keys.size() < keys_named) sums.keys.push_back(key);
    }
    now_.rows += part.old_rows;
    now_.doing = "compare " + tables_[table].text();
    if (options_.copy->on_progress) options_.copy->on_progress(now_);
  }

  void finish(Comparison& result) const {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      ++result.tables;
      result.rows += sums_[i].old_rows;
      if (sums_[i].different_chunks > 0) {
        result.differences.push_back({tables_[i].text(), describe(sums_[i])});
      }
    }
  }

 private:
  static std::string describe(const TableSums& sums) {
    std::string text = fmt::format("{} rows on old, {} on new", format_count(sums.old_rows),
                                   format_count(sums.new_rows));
    if (!sums.keys.empty()) return text + ": " + join(sums.keys, "; ");
    return text + ": the contents differ, and no key says where";
  }

  const std::vector<TableShape>& tables_;
  const RowWork& options_;
  Connection walker_;
  std::optional<ChunkWalk> walk_;
  std::size_t at_ = 0;
  std::vector<TableSums> sums_;
  CopyProgress now_;
};

bool same_columns(const TableShape& a, const TableShape& b) {
  return row_hash(a) == row_hash(b) && a.key == b.key;
}

// Tables that both sides have in the same form; the others are differences of definition already.
std::vector<TableShape> common_tables(const MariadbServer& source, const MariadbServer& target) {
  Connection old_side(source), new_side(target);
  std::map<std::string, TableShape> there;
  for (TableShape& table : read_shapes(new_side, target.schemas)) there[table.text()] = table;
  std::vector<TableShape> common;
  for (TableShape& table : read_shapes(old_side, source.schemas)) {
    const auto found = there.find(table.text());
    if (found != there.end() && same_columns(table, found->second)) common.push_back(table);
  }
  return common;
}

}  // namespace

void compare_rows(const RowWork& options, std::stop_token stop, Comparison& result) {
  const std::vector<TableShape> tables = common_tables(*options.source, *options.target);
  Locked<Tally> ledger{Tally(options, tables)};
  const auto work = [&](unsigned, std::stop_token stopped) {
    Sides sides(*options.source, *options.target);
    while (!stopped.stop_requested()) {
      const auto piece = ledger.with([](Tally& shared) { return shared.next(); });
      if (!piece) return;
      const TableShape& table = tables[piece->table];
      const auto pair =
          sides.both([&](Connection& side) { return read_sum(side, table, piece->chunk); });
      TableSums sums{.old_rows = pair.first.rows, .new_rows = pair.second.rows};
      if (pair.first.bits != pair.second.bits || pair.first.rows != pair.second.rows) {
        sums.different_chunks = 1;
        bisect(sides, table, piece->chunk, pair, sums);
      }
      ledger.with([&](Tally& shared) { shared.add(piece->table, sums); });
    }
  };
  run_parallel(std::max(1u, options.copy->connections), stop, work);
  ledger.with([&](Tally& shared) { shared.finish(result); });
}

}  // namespace hikkoshi::database::mariadb
