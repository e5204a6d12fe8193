#include "database/mariadb/row_copy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/locked.h"
#include "base/units.h"
#include "database/mariadb/bulk_insert.h"
#include "database/mariadb/chunk.h"
#include "database/mariadb/parallel.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

using Time = std::chrono::steady_clock;

// What LOAD DATA would take for the end of a value or a row, or for an escape.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (const char c : {'\0', '\t', '\n', '\\'}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr std::array<bool, 256> special = make_special();

struct TableProgress {
  TableResult result;
  std::optional<Time::time_point> begun;
  unsigned open = 0;  // Chunks given out and not yet loaded.
  bool cut = false;   // All chunks were given out.
  unsigned chunks = 0;
};

struct Piece {
  std::size_t table;
  Chunk chunk;
  unsigned number;
};

struct Loaded {
  std::uint64_t rows, bytes;
};

// Which chunk is next and which table is whole; all threads share it.
class Ledger {
 public:
  Ledger(const RowWork& options, const std::vector<TableShape>& tables)
      : options_(options), tables_(tables), walker_(*options.source), progress_(tables.size()) {
    walker_.raw_results();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      progress_[i].result.table = tables[i].text();
      now_.rows_total += tables[i].rows;
    }
  }

  std::optional<Piece> next() {
    while (at_ < tables_.size()) {
      TableProgress& table = progress_[at_];
      if (!table.begun) {
        table.begun = Time::now();
        walk_.emplace(walker_, tables_[at_], rows_a_chunk(tables_[at_], options_.chunk_bytes));
      }
      std::optional<Chunk> chunk = walk_->next();
      if (chunk) {
        // The walk ends with a chunk that has no upper border.
        table.cut = chunk->upto.empty();
        ++table.open;
        return Piece{at_, std::move(*chunk), ++table.chunks};
      }
      ++at_;
    }
    return std::nullopt;
  }

  // True when this was the table's last chunk: its keys can be built.
  bool loaded(const Piece& piece, const Loaded& loaded) {
    TableProgress& table = progress_[piece.table];
    table.result.rows += loaded.rows;
    table.result.bytes += loaded.bytes;
    now_.rows += loaded.rows;
    now_.bytes += loaded.bytes;
    const bool whole = --table.open == 0 && table.cut;
    now_.doing = whole ? "keys of " + table.result.table
                       : fmt::format("{}: chunk {}", table.result.table, piece.number);
    report();
    return whole;
  }

  void built(std::size_t index) {
    TableProgress& table = progress_[index];
    table.result.seconds = std::chrono::duration<double>(Time::now() - *table.begun).count();
  }

  std::vector<TableResult> results() const {
    std::vector<TableResult> all;
    for (const TableProgress& table : progress_) all.push_back(table.result);
    return all;
  }

 private:
  void report() const {
    if (options_.copy->on_progress) options_.copy->on_progress(now_);
  }

  const RowWork& options_;
  const std::vector<TableShape>& tables_;
  Connection walker_;
  std::optional<ChunkWalk> walk_;
  std::size_t at_ = 0;
  std::vector<TableProgress> progress_;
  CopyProgress now_;
};

// Which of the columns of `select_rows` are ENUMs.
std::vector<bool> loaded_enums(const TableShape& table) {
  std::vector<bool> enums;
  for (const Column& column : table.columns) {
    if (!column.computed) enums.push_back(column.type == "enum");
  }
  return enums;
}

struct Sent {
  std::uint64_t rows = 0, bytes = 0;
  std::uint64_t invalid = 0;  // Values of ENUMs that are no member; each must make a warning.
  Connection::Loaded taken;
};

Sent load_as_text(RowStream& rows, Connection& writer, const TableShape& table) {
  RowText text(rows, table);
  const Connection::Loaded taken = writer.load(
      load_rows(table), [&](char* buffer, std::size_t size) { return text.fill(buffer, size); });
  return {text.rows(), text.bytes(), text.invalid(), taken};
}

