#include "database/mariadb/mariadb_fence.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/accounts.h"
#include "database/testing/two_servers.h"

namespace hikkoshi::database::mariadb {
namespace {

// One account of the application and a schema that stays beside the one that moves.
class MariadbFenceTest : public testing::Test {
 protected:
  MariadbFenceTest() {
    server().run({"CREATE DATABASE frames", "CREATE DATABASE france",
                  "CREATE USER app@localhost IDENTIFIED BY 'a'",
                  "CREATE TABLE frames.t (id INT PRIMARY KEY, a INT)",
                  "CREATE TABLE france.t (id INT PRIMARY KEY)"});
  }

  LocalServer& server() { return servers_.old_server(); }
  bool writes(const std::string& table) { return servers_.app_writes(server(), table); }

  // SHOW GRANTS of all accounts but the mover's, sorted: which schema's line is first is the
  // server's own affair.
  std::string all_grants() {
    std::vector<std::string> lines;
    Connection root = server().root();
    for (const Row& row : root.query("SELECT User, Host FROM mysql.global_priv WHERE User<>'mover'"
                                     " AND User<>'PUBLIC' ORDER BY 1, 2")) {
      const Account account{*row[0], *row[1], row[1]->empty()};
      for (const Row& line : root.query("SHOW GRANTS FOR " + account.text())) {
        lines.push_back(*line[0]);
      }
    }
    std::sort(lines.begin(), lines.end());
    return join(lines, "\n");
  }

  // Closes and opens, with the grants the same bytes afterwards.
  void close_and_open() {
    const std::string before = all_grants();
    const Json rights = fence_.rights();
    fence_.close(rights);
    EXPECT_EQ(fence_.state(rights), FenceState::fenced);
    EXPECT_FALSE(writes("frames.t"));
    fence_.open(rights);
    EXPECT_EQ(fence_.state(rights), FenceState::open);
    EXPECT_EQ(all_grants(), before);
  }

  std::string refusal() {
    try {
      fence_.rights();
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::refused);
      return error.what();
    }
    return "nothing was refused";
  }

