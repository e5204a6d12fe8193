#include "database/mariadb/bulk_insert.h"

#include <utility>

#include <mysql.h>
#include <mysqld_error.h>

namespace hikkoshi::database::mariadb {
namespace {

// Small beside any server's max_allowed_packet, large beside what a batch costs in itself.
constexpr std::size_t batch_bytes = 256 << 10;
constexpr std::size_t batch_values = 32 << 10;

}  // namespace

// The arrays that the library reads: column by column, as it wants them.
struct BulkInsert::Statement {
  MYSQL_STMT* handle;
  std::vector<MYSQL_BIND> binds;
  std::vector<std::vector<char*>> values;
  std::vector<std::vector<unsigned long>> lengths;
  std::vector<std::vector<char>> nulls;

  Statement(MYSQL_STMT* made, std::size_t columns)
      : handle(made), binds(columns), values(columns), lengths(columns), nulls(columns) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { mysql_stmt_close(handle); }
};

BulkInsert::BulkInsert(Connection& connection, std::string sql, std::size_t columns)
    : connection_(connection), sql_(std::move(sql)), columns_(columns) {}

BulkInsert::~BulkInsert() = default;

void BulkInsert::add(std::string_view value) {
  bytes_ += value;
  lengths_.push_back(value.size());
  nulls_.push_back(value.data() ? STMT_INDICATOR_NONE : STMT_INDICATOR_NULL);
  const bool whole = lengths_.size() % columns_ == 0;
  if (whole && (bytes_.size() >= batch_bytes || lengths_.size() >= batch_values)) send();
}

Connection::Loaded BulkInsert::finish() {
  if (!lengths_.empty()) send();
  return loaded_;
}

void BulkInsert::bind() {
  const std::size_t rows = lengths_.size() / columns_;
  for (std::size_t i = 0; i < columns_; ++i) {
    statement_->values[i].resize(rows);
    statement_->lengths[i].resize(rows);
    statement_->nulls[i].resize(rows);
  }
  char* at = bytes_.data();
  for (std::size_t row = 0, value = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns_; ++i, ++value) {
      statement_->values[i][row] = at;
      statement_->lengths[i][row] = lengths_[value];
      statement_->nulls[i][row] = nulls_[value];
      at += lengths_[value];
    }
  }
  for (std::size_t i = 0; i < columns_; ++i) {
    MYSQL_BIND& bound = statement_->binds[i] = MYSQL_BIND{};
    bound.buffer_type = MYSQL_TYPE_BLOB;  // The server then converts no charset.
    bound.buffer = statement_->values[i].data();
    bound.length = statement_->lengths[i].data();
    bound.u.indicator = statement_->nulls[i].data();
  }
}

void BulkInsert::send() {
  MYSQL* handle = connection_.handle();
  if (!statement_) {
    statement_ = std::make_unique<Statement>(mysql_stmt_init(handle), columns_);
    if (mysql_stmt_prepare(statement_->handle, sql_.data(), sql_.size())) connection_.fail(true);
  }
  bind();
  const auto rows = static_cast<unsigned>(lengths_.size() / columns_);
  MYSQL_STMT* statement = statement_->handle;
  mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
  if (mysql_stmt_bind_param(statement, statement_->binds.data()) || mysql_stmt_execute(statement)) {
    connection_.fail(true);
  }
  loaded_.rows += mysql_stmt_affected_rows(statement);
  loaded_.truncations += mysql_stmt_warning_count(statement);
  connection_.refuse_warnings(WARN_DATA_TRUNCATED);
  bytes_.clear();
  lengths_.clear();
  nulls_.clear();
}

}  // namespace hikkoshi::database::mariadb
