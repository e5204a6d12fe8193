#include "database/mariadb/connection.h"

#include <exception>
#include <utility>

#include <errmsg.h>
#include <fmt/format.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <sys/socket.h>

#include "base/error.h"

namespace hikkoshi::database::mariadb {

struct Connection::State {
  std::string name;
  std::string version;
  std::string doing;  ///< ": load frames.orders", or empty.
  MYSQL handle;

  explicit State(std::string of) : name(std::move(of)) {
    if (!mysql_init(&handle)) throw Error(Retry::safe, name + ": out of memory");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { mysql_close(&handle); }
};

namespace {

// Measured for the load in notes on MariaDB, section 1.3; unique_checks stays 1 because 0 takes a
// table lock in an empty table (MDEV-515).
constexpr const char* session =
    "SET SESSION sql_log_bin=0, "
    "sql_mode='NO_AUTO_VALUE_ON_ZERO,NO_AUTO_CREATE_USER,ALLOW_INVALID_DATES',"
    " time_zone='+00:00', foreign_key_checks=0, unique_checks=1, check_constraint_checks=0,"
    " net_read_timeout=3600, net_write_timeout=3600, wait_timeout=86400, max_statement_time=0,"
    " lock_wait_timeout=60, innodb_lock_wait_timeout=60, sql_quote_show_create=1, autocommit=1,"
    " tx_read_only=0, sql_select_limit=DEFAULT,"
    " max_error_count=64, sql_notes=0";

bool is_lost(unsigned code) {
  return code == CR_SERVER_LOST || code == CR_SERVER_GONE_ERROR || code == ER_SERVER_SHUTDOWN ||
         code == ER_CONNECTION_KILLED || code == ER_QUERY_INTERRUPTED ||
         code == CR_MALFORMED_PACKET;
}

bool is_passing(unsigned code) {
  return code == ER_LOCK_WAIT_TIMEOUT || code == ER_LOCK_DEADLOCK || code == ER_CON_COUNT_ERROR ||
         code == ER_TOO_MANY_USER_CONNECTIONS;
}

bool is_denied(unsigned code) {
  return code == ER_ACCESS_DENIED_ERROR || code == ER_ACCESS_DENIED_NO_PASSWORD_ERROR ||
         code == ER_ACCOUNT_HAS_BEEN_LOCKED || code == ER_HOST_NOT_PRIVILEGED;
}

// The server may ask for a file at any statement; it gets what our own LOAD DATA feeds, or nothing.
int infile_open(void** cursor, const char*, void* state) {
  *cursor = state;
  return state ? 0 : 1;
}

void infile_close(void*) {}

int infile_error(void*, char* text, unsigned size) {
  const auto end = fmt::format_to_n(text, size - 1, "the rows ended early").out;
  *end = 0;
  return CR_UNKNOWN_ERROR;
}

int infile_read(void* cursor, char* buffer, unsigned size) {
  auto* source = static_cast<std::pair<const Connection::Feed*, std::exception_ptr*>*>(cursor);
  try {
    return static_cast<int>((*source->first)(buffer, size));
  } catch (...) {  // No exception may cross the library's C frames.
    *source->second = std::current_exception();
    return -1;
  }
}

}  // namespace

Connection::Connection(const MariadbServer& server, const std::string& user, const Secret& password)
    : state_(std::make_unique<State>(server.name)) {
  const Endpoint endpoint = server.endpoint();
  MYSQL* handle = &state_->handle;
  const bool socket = endpoint.host.starts_with('/');
  const unsigned protocol = socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  const unsigned timeout = 10;
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const unsigned infile = 1;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &infile);
  mysql_set_local_infile_handler(handle, infile_open, infile_read, infile_close, infile_error,
                                 nullptr);
  if (!mysql_real_connect(handle, socket ? nullptr : endpoint.host.c_str(), user.c_str(),
                          password.reveal().c_str(), nullptr, endpoint.port,
                          socket ? endpoint.host.c_str() : nullptr, 0)) {
    const unsigned code = mysql_errno(handle);
    const std::string text =
        fmt::format("{}: log in as {}: {} ({})", state_->name, user, mysql_error(handle), code);
    if (is_denied(code))
      throw Error(Retry::never, text, Exit::authentication)
          .remedy(
              "see its password, and from where it may log in; `hikkoshi doctor --grants` prints "
              "what makes the account");
    throw Error(Retry::safe, text)
        .remedy(
            "see whether the server runs at the move file's address, and whether the host that "
            "`via` names reaches it");
  }
  state_->version = mysql_get_server_info(handle);
}

Connection::Connection(const MariadbServer& server)
    : Connection(server, server.user, server.password) {
  const unsigned long number = mysql_get_server_version(&state_->handle);
  if (!mariadb_connection(&state_->handle)) {
    throw Error(Retry::never,
                fmt::format("{}: this is MySQL {}, which nobody has tested yet: its snapshot, "
                            "accounts and grants differ from MariaDB's",
                            state_->name, state_->version),
                Exit::refused);
  }
  if (number < 100800) {
    throw Error(Retry::never,
                fmt::format("{}: MariaDB {} lacks CRC32C, which the comparison needs: 10.8 is the "
                            "oldest that can move",
                            state_->name, state_->version),
                Exit::refused);
  }
  run(session, true);
}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

void Connection::doing(std::string what) {
  state_->doing = ": " + std::move(what);
}
std::uint64_t Connection::id() const {
  return mysql_thread_id(&state_->handle);
}
const std::string& Connection::version() const {
  return state_->version;
}
const std::string& Connection::name() const {
  return state_->name;
}

st_mysql* Connection::handle() {
  return &state_->handle;
}

void Connection::fail(bool writes) {
  const unsigned code = mysql_errno(&state_->handle);
  const std::string text =
      fmt::format("{}{}: {} ({})", state_->name, state_->doing, mysql_error(&state_->handle), code);
  if (is_lost(code)) throw Error(writes ? Retry::ask : Retry::safe, text);
  if (is_passing(code)) throw Error(Retry::safe, text);
  throw Error(Retry::never, text);
}

void Connection::run(const std::string& sql, bool writes) {
  if (mysql_real_query(&state_->handle, sql.data(), sql.size())) fail(writes);
}

std::vector<Row> Connection::query(const std::string& sql) {
  std::vector<Row> rows;
  RowStream stream = this->stream(sql);
  while (stream.next()) {
    Row row(stream.columns());
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string_view bytes = stream.column(i);
      if (bytes.data()) row[i] = std::string(bytes);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string Connection::value(const std::string& sql) {
  const std::vector<Row> rows = query(sql);
  if (rows.size() != 1 || rows[0].empty() || !rows[0][0]) {
    throw Error(Retry::never, fmt::format("{}: one value expected from: {}", name(), sql));
  }
  return *rows[0][0];
}

std::uint64_t Connection::execute(const std::string& sql) {
  run(sql, true);
  const std::uint64_t affected = mysql_affected_rows(&state_->handle);
  if (MYSQL_RES* result = mysql_store_result(&state_->handle)) mysql_free_result(result);
  refuse_warnings();
  return affected;
}

void Connection::execute_secret(const std::string& sql, std::string_view what) {
  if (mysql_real_query(&state_->handle, sql.data(), sql.size()) == 0) return;
  const unsigned code = mysql_errno(&state_->handle);
  throw Error(is_lost(code) ? Retry::ask : Retry::never,
              fmt::format("{}: {}: refused with error {}", name(), what, code));
}

std::optional<Refusal> Connection::attempt(const std::string& sql) {
  if (mysql_real_query(&state_->handle, sql.data(), sql.size())) {
    const unsigned code = mysql_errno(&state_->handle);
    if (is_lost(code) || is_passing(code)) fail(true);
    return Refusal{code, mysql_error(&state_->handle)};
  }
  if (MYSQL_RES* result = mysql_store_result(&state_->handle)) mysql_free_result(result);
  refuse_warnings();
  return std::nullopt;
}

void Connection::refuse_warnings(unsigned but) {
  if (mysql_warning_count(&state_->handle) == 0) return;
  std::string text;
  for (const Row& row : query("SHOW WARNINGS")) {
    if (row[0] == "Note" || row[1] == std::to_string(but)) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", row[2].value_or(""),
                        row[1].value_or(""));
  }
  if (!text.empty())
    throw Error(Retry::never, name() + state_->doing + ": the server warns: " + text);
}

RowStream Connection::stream(const std::string& sql) {
  run(sql, false);
  MYSQL_RES* result = mysql_use_result(&state_->handle);
  if (!result) {
    if (mysql_errno(&state_->handle)) fail(false);
    throw Error(Retry::never, fmt::format("{}: no rows can come from: {}", name(), sql));
  }
  return RowStream(*this, result);
}

Connection::Loaded Connection::load(const std::string& sql, const Feed& feed) {
  MYSQL* handle = &state_->handle;
  std::exception_ptr failure;
  std::pair<const Feed*, std::exception_ptr*> source{&feed, &failure};
  mysql_set_local_infile_handler(handle, infile_open, infile_read, infile_close, infile_error,
                                 &source);
  const int failed = mysql_real_query(handle, sql.data(), sql.size());
  mysql_set_local_infile_handler(handle, infile_open, infile_read, infile_close, infile_error,
                                 nullptr);
  if (failure) std::rethrow_exception(failure);
  if (failed) fail(true);
  Loaded loaded{.rows = mysql_affected_rows(handle), .truncations = mysql_warning_count(handle)};
  refuse_warnings(WARN_DATA_TRUNCATED);
  return loaded;
}

void Connection::raw_results() {
  run("SET SESSION character_set_results=NULL", true);
}

RowStream::RowStream(Connection& connection, st_mysql_res* result)
    : connection_(&connection), result_(result), columns_(mysql_num_fields(result)) {}

RowStream::RowStream(RowStream&& other) noexcept
    : connection_(other.connection_),
      result_(std::exchange(other.result_, nullptr)),
      row_(other.row_),
      lengths_(other.lengths_),
      columns_(other.columns_),
      ended_(other.ended_) {}

RowStream::~RowStream() {
  if (!result_) return;
  // Freeing a result reads it to its end; of a large table that may be hours.
  if (!ended_) ::shutdown(mysql_get_socket(&connection_->state_->handle), SHUT_RDWR);
  mysql_free_result(result_);
}

bool RowStream::next() {
  row_ = mysql_fetch_row(result_);
  if (row_) {
    lengths_ = mysql_fetch_lengths(result_);
    return true;
  }
  ended_ = true;
  if (mysql_errno(&connection_->state_->handle)) connection_->fail(false);
  return false;
}

std::string_view RowStream::column(std::size_t index) const {
  return row_[index] ? std::string_view(row_[index], lengths_[index]) : std::string_view();
}

}  // namespace hikkoshi::database::mariadb