  TwoServers servers_;
  MariadbFence fence_{servers_.source()};
};

TEST_F(MariadbFenceTest, gives_back_rights_of_every_level_byte_for_byte) {
  server().run({"CREATE PROCEDURE frames.p() SELECT 1",
                "CREATE FUNCTION frames.f() RETURNS INT RETURN 1",
                "GRANT ALL ON frames.* TO app@localhost WITH GRANT OPTION",
                "GRANT SELECT (a), UPDATE (a) ON frames.t TO app@localhost",
                "GRANT INSERT, DELETE ON frames.t TO app@localhost WITH GRANT OPTION",
                "GRANT EXECUTE ON PROCEDURE frames.p TO app@localhost",
                "GRANT ALTER ROUTINE ON FUNCTION frames.f TO app@localhost",
                "GRANT SELECT ON france.* TO app@localhost"});
  close_and_open();
}

TEST_F(MariadbFenceTest, holds_rights_that_come_by_a_pattern_and_leaves_other_schemas_alone) {
  server().run({"GRANT SELECT, INSERT, DELETE ON `fra%`.* TO app@localhost"});
  const Json rights = fence_.rights();
  EXPECT_EQ(rights.at("patterns").size(), 1u);
  fence_.close(rights);
  EXPECT_FALSE(writes("frames.t"));
  EXPECT_TRUE(writes("france.t"));
  fence_.open(rights);
  EXPECT_TRUE(writes("frames.t"));
  close_and_open();
}

TEST_F(MariadbFenceTest, holds_a_pattern_below_a_right_by_name) {
  server().run({"GRANT DELETE ON `fra%`.* TO app@localhost",
                "GRANT ALL ON frames.* TO app@localhost",
                "GRANT INSERT ON `%`.* TO app@localhost"});
  close_and_open();
}

TEST_F(MariadbFenceTest, gives_a_patterns_rights_by_name_on_new) {
  server().run({"GRANT DELETE ON `fra%`.* TO app@localhost"});
  servers_.new_server().run({"CREATE DATABASE frames", "CREATE TABLE frames.t (id INT)",
                             "CREATE USER app@localhost IDENTIFIED BY 'a'"});
  const Json rights = fence_.rights();
  MariadbFence other(servers_.target());
  EXPECT_EQ(other.state(rights), FenceState::fenced);
  other.open(rights);
  EXPECT_TRUE(servers_.app_writes(servers_.new_server(), "frames.t"));
  EXPECT_EQ(other.state(rights), FenceState::open);
  other.close(rights);
  EXPECT_FALSE(servers_.app_writes(servers_.new_server(), "frames.t"));
}

TEST_F(MariadbFenceTest, holds_roles_and_ends_the_sessions_of_who_holds_them) {
  server().run({"CREATE ROLE inner_role", "CREATE ROLE outer_role",
                "GRANT inner_role TO outer_role", "GRANT INSERT, DELETE ON frames.* TO inner_role",
                "GRANT outer_role TO app@localhost",
                "SET DEFAULT ROLE outer_role FOR app@localhost"});
  ASSERT_TRUE(writes("frames.t"));
  const Json rights = fence_.rights();
  EXPECT_EQ(rights.at("users"), Json::array({"app"}));
  Connection older(server().as("app", "a", {}), "app", Secret("a"));
  fence_.close(rights);
  EXPECT_FALSE(writes("frames.t"));
  EXPECT_THROW(older.attempt("DO 1"), Error);
  fence_.open(rights);
  EXPECT_TRUE(writes("frames.t"));
}

TEST_F(MariadbFenceTest, holds_what_everybody_has_by_public) {
  server().run({"GRANT DELETE ON frames.* TO PUBLIC"});
  ASSERT_TRUE(writes("frames.t"));
  const Json rights = fence_.rights();
  fence_.close(rights);
  EXPECT_FALSE(writes("frames.t"));
  fence_.open(rights);
  EXPECT_TRUE(writes("frames.t"));
  server().run({"REVOKE DELETE ON frames.* FROM PUBLIC"});
}

TEST_F(MariadbFenceTest, switches_events_off_and_on_and_keeps_all_else_of_them) {
  server().run(
      {"GRANT DELETE ON frames.* TO app@localhost", "SET NAMES latin1",
       "SET time_zone='+05:00', sql_mode='ANSI_QUOTES'",
       "CREATE DEFINER=app@localhost EVENT frames.on_event ON SCHEDULE EVERY 1 DAY STARTS"
       " '2031-05-05 05:05:05' ON COMPLETION PRESERVE COMMENT 'c' DO DELETE FROM frames.t",
       "CREATE DEFINER=app@localhost EVENT frames.off_event ON SCHEDULE EVERY 1 DAY DISABLE"
       " DO DELETE FROM frames.t"});
  const auto show = [&] {
    Connection root = server().root();
    std::string text;
    const std::vector<Row> rows = root.query("SHOW CREATE EVENT frames.on_event");
    for (const Value& value : rows.at(0)) {
      text += value.value_or("") + "|";
    }
    return text + root.value(
                      "SELECT definer FROM information_schema.events WHERE"
                      " event_name='on_event'");
  };
  const std::string before = show();
  const Json rights = fence_.rights();
  fence_.close(rights);
  EXPECT_NE(show().find(" DISABLE "), std::string::npos);
  fence_.open(rights);
  EXPECT_EQ(show(), before);
  EXPECT_EQ(server().root().value("SELECT status FROM information_schema.events WHERE"
                                  " event_name='off_event'"),
            "DISABLED");
}

TEST_F(MariadbFenceTest, says_partial_when_rights_come_back_behind_it) {
  server().run({"GRANT SELECT, DELETE ON frames.* TO app@localhost"});
  const Json rights = fence_.rights();
  fence_.close(rights);
  server().run({"GRANT DELETE ON frames.* TO app@localhost"});
  EXPECT_EQ(fence_.state(rights), FenceState::partial);
  fence_.close(rights);
  EXPECT_EQ(fence_.state(rights), FenceState::fenced);
}

TEST_F(MariadbFenceTest, refuses_an_account_that_may_write_everywhere_until_it_is_acknowledged) {
  server().run({"GRANT DELETE ON frames.* TO app@localhost", "CREATE USER backup@localhost",
                "GRANT SELECT, INSERT ON *.* TO backup@localhost"});
  EXPECT_NE(refusal().find("`backup`@`localhost` (INSERT)"), std::string::npos) << refusal();
  MariadbServer knowing = servers_.source();
  knowing.acknowledged = {"backup@localhost"};
  EXPECT_NO_THROW(MariadbFence(knowing).rights());
}

TEST_F(MariadbFenceTest, refuses_an_acknowledged_account_that_somebody_works_with) {
  server().run({"GRANT DELETE ON frames.* TO app@localhost", "CREATE USER `b%`@localhost",
                "GRANT INSERT ON *.* TO `b%`@localhost"});
  MariadbServer knowing = servers_.source();
  knowing.acknowledged = {"b%@localhost", "app@10.%"};
  MariadbFence fence(knowing);
  Connection app(server().as("app", "a", {}), "app", Secret("a"));  // Not from 10.*.
  const Json rights = fence.rights();
  Connection busy(server().as("b%", "", {}), "b%", Secret(""));
  for (const auto& call : std::vector<std::function<void()>>{[&] { fence.rights(); },
                                                             [&] {
                                                               fence.close(rights);
                                                             }}) {
    try {
      call();
      ADD_FAILURE() << "not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::refused);
      EXPECT_NE(std::string(error.what()).find("b%@localhost"), std::string::npos) << error.what();
    }
  }
  EXPECT_TRUE(writes("frames.t"));
}

TEST_F(MariadbFenceTest, refuses_rights_of_an_account_that_is_not_there) {
  server().run(
      {"GRANT DELETE ON frames.* TO app@localhost",
       "INSERT INTO mysql.db (Host, Db, User, Delete_priv) VALUES ('%','frames','gone','Y')",
       "FLUSH PRIVILEGES"});
  EXPECT_NE(refusal().find("`gone`@`%`"), std::string::npos) << refusal();
  server().run({"DELETE FROM mysql.db WHERE User='gone'", "FLUSH PRIVILEGES"});
}

TEST_F(MariadbFenceTest, refuses_to_be_closed_over_a_prepared_transaction) {
  server().run({"GRANT ALL ON frames.* TO app@localhost"});
  const Json rights = fence_.rights();
  {
    Connection app(server().as("app", "a", {}), "app", Secret("a"));
    for (const char* statement :
         {"XA START 'x'", "INSERT INTO frames.t VALUES (1, 1)", "XA END 'x'", "XA PREPARE 'x'"}) {
      ASSERT_FALSE(app.attempt(statement)) << statement;
    }
  }
  try {
    fence_.close(rights);
    ADD_FAILURE() << "it was closed";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::needs_human) << error.what();
  }
  server().run({"XA ROLLBACK 'x'"});
  fence_.close(rights);
  EXPECT_EQ(fence_.state(rights), FenceState::fenced);
}

