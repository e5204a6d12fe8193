#include "objects/ledger.h"

#include <sqlite3.h>

#include "base/error.h"

namespace hikkoshi::objects {
namespace {

constexpr size_t batch = 500;

constexpr const char* ledger_schema =
    "CREATE TABLE IF NOT EXISTS copied(key BLOB PRIMARY KEY, size INTEGER NOT NULL,"
    " etag TEXT NOT NULL, modified INTEGER NOT NULL, target_etag TEXT NOT NULL,"
    " digest BLOB NOT NULL, block INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS begun(key BLOB PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID";

}  // namespace

bool same_source(const Record& record, const ObjectInfo& source) {
  const bool same_time =
      record.source.modified == WallTime{} || record.source.modified == source.modified;
  return record.source.etag == source.etag && record.source.size == source.size && same_time;
}

/// The connection, its statements, and what is not written yet.
struct Ledger::File {
  enum Query { put, erase, find, page, erase_begun, begin, begun, divide, queries };

  File() = default;
  // The object is whole before anything can fail, so that its destructor closes what was opened.
  explicit File(std::string file_path) : File() {
    path = std::move(file_path);
    if (sqlite3_open(path.empty() ? ":memory:" : path.c_str(), &handle) != SQLITE_OK) fail();
    execute("PRAGMA locking_mode=EXCLUSIVE");
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=NORMAL");
    execute(ledger_schema);
    const char* texts[queries] = {
        "INSERT OR REPLACE INTO copied VALUES(?1,?2,?3,?4,?5,?6,?7)",
        "DELETE FROM copied WHERE key=?1",
        "SELECT * FROM copied WHERE key=?1",
        "SELECT * FROM copied WHERE key>?1 AND (?2=x'' OR key<?2) ORDER BY key LIMIT ?3",
        "DELETE FROM begun WHERE key=?1",
        "INSERT OR REPLACE INTO begun VALUES(?1,?2)",
        "SELECT token FROM begun WHERE key=?1",
        "SELECT key FROM copied ORDER BY key LIMIT 1 OFFSET ?1"};
    for (int i = 0; i < queries; ++i) {
      if (sqlite3_prepare_v2(handle, texts[i], -1, &statements[i], nullptr) != SQLITE_OK) fail();
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
    sqlite3_close(handle);
  }

  [[noreturn]] void fail() {
    const int code = sqlite3_errcode(handle) & 0xff;
    Error error(code == SQLITE_FULL ? Retry::safe : Retry::never,
                "ledger " + path + ": " + sqlite3_errmsg(handle),
                code == SQLITE_BUSY ? Exit::locked : Exit::failed);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
      throw std::move(error).remedy("remove the file: all objects are then copied again");
    }
    throw error;
  }