Sent insert_in_bulk(RowStream& rows, Connection& writer, const TableShape& table) {
  const std::vector<bool> enums = loaded_enums(table);
  BulkInsert insert(writer, insert_rows(table), enums.size());
  Sent sent;
  for (; rows.next(); ++sent.rows) {
    for (std::size_t i = 0; i < enums.size(); ++i) {
      const std::string_view value = rows.column(i);
      if (enums[i] && value == no_member) ++sent.invalid;
      sent.bytes += value.size();
      insert.add(value);
    }
  }
  sent.taken = insert.finish();
  return sent;
}

Loaded load_chunk(Connection& reader, Connection& writer, const TableShape& table,
                  const Piece& piece) {
  RowStream rows =
      reader.stream(select_rows(table) + where(table, piece.chunk) +
                    (piece.chunk.after.empty() && piece.chunk.upto.empty() ? "" : order(table)));
  writer.execute("START TRANSACTION");
  const Sent sent =
      fits_packets(table) ? insert_in_bulk(rows, writer, table) : load_as_text(rows, writer, table);
  if (sent.taken.rows != sent.rows || sent.taken.truncations != sent.invalid) {
    throw Error(Retry::never,
                fmt::format("{}: load {}: {} rows were sent and {} taken in, {} values truncated",
                            writer.name(), table.text(), sent.rows, sent.taken.rows,
                            sent.taken.truncations - sent.invalid));
  }
  writer.execute("COMMIT");
  return {sent.rows, sent.bytes};
}

}  // namespace

void append_value(std::string& text, std::string_view bytes) {
  if (!bytes.data()) {
    text += "\\N";
    return;
  }
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    const char* plain = at;
    while (at < end && !special[static_cast<unsigned char>(*at)]) ++at;
    text.append(plain, at);
    if (at == end) break;
    text += '\\';
    text += *at == '\0' ? '0' : *at == '\t' ? 't' : *at == '\n' ? 'n' : '\\';
    ++at;
  }
}

RowText::RowText(RowStream& rows, const TableShape& table)
    : rows_(rows), enums_(loaded_enums(table)) {}

bool RowText::refill() {
  constexpr std::size_t enough = 64 << 10;
  text_.clear();
  given_ = 0;
  while (text_.size() < enough && rows_.next()) {
    for (std::size_t i = 0; i < rows_.columns(); ++i) {
      if (i > 0) text_ += '\t';
      const std::string_view value = rows_.column(i);
      if (enums_[i] && value == no_member) ++invalid_;
      append_value(text_, value);
    }
    text_ += '\n';
    ++count_;
  }
  bytes_ += text_.size();
  return !text_.empty();
}

std::size_t RowText::fill(char* buffer, std::size_t size) {
  if (given_ == text_.size() && !refill()) return 0;
  const std::size_t part = std::min(size, text_.size() - given_);
  std::memcpy(buffer, text_.data() + given_, part);
  given_ += part;
  return part;
}

std::vector<TableResult> copy_rows(const RowWork& options, Snapshot& snapshot,
                                   const std::vector<TableShape>& tables,
                                   const std::vector<DeferredTable>& definitions,
                                   std::stop_token stop) {
  Locked<Ledger> ledger{Ledger(options, tables)};
  const auto work = [&](unsigned index, std::stop_token stopped) {
    Connection writer(*options.target);
    while (!stopped.stop_requested()) {
      const auto piece = ledger.with([](Ledger& shared) { return shared.next(); });
      if (!piece) return;
      const TableShape& table = tables[piece->table];
      writer.doing("load " + table.text());
      const Loaded loaded = load_chunk(snapshot.readers[index], writer, table, *piece);
      if (!ledger.with([&](Ledger& shared) { return shared.loaded(*piece, loaded); })) continue;
      writer.doing("build the keys of " + table.text());
      for (const std::string& clause : definitions[piece->table].keys) {
        writer.execute("ALTER TABLE " + quote_name(table.schema, table.name) + ' ' + clause);
      }
      ledger.with([&](Ledger& shared) { shared.built(piece->table); });
    }
  };
  run_parallel(static_cast<unsigned>(snapshot.readers.size()), stop, work);
  return ledger.with([](Ledger& shared) { return shared.results(); });
}

}  // namespace hikkoshi::database::mariadb
