#include <optional>

#include "base/error.h"
#include "database/database_contract.h"
#include "database/mariadb/mariadb_database.h"
#include "database/mariadb/mariadb_fence.h"
#include "database/mariadb/mariadb_transfer.h"
#include "database/testing/two_servers.h"

namespace hikkoshi::database::mariadb {
namespace {

class MariadbWorld : public DatabaseWorld {
 public:
  MariadbWorld() {
    servers_.old_server().run(
        {"CREATE DATABASE frames", "USE frames", "CREATE USER app@localhost IDENTIFIED BY 'a'",
         "GRANT SELECT, INSERT, UPDATE, DELETE ON frames.* TO app@localhost",
         "GRANT SELECT ON mysql.time_zone TO app@localhost",
         "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(40), KEY (note))",
         "INSERT INTO orders (note) SELECT CONCAT('order ', seq) FROM seq_1_to_100",
         "CREATE DEFINER=app@localhost EVENT forget ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01'"
         " DO DELETE FROM frames.orders WHERE id < 0"});
    servers_.new_server().run(
        {"CREATE DATABASE others", "CREATE TABLE others.t (id INT PRIMARY KEY)",
         "INSERT INTO others.t VALUES (1)", "CREATE USER other@localhost IDENTIFIED BY 'o'",
         "GRANT ALL ON others.* TO other@localhost"});
    session_.emplace(servers_.old_server().as("app", "a", {}), "app", Secret("a"));
  }

  Database& database(Side side) override {
    return side == Side::old_side ? old_database_ : new_database_;
  }
  Fence& fence(Side side) override { return side == Side::old_side ? old_fence_ : new_fence_; }
  Transfer& transfer() override { return transfer_; }

  bool app_inserts(Side side, int id) override {
    LocalServer& server = side == Side::old_side ? servers_.old_server() : servers_.new_server();
    Connection app(server.as("app", "a", {}), "app", Secret("a"));
    return inserts(app, id);
  }
  bool old_session_inserts(int id) override {
    try {
      session_->attempt("USE frames");
      return inserts(*session_, id);
    } catch (const Error& lost) {
      EXPECT_EQ(lost.retry(), Retry::ask) << lost.what();
      return false;
    }
  }
  std::string old_rights() override {
    std::string text;
    Connection root = servers_.old_server().root();
    for (const Row& row : root.query("SHOW GRANTS FOR app@localhost")) text += *row[0] + "\n";
    return text;
  }
  void change_on_new(int id) override {
    servers_.new_server().run({"UPDATE frames.orders SET note='x' WHERE id=" + std::to_string(id)});
  }
  void remove_on_new(int id) override {
    servers_.new_server().run({"DELETE FROM frames.orders WHERE id=" + std::to_string(id)});
  }
  void restart_old() override { servers_.old_server().crash(); }
  void make_schema_on_new() override {
    servers_.new_server().run({"CREATE DATABASE frames", "CREATE TABLE frames.theirs (id INT)"});
  }
  bool others_are_there() override {
    Connection root = servers_.new_server().root();
    return root.value("SELECT COUNT(*) FROM others.t") == "1" &&
           root.query("SHOW GRANTS FOR other@localhost").size() == 2 &&
           root.query("SHOW DATABASES LIKE 'hikkoshi'").empty();
  }

 private:
  static bool inserts(Connection& app, int id) {
    const auto refusal =
        app.attempt("INSERT INTO frames.orders VALUES (" + std::to_string(id) + ", 'new')");
    return !refusal;
  }

  TwoServers servers_;
  MariadbDatabase old_database_{servers_.source()}, new_database_{servers_.target()};
  MariadbFence old_fence_{servers_.source()}, new_fence_{servers_.target()};
  MariadbTransfer transfer_{servers_.source(), servers_.target()};
  std::optional<Connection> session_;
};

INSTANTIATE_TEST_SUITE_P(Mariadb, DatabaseContract,
                         testing::Values(WorldMaker{"MariaDB", [] {
                                                      return std::make_unique<MariadbWorld>();
                                                    }}));

}  // namespace
}  // namespace hikkoshi::database::mariadb