  void execute(const char* sql) {
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  void bind(Query query, int place, std::string_view bytes) {
    // A null pointer would be NULL and not x''.
    sqlite3_bind_blob(statements[query], place, bytes.empty() ? "" : bytes.data(),
                      static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  }
  void bind(Query query, int place, std::int64_t number) {
    sqlite3_bind_int64(statements[query], place, number);
  }

  bool step(Query query) {
    const int code = sqlite3_step(statements[query]);
    if (code == SQLITE_ROW) return true;
    sqlite3_reset(statements[query]);
    if (code != SQLITE_DONE) fail();
    return false;
  }

  std::string text(Query query, int column) {
    const void* bytes = sqlite3_column_blob(statements[query], column);
    const int size = sqlite3_column_bytes(statements[query], column);
    return size == 0 ? "" : std::string(static_cast<const char*>(bytes), size_t(size));
  }

  Record record(Query query) {
    const auto number = [&](int column) {
      return sqlite3_column_int64(statements[query], column);
    };
    return {{text(query, 0), std::uint64_t(number(1)), text(query, 2), WallTime(Millis(number(3)))},
            text(query, 4),
            text(query, 5),
            std::uint64_t(number(6))};
  }

  void write(const Record& record) {
    bind(put, 1, record.source.key);
    bind(put, 2, std::int64_t(record.source.size));
    bind(put, 3, record.source.etag);
    bind(put, 4, record.source.modified.time_since_epoch().count());
    bind(put, 5, record.target_etag);
    bind(put, 6, record.digest);
    bind(put, 7, std::int64_t(record.block));
    step(put);
  }

  void flush() {
    if (pending.empty()) return;
    execute("BEGIN");
    for (const auto& [key, record] : pending) {
      if (record) {
        write(*record);
      } else {
        bind(erase, 1, key);
        step(erase);
      }
      bind(erase_begun, 1, key);
      step(erase_begun);
    }
    execute("COMMIT");
    pending.clear();
  }

  void add(const std::string& key, std::optional<Record> record) {
    pending[key] = std::move(record);
    if (pending.size() >= batch) flush();
  }

  std::string path;
  sqlite3* handle = nullptr;
  sqlite3_stmt* statements[queries] = {};
  std::map<std::string, std::optional<Record>> pending;  ///< Empty: erased.
};

Ledger::Ledger(const std::string& path) : file_(std::make_unique<File>(path)) {}

Ledger::~Ledger() = default;

void Ledger::put(Record record) {
  file_.with([&](auto& file) {
    std::string key = record.source.key;
    file->add(key, std::move(record));
  });
}

void Ledger::erase(const std::string& key) {
  file_.with([&](auto& file) { file->add(key, std::nullopt); });
}

std::optional<Record> Ledger::find(const std::string& key) {
  return file_.with([&](auto& file) -> std::optional<Record> {
    if (const auto at = file->pending.find(key); at != file->pending.end()) return at->second;
    file->bind(File::find, 1, key);
    if (!file->step(File::find)) return std::nullopt;
    Record record = file->record(File::find);
    sqlite3_reset(file->statements[File::find]);
    return record;
  });
}

std::vector<Record> Ledger::page(const std::string& after, const std::string& before, int limit) {
  return file_.with([&](auto& file) {
    file->flush();
    file->bind(File::page, 1, after);
    file->bind(File::page, 2, before);
    file->bind(File::page, 3, std::int64_t(limit));
    std::vector<Record> records;
    while (file->step(File::page)) records.push_back(file->record(File::page));
    return records;
  });
}

std::uint64_t Ledger::count() {
  return file_.with([&](auto& file) {
    file->flush();
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(file->handle, "SELECT count(*) FROM copied", -1, &statement, nullptr);
    sqlite3_step(statement);
    const auto count = std::uint64_t(sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return count;
  });
}

void Ledger::flush() {
  file_.with([](auto& file) { file->flush(); });
}

std::vector<std::string> Ledger::dividers(int ranges) {
  const std::uint64_t all = count();
  return file_.with([&](auto& file) {
    std::vector<std::string> keys;
    for (int i = 1; i < ranges && all >= std::uint64_t(ranges); ++i) {
      file->bind(File::divide, 1, std::int64_t(all * std::uint64_t(i) / std::uint64_t(ranges)));
      if (file->step(File::divide)) keys.push_back(file->text(File::divide, 0));
      sqlite3_reset(file->statements[File::divide]);
    }
    return keys;
  });
}

void Ledger::begin(const std::string& key, const std::string& token) {
  file_.with([&](auto& file) {
    file->bind(File::begin, 1, key);
    file->bind(File::begin, 2, token);
    file->step(File::begin);
  });
}

std::string Ledger::begun(const std::string& key) {
  return file_.with([&](auto& file) -> std::string {
    file->bind(File::begun, 1, key);
    if (!file->step(File::begun)) return "";
    std::string token = file->text(File::begun, 0);
    sqlite3_reset(file->statements[File::begun]);
    return token;
  });
}

void Ledger::reverse(Ledger& forward) {
  file_.with([](auto& file) {
    file->pending.clear();
    file->execute("DELETE FROM copied");
  });
  std::string after;
  for (auto records = forward.page("", "", 1000); !records.empty();
       records = forward.page(after, "", 1000)) {
    for (Record& record : records) {
      after = record.source.key;
      std::swap(record.source.etag, record.target_etag);
      record.source.modified = WallTime{};
      put(std::move(record));
    }
  }
  flush();
}

}  // namespace hikkoshi::objects
