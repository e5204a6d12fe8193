#include "journal/sqlite.h"

#include <functional>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace hikkoshi::journal {

namespace {

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    connection.value("PRAGMA journal_mode=WAL");
    connection.value("PRAGMA busy_timeout=0");
    connection.execute("CREATE TABLE thing (name TEXT, size INTEGER)");
  }

  static Error failure(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {Retry::ask, ""};
  }

  std::string count() { return connection.value("SELECT count(*) FROM thing").value_or("none"); }

  TemporaryFolder folder;
  std::string path = folder.path() + "/x.db";
  Sqlite connection{path, Sqlite::Mode::create};
};

}  // namespace

TEST_F(SqliteTest, gives_back_what_was_bound_byte_by_byte) {
  std::string hostile("a'; DROP TABLE thing; --\0\xff", 27);
  Statement insert(connection, "INSERT INTO thing VALUES (?, ?)");
  insert.with(hostile).with(INT64_MIN).run();
  insert.with("").with(std::optional<std::int64_t>()).run();
  Statement select(connection, "SELECT name, size FROM thing ORDER BY rowid");
  ASSERT_TRUE(select.next());
  EXPECT_EQ(select.text(0), hostile);
  EXPECT_EQ(select.number(1), INT64_MIN);
  EXPECT_EQ(select.maybe_number(1), INT64_MIN);
  ASSERT_TRUE(select.next());
  EXPECT_EQ(select.text(0), "");
  EXPECT_FALSE(select.maybe_number(1));
  EXPECT_FALSE(select.next());
}

TEST_F(SqliteTest, has_no_value_where_there_is_no_row) {
  EXPECT_FALSE(connection.value("SELECT name FROM thing"));
  EXPECT_EQ(count(), "0");
}

TEST_F(SqliteTest, forgets_a_transaction_that_was_not_committed) {
  {
    Transaction transaction(connection, Transaction::Kind::write);
    connection.execute("INSERT INTO thing VALUES ('a', 1)");
    EXPECT_EQ(count(), "1");
  }
  EXPECT_EQ(count(), "0");
  {
    Transaction transaction(connection, Transaction::Kind::write);
    connection.execute("INSERT INTO thing VALUES ('a', 1)");
    transaction.commit();
  }
  EXPECT_EQ(count(), "1");
}

TEST_F(SqliteTest, sees_one_instant_in_a_read_transaction) {
  Sqlite other(path, Sqlite::Mode::read_only);
  Transaction instant(other, Transaction::Kind::read);
  EXPECT_EQ(other.value("SELECT count(*) FROM thing"), "0");
  connection.execute("INSERT INTO thing VALUES ('a', 1)");
  EXPECT_EQ(other.value("SELECT count(*) FROM thing"), "0");
  instant.commit();
  EXPECT_EQ(other.value("SELECT count(*) FROM thing"), "1");
}

TEST_F(SqliteTest, may_try_again_what_another_writer_was_in_the_way_of) {
  Sqlite other(path, Sqlite::Mode::create);
  Transaction mine(connection, Transaction::Kind::write);
  other.value("PRAGMA busy_timeout=0");
  Error error = failure([&] { Transaction theirs(other, Transaction::Kind::write); });
  EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  EXPECT_EQ(error.remedy(), "see which other program has the file open");
}

TEST_F(SqliteTest, knows_a_busy_file_by_its_longer_codes_too) {
  Sqlite other(path, Sqlite::Mode::create);
  other.value("PRAGMA busy_timeout=0");
  Transaction old(other, Transaction::Kind::read);
  EXPECT_EQ(other.value("SELECT count(*) FROM thing"), "0");
  connection.execute("INSERT INTO thing VALUES ('a', 1)");
  // What the other connection read is old by now: SQLITE_BUSY_SNAPSHOT.
  Error error = failure([&] { other.execute("INSERT INTO thing VALUES ('b', 2)"); });
  EXPECT_EQ(error.retry(), Retry::safe) << error.what();
}

TEST_F(SqliteTest, calls_a_human_when_the_disk_itself_fails) {
  pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    Sqlite own(folder.path() + "/own.db", Sqlite::Mode::create);
    own.execute("CREATE TABLE t (a)");
    rlimit small{20'000, RLIM_INFINITY};  // A write beyond it fails as on a broken disk.
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      own.execute("INSERT INTO t VALUES (zeroblob(200000))");
    } catch (const Error& error) {
      ::_exit(error.exit() == Exit::needs_human && error.retry() == Retry::never ? 7 : 8);
    }
    ::_exit(9);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(SqliteTest, calls_a_human_when_the_file_is_no_database) {
  write_file_atomically(folder.path() + "/text.db", std::string(10'000, 'x'));
  Sqlite text(folder.path() + "/text.db", Sqlite::Mode::create);
  Error error = failure([&] { text.value("SELECT * FROM sqlite_master"); });
  EXPECT_EQ(error.exit(), Exit::needs_human);
  EXPECT_NE(std::string(error.what()).find("text.db"), std::string::npos);
}

TEST_F(SqliteTest, does_not_retry_a_broken_statement_or_an_absent_file) {
  EXPECT_EQ(failure([&] { connection.execute("SELEKT"); }).retry(), Retry::never);
  EXPECT_EQ(failure([&] { Statement(connection, "SELECT nothing"); }).retry(), Retry::never);
  EXPECT_EQ(failure([&] { Statement(connection, "SELECT 1").with("too many"); }).retry(),
            Retry::never);
  Error error = failure([&] { Sqlite(folder.path() + "/absent", Sqlite::Mode::read_only); });
  EXPECT_EQ(error.retry(), Retry::never);
  EXPECT_NE(std::string(error.what()).find("/absent"), std::string::npos);
}

}  // namespace hikkoshi::journal
