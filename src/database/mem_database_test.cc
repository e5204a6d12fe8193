#include "database/mem_database.h"

#include "base/error.h"
#include "database/database_contract.h"

namespace hikkoshi::database {
namespace {

class MemWorld : public DatabaseWorld {
 public:
  MemWorld() {
    old_server_.with([](MemContents& all) {
      for (int id = 1; id <= 100; ++id) all.tables["frames.orders"][std::to_string(id)] = "order";
      all.accounts = all.writers = {"app@%"};
      all.events["frames.forget"] = true;
      all.sessions["app@%"] = true;
    });
    new_server_.with([](MemContents& all) { all.tables["others.t"]["1"] = "one"; });
  }

  Database& database(Side side) override {
    return side == Side::old_side ? old_database_ : new_database_;
  }
  Fence& fence(Side side) override { return side == Side::old_side ? old_fence_ : new_fence_; }
  Transfer& transfer() override { return transfer_; }

  bool app_inserts(Side side, int id) override {
    MemServer& server = side == Side::old_side ? old_server_ : new_server_;
    return server.write("app@%", "frames.orders", std::to_string(id), "order");
  }
  bool old_session_inserts(int id) override {
    return old_server_.write("app@%", "frames.orders", std::to_string(id), "order", true);
  }
  std::string old_rights() override {
    return old_server_.with([](MemContents& all) { return Json(all.writers).dump(); });
  }
  void change_on_new(int id) override {
    new_server_.with(
        [&](MemContents& all) { all.tables["frames.orders"][std::to_string(id)] = "other"; });
  }
  void remove_on_new(int id) override {
    new_server_.with(
        [&](MemContents& all) { all.tables["frames.orders"].erase(std::to_string(id)); });
  }
  void restart_old() override {
    old_server_.with([](MemContents& all) { all.sessions.clear(); });
  }
  void make_schema_on_new() override {
    new_server_.with([](MemContents& all) { all.tables["frames.theirs"]["1"] = "one"; });
  }
  bool others_are_there() override {
    return new_server_.with([](MemContents& all) { return all.tables["others.t"]["1"] == "one"; });
  }

 private:
  MemServer old_server_{"old.main", {"frames"}}, new_server_{"new.main", {"frames"}};
  MemDatabase old_database_{old_server_}, new_database_{new_server_};
  MemFence old_fence_{old_server_}, new_fence_{new_server_};
  MemTransfer transfer_{old_server_, new_server_};
};

INSTANTIATE_TEST_SUITE_P(Memory, DatabaseContract,
                         testing::Values(WorldMaker{"memory", [] {
                                                      return std::make_unique<MemWorld>();
                                                    }}));

TEST(MemServer, may_fail_before_a_call_has_any_effect) {
  MemServer server("old.main", {"frames"});
  server.with([](MemContents& all) { all.accounts = all.writers = {"app@%"}; });
  server.on_call = [](std::string_view call) {
    if (call == "close old.main") throw Error(Retry::ask, "lost");
  };
  MemFence fence(server);
  const Json rights = fence.rights();
  EXPECT_THROW(fence.close(rights), Error);
  EXPECT_EQ(fence.state(rights), FenceState::open);
}

TEST(MemServer, may_fail_in_the_middle_of_a_copy) {
  MemServer source("old.main", {"frames"}), target("new.main", {"frames"});
  source.with([](MemContents& all) { all.tables["frames.a"]["1"] = all.tables["frames.b"]["1"]; });
  target.on_call = [](std::string_view call) {
    if (call == "copied new.main") throw Error(Retry::ask, "lost");
  };
  MemTransfer transfer(source, target);
  EXPECT_THROW(transfer.copy({}, {}), Error);
  EXPECT_EQ(transfer.target(), Transfer::Target::unfinished);
  target.on_call = nullptr;
  transfer.copy({}, {});
  EXPECT_TRUE(transfer.compare({}, {}).differences.empty());
}

TEST(MemServer, says_what_its_doctor_was_told) {
  MemServer server("old.main", {"frames"});
  server.findings = {{.error = true, .text = "no binlog", .remedy = "log_bin"}};
  EXPECT_EQ(MemDatabase(server).examine(Role::source).at(0).text, "no binlog");
}

}  // namespace
}  // namespace hikkoshi::database
