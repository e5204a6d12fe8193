#include "database/mariadb/mariadb_database.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "database/mariadb/mariadb_transfer.h"
#include "database/testing/two_servers.h"

namespace hikkoshi::database::mariadb {
namespace {

std::string texts(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings)
    text += (one.error ? "error: " : "warning: ") + one.text + "\n";
  return text;
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "missing: " << part << "\nin:\n" << text;
}

class MariadbDatabaseTest : public testing::Test {
 protected:
  MariadbDatabaseTest() {
    servers_.old_server().run({"CREATE DATABASE frames",
                               "CREATE TABLE frames.t (id INT PRIMARY KEY)",
                               "CREATE USER app@localhost IDENTIFIED BY 'a'",
                               "GRANT INSERT ON frames.* TO app@localhost"});
  }
  std::string source_findings() {
    return texts(MariadbDatabase(servers_.source()).examine(Role::source));
  }

  TwoServers servers_;
};

TEST_F(MariadbDatabaseTest, has_nothing_to_say_about_a_healthy_pair_with_the_printed_grants) {
  EXPECT_EQ(source_findings(), "");
  EXPECT_EQ(texts(MariadbDatabase(servers_.target()).examine(Role::target)), "");
  EXPECT_EQ(texts(MariadbTransfer(servers_.source(), servers_.target()).examine()), "");
}

TEST_F(MariadbDatabaseTest, finds_tables_that_are_hard_to_move) {
  servers_.old_server().run({"CREATE TABLE frames.m (id INT PRIMARY KEY) ENGINE=MyISAM",
                             "CREATE TABLE frames.k (id INT)",
                             "CREATE TABLE frames.v (id INT PRIMARY KEY) WITH SYSTEM VERSIONING",
                             "CREATE TABLE frames.c (id INT PRIMARY KEY) ENGINE=MEMORY"});
  const std::string text = source_findings();
  expect_in(text, "warning: frames.m is MyISAM");
  expect_in(text, "warning: frames.k has no primary key");
  expect_in(text, "error: frames.v keeps its history");
  expect_in(text, "error: frames.c has the engine MEMORY");
}

TEST_F(MariadbDatabaseTest, finds_what_passes_the_fence_from_outside) {
  servers_.old_server().run(
      {"CREATE DATABASE billing", "CREATE TABLE billing.parent (id INT PRIMARY KEY)",
       "CREATE TABLE frames.child (id INT PRIMARY KEY, CONSTRAINT across FOREIGN KEY (id) "
       "REFERENCES"
       " billing.parent (id) ON DELETE CASCADE)",
       "CREATE PROCEDURE billing.sneak() INSERT INTO frames.t VALUES (7)",
       "CREATE DEFINER=app@localhost PROCEDURE billing.breaks() INSERT INTO `frames`.t VALUES (8)",
       "CREATE USER backup@localhost", "GRANT INSERT ON *.* TO backup@localhost"});
  const std::string text = source_findings();
  expect_in(text, "error: a foreign key crosses the border of the move: frames.child refers to");
  expect_in(text,
            "error: the procedure billing.sneak uses frames with the rights of root@localhost");
  expect_in(text, "warning: the procedure billing.breaks uses frames and will fail");
  expect_in(text, "error: the account `backup`@`localhost` (INSERT) may write in every schema");
}

TEST_F(MariadbDatabaseTest, finds_definers_and_schemas_that_are_not_there) {
  servers_.old_server().run({"CREATE USER ghost@localhost",
                             "CREATE DEFINER=ghost@localhost VIEW frames.v AS SELECT 1",
                             "DROP USER ghost@localhost"});
  expect_in(source_findings(), "error: the definer `ghost`@`localhost` of an object is not there");
  const MariadbServer wrong = servers_.old_server().as("mover", "m", {"frame"});
  const std::string text = texts(MariadbDatabase(wrong).examine(Role::source));
  expect_in(text, "error: the schema frame is not there");
  expect_in(text, "error: no account has rights on the schemas");
}

TEST_F(MariadbDatabaseTest, finds_rights_that_the_mover_lacks_and_those_it_does_not_need) {
  servers_.old_server().run({"REVOKE PROCESS ON *.* FROM mover@'%'",
                             "GRANT SUPER ON *.* TO mover@'%'",
                             "REVOKE GRANT OPTION ON frames.* FROM mover@'%'"});
  const std::string text = source_findings();
  expect_in(text, "error: the mover lacks PROCESS on *.*");
  expect_in(text, "error: the mover lacks ALL on `frames`.* with GRANT OPTION");
  expect_in(text, "warning: the mover has SUPER on *.*, which it does not need");
}

TEST_F(MariadbDatabaseTest, finds_a_target_that_takes_no_rows_in) {
  servers_.new_server().run({"SET GLOBAL local_infile=0"});
  expect_in(texts(MariadbDatabase(servers_.target()).examine(Role::target)),
            "error: local_infile is off");
  servers_.new_server().run({"SET GLOBAL local_infile=1"});
}

TEST_F(MariadbDatabaseTest, finds_what_differs_between_the_two) {
  servers_.new_server().run(
      {"SET GLOBAL max_allowed_packet=1048576", "SET GLOBAL sql_mode='ANSI'"});
  const std::string text = texts(MariadbTransfer(servers_.source(), servers_.target()).examine());
  expect_in(text, "warning: max_allowed_packet is 268435456 on old and only 1048576 on new");
  expect_in(text, "warning: sql_mode is 'STRICT_TRANS_TABLES");
  servers_.new_server().run(
      {"SET GLOBAL max_allowed_packet=268435456", "SET GLOBAL sql_mode=DEFAULT"});
}

TEST_F(MariadbDatabaseTest, finds_a_target_that_lets_nobody_make_triggers) {
  servers_.old_server().run(
      {"CREATE TRIGGER frames.tr BEFORE INSERT ON frames.t FOR EACH ROW SET @x=1"});
  servers_.new_server().run({"SET GLOBAL log_bin_trust_function_creators=0"});
  const std::string text = texts(MariadbTransfer(servers_.source(), servers_.target()).examine());
  servers_.new_server().run({"SET GLOBAL log_bin_trust_function_creators=1"});
  expect_in(text, "error: log_bin_trust_function_creators is off on new");
}

TEST_F(MariadbDatabaseTest, ends_every_other_session_of_the_mover_when_the_epoch_rises) {
  Connection older(servers_.source());
  Connection app(servers_.old_server().as("app", "a", {}), "app", Secret("a"));
  MariadbDatabase(servers_.source()).raise_epoch("monday", 1);
  EXPECT_THROW(older.query("SELECT 1"), Error);
  EXPECT_FALSE(app.attempt("DO 1"));
}

TEST_F(MariadbDatabaseTest, calls_a_wrong_password_a_matter_of_authentication) {
  MariadbServer wrong = servers_.source();
  wrong.password = Secret("wrong");
  try {
    Connection connection(wrong);
    FAIL() << "it was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::authentication);
    EXPECT_EQ(error.retry(), Retry::never);
    EXPECT_EQ(std::string(error.what()).find("wrong"), std::string::npos) << error.what();
  }
}

TEST_F(MariadbDatabaseTest, may_try_again_when_nobody_answered) {
  MariadbServer nowhere = servers_.source();
  nowhere.endpoint = [] {
    return Endpoint{"127.0.0.1", 1};
  };
  try {
    Connection connection(nowhere);
    FAIL() << "somebody answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  }
}

TEST_F(MariadbDatabaseTest, asks_after_a_connection_lost_in_a_write_and_not_in_a_read) {
  const auto verdict = [&](auto&& call) {
    Connection victim(servers_.source());
    servers_.old_server().run({"KILL " + std::to_string(victim.id())});
    try {
      call(victim);
    } catch (const Error& error) {
      return error.retry();
    }
    return Retry::never;
  };
  EXPECT_EQ(verdict([](Connection& c) { c.query("SELECT 1"); }), Retry::safe);
  EXPECT_EQ(verdict([](Connection& c) { c.execute("DELETE FROM frames.t"); }), Retry::ask);
}

TEST_F(MariadbDatabaseTest, gives_no_file_to_a_server_that_asks_for_one) {
  Connection connection(servers_.source());
  const auto refusal =
      connection.attempt("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE frames.t");
  EXPECT_TRUE(refusal);
  EXPECT_EQ(servers_.old_server().root().value("SELECT COUNT(*) FROM frames.t"), "0");
}

TEST_F(MariadbDatabaseTest, never_sends_an_account_into_being_by_a_grant) {
  Connection connection(servers_.source());
  EXPECT_TRUE(connection.attempt("GRANT INSERT ON frames.* TO nobody@localhost"));
}

TEST(MariadbVersion, refuses_mysql_and_mariadb_before_10_8_with_the_reason) {
  for (const auto& [version, reason] : {std::pair("8.0.36", "this is MySQL 8.0.36"),
                                        std::pair("10.3.39-MariaDB", "lacks CRC32C")}) {
    const LocalServer server("old.main", {std::string("--version=") + version, "--skip-log-bin"});
    try {
      Connection connection(server.as("root", "", {}));
      FAIL() << version << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::refused);
      expect_in(error.what(), reason);
    }
  }
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