TEST_F(MariadbFenceTest, leaves_no_probe_behind_and_takes_one_of_a_crash_away) {
  server().run({"GRANT DELETE ON frames.* TO app@localhost",
                "CREATE USER hikkoshi_probe_dead@localhost",
                "GRANT DELETE ON frames.* TO hikkoshi_probe_dead@localhost"});
  const Json rights = fence_.rights();
  EXPECT_EQ(rights.dump().find("hikkoshi_probe"), std::string::npos) << rights.dump();
  fence_.close(rights);
  EXPECT_EQ(server().root().value("SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE"
                                  " 'hikkoshi%'"),
            "0");
}

TEST_F(MariadbFenceTest, records_no_password_hash) {
  server().run({"GRANT DELETE ON frames.* TO app@localhost"});
  const std::string hash = server().root().value("SELECT PASSWORD('a')");
  const std::string text = fence_.rights().dump();
  EXPECT_EQ(text.find(hash), std::string::npos);
  EXPECT_EQ(text.find("IDENTIFIED"), std::string::npos) << text;
}

TEST(MariadbFenceOfMyApp, takes_the_underscore_of_a_name_for_no_wildcard) {
  TwoServers servers({"my_app"});
  servers.old_server().run({"CREATE DATABASE my_app", "CREATE DATABASE myxapp",
                            "CREATE TABLE my_app.t (id INT)", "CREATE TABLE myxapp.t (id INT)",
                            "CREATE USER app@localhost IDENTIFIED BY 'a'",
                            "GRANT INSERT, DELETE ON my_app.* TO app@localhost"});
  MariadbFence fence(servers.source());
  const Json rights = fence.rights();
  fence.close(rights);
  EXPECT_FALSE(servers.app_writes(servers.old_server(), "my_app.t"));
  EXPECT_TRUE(servers.app_writes(servers.old_server(), "myxapp.t"));
  fence.open(rights);
  EXPECT_TRUE(servers.app_writes(servers.old_server(), "my_app.t"));
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
