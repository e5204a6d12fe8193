#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/mariadb_database.h"
#include "database/mariadb/mariadb_fence.h"
#include "database/mariadb/mariadb_transfer.h"
#include "database/testing/move_of.h"

namespace hikkoshi::database::mariadb {
namespace {

TEST(MariadbMove, moves_a_schema_behind_a_fence_and_opens_it_on_new) {
  TwoServers servers;
  servers.old_server().run(
      {"CREATE DATABASE frames", "USE frames", "CREATE USER app@localhost IDENTIFIED BY 'a'",
       "GRANT SELECT, INSERT, UPDATE, DELETE ON frames.* TO app@localhost",
       "CREATE TABLE frames.orders (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(40), KEY "
       "(note))",
       "INSERT INTO frames.orders (note) SELECT CONCAT('order ', seq) FROM seq_1_to_1000"});
  MariadbFence old_fence(servers.source()), new_fence(servers.target());
  MariadbTransfer transfer(servers.source(), servers.target());

  const Json rights = old_fence.rights();
  old_fence.close(rights);
  EXPECT_FALSE(servers.app_writes(servers.old_server(), "frames.orders"));
  EXPECT_EQ(transfer.target(), Transfer::Target::absent);
  const CopyResult result = transfer.copy({.connections = 2, .on_progress = {}}, {});
  EXPECT_EQ(result.tables.at(0).rows, 1000u);
  EXPECT_FALSE(result.position.empty());
  EXPECT_EQ(transfer.target(), Transfer::Target::whole);
  EXPECT_EQ(differences(transfer.compare({.connections = 2, .on_progress = {}}, {})), "");

  EXPECT_FALSE(servers.app_writes(servers.new_server(), "frames.orders"));
  new_fence.open(rights);
  EXPECT_TRUE(servers.app_writes(servers.new_server(), "frames.orders"));
  EXPECT_EQ(old_fence.state(rights), FenceState::fenced);
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
