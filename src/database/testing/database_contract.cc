#include "database/database_contract.h"

#include <algorithm>

#include "base/error.h"

namespace hikkoshi::database {
namespace {

CopyOptions two_connections() {
  return {.connections = 2, .on_progress = {}};
}

std::string text(const Comparison& comparison) {
  std::string all;
  for (const Difference& one : comparison.differences) all += one.where + ": " + one.text + "\n";
  return all;
}

TEST_P(DatabaseContract, takes_an_inventory_of_what_moves) {
  const Inventory inventory = world_->database(Side::old_side).inventory();
  ASSERT_EQ(inventory.tables.size(), 1u);
  EXPECT_EQ(inventory.tables[0].schema, "frames");
  EXPECT_EQ(inventory.tables[0].name, "orders");
  EXPECT_GT(inventory.bytes(), 0u);
  EXPECT_NE(std::find(inventory.schemas.begin(), inventory.schemas.end(), "frames"),
            inventory.schemas.end());
}

TEST_P(DatabaseContract, refuses_every_writer_behind_the_fence) {
  Fence& fence = world_->fence(Side::old_side);
  ASSERT_TRUE(world_->app_inserts(Side::old_side, 1001));
  const Json rights = fence.rights();
  EXPECT_EQ(fence.state(rights), FenceState::open);
  fence.close(rights);
  EXPECT_EQ(fence.state(rights), FenceState::fenced);
  EXPECT_FALSE(world_->app_inserts(Side::old_side, 1002));
}

TEST_P(DatabaseContract, ends_a_session_that_is_older_than_the_fence) {
  ASSERT_TRUE(world_->old_session_inserts(1001));
  Fence& fence = world_->fence(Side::old_side);
  fence.close(fence.rights());
  EXPECT_FALSE(world_->old_session_inserts(1002));
}

TEST_P(DatabaseContract, closes_a_closed_fence_again_without_harm) {
  Fence& fence = world_->fence(Side::old_side);
  const Json rights = fence.rights();
  fence.close(rights);
  fence.close(rights);
  EXPECT_EQ(fence.state(rights), FenceState::fenced);
  fence.open(rights);
  EXPECT_TRUE(world_->app_inserts(Side::old_side, 1001));
}

TEST_P(DatabaseContract, gives_back_the_very_rights_that_were_there) {
  Fence& fence = world_->fence(Side::old_side);
  const std::string before = world_->old_rights();
  const Json rights = fence.rights();
  fence.close(rights);
  EXPECT_NE(world_->old_rights(), before);
  fence.open(rights);
  EXPECT_EQ(world_->old_rights(), before);
  EXPECT_EQ(fence.state(rights), FenceState::open);
  fence.open(rights);
  EXPECT_EQ(world_->old_rights(), before);
  EXPECT_EQ(fence.rights(), rights);
}

TEST_P(DatabaseContract, keeps_the_fence_over_a_restart) {
  Fence& fence = world_->fence(Side::old_side);
  const Json rights = fence.rights();
  fence.close(rights);
  world_->restart_old();
  EXPECT_EQ(fence.state(rights), FenceState::fenced);
  EXPECT_FALSE(world_->app_inserts(Side::old_side, 1001));
}

TEST_P(DatabaseContract, refuses_to_record_the_rights_of_a_closed_fence) {
  Fence& fence = world_->fence(Side::old_side);
  fence.close(fence.rights());
  const Error error = failure([&] { fence.rights(); });
  EXPECT_EQ(error.exit(), Exit::refused) << error.what();
}

TEST_P(DatabaseContract, copies_all_and_finds_both_sides_equal) {
  Fence& fence = world_->fence(Side::old_side);
  fence.close(fence.rights());
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::absent);
  const CopyResult result = world_->transfer().copy(two_connections(), {});
  ASSERT_EQ(result.tables.size(), 1u);
  EXPECT_EQ(result.tables[0].table, "frames.orders");
  EXPECT_EQ(result.tables[0].rows, 100u);
  EXPECT_EQ(result.objects.at("users"), 1);
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::whole);
  const std::optional<Json> remembered = world_->transfer().copied();
  ASSERT_TRUE(remembered);
  EXPECT_EQ(*remembered, to_json(result));
  EXPECT_EQ(remembered->at("rows"), 100);
  const Comparison comparison = world_->transfer().compare(two_connections(), {});
  EXPECT_EQ(text(comparison), "");
  EXPECT_EQ(comparison.tables, 1u);
  EXPECT_EQ(comparison.rows, 100u);
}

TEST_P(DatabaseContract, opens_new_to_the_same_applications_and_closes_it_again) {
  Fence& fence = world_->fence(Side::old_side);
  const Json rights = fence.rights();
  fence.close(rights);
  world_->transfer().copy(two_connections(), {});
  Fence& other = world_->fence(Side::new_side);
  EXPECT_EQ(other.state(rights), FenceState::fenced);
  EXPECT_FALSE(world_->app_inserts(Side::new_side, 1001));
  other.open(rights);
  EXPECT_EQ(other.state(rights), FenceState::open);
  EXPECT_TRUE(world_->app_inserts(Side::new_side, 1001));
  other.close(rights);
  EXPECT_EQ(other.state(rights), FenceState::fenced);
  EXPECT_FALSE(world_->app_inserts(Side::new_side, 1002));
  EXPECT_EQ(fence.state(rights), FenceState::fenced);
}

TEST_P(DatabaseContract, names_the_row_that_was_changed_on_new) {
  world_->transfer().copy(two_connections(), {});
  world_->change_on_new(42);
  const Comparison comparison = world_->transfer().compare(two_connections(), {});
  ASSERT_EQ(comparison.differences.size(), 1u) << text(comparison);
  EXPECT_EQ(comparison.differences[0].where, "frames.orders");
  EXPECT_NE(text(comparison).find("id=42 differs"), std::string::npos) << text(comparison);
}

TEST_P(DatabaseContract, names_rows_that_are_on_one_side_only) {
  world_->transfer().copy(two_connections(), {});
  world_->remove_on_new(7);
  ASSERT_TRUE(world_->app_inserts(Side::old_side, 1001));
  const std::string found = text(world_->transfer().compare(two_connections(), {}));
  EXPECT_NE(found.find("id=7 is missing on new"), std::string::npos) << found;
  EXPECT_NE(found.find("id=1001 is missing on new"), std::string::npos) << found;
  EXPECT_NE(found.find("101 rows on old, 99 on new"), std::string::npos) << found;
}

TEST_P(DatabaseContract, says_that_a_stopped_copy_is_unfinished_and_begins_anew) {
  std::stop_source stop;
  stop.request_stop();
  const Error error =
      failure([&] { world_->transfer().copy(two_connections(), stop.get_token()); });
  EXPECT_EQ(error.exit(), Exit::interrupted) << error.what();
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::unfinished);
  EXPECT_FALSE(world_->transfer().copied());
  world_->transfer().copy(two_connections(), {});
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::whole);
  EXPECT_EQ(text(world_->transfer().compare(two_connections(), {})), "");
}

TEST_P(DatabaseContract, leaves_a_schema_of_somebody_else_alone) {
  world_->make_schema_on_new();
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::foreign);
  const Error error = failure([&] { world_->transfer().copy(two_connections(), {}); });
  EXPECT_EQ(error.exit(), Exit::refused) << error.what();
  world_->transfer().discard();
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::foreign);
}

TEST_P(DatabaseContract, discards_its_copy_and_nothing_else) {
  world_->transfer().copy(two_connections(), {});
  world_->transfer().discard();
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::absent);
  EXPECT_TRUE(world_->others_are_there());
  world_->transfer().discard();
  EXPECT_EQ(world_->transfer().target(), Transfer::Target::absent);
}

TEST_P(DatabaseContract, reports_progress_up_to_the_last_row) {
  std::uint64_t rows = 0;
  CopyOptions options = two_connections();
  options.on_progress = [&](const CopyProgress& now) {
    rows = std::max(rows, now.rows);
  };
  world_->transfer().copy(options, {});
  EXPECT_EQ(rows, 100u);
}

TEST_P(DatabaseContract, lets_the_newest_epoch_win) {
  Database& database = world_->database(Side::old_side);
  database.raise_epoch("monday", 3);
  database.raise_epoch("monday", 3);
  database.raise_epoch("tuesday", 4);
  EXPECT_EQ(failure([&] { database.raise_epoch("monday", 3); }).exit(), Exit::needs_human);
  EXPECT_EQ(failure([&] { database.raise_epoch("monday", 4); }).exit(), Exit::needs_human);
  database.raise_epoch("tuesday", 5);
}

TEST_P(DatabaseContract, drops_the_epoch_of_one_run_and_nothing_else) {
  Database& database = world_->database(Side::old_side);
  database.drop_epoch("monday");
  EXPECT_FALSE(database.remembers());
  database.raise_epoch("tuesday", 4);
  database.drop_epoch("monday");
  EXPECT_EQ(failure([&] { database.raise_epoch("monday", 3); }).exit(), Exit::needs_human);
  database.drop_epoch("tuesday");
  EXPECT_FALSE(database.remembers());
  database.raise_epoch("monday", 3);
  const Json rights = world_->fence(Side::old_side).rights();
  world_->fence(Side::old_side).close(rights);
  database.drop_epoch("monday");
  EXPECT_TRUE(database.remembers());  // Of the fence.
  world_->fence(Side::old_side).open(rights);
  EXPECT_FALSE(database.remembers());
}

TEST_P(DatabaseContract, forgets_a_move_that_is_over_but_keeps_its_fence) {
  Database& database = world_->database(Side::old_side);
  EXPECT_FALSE(database.remembers());
  database.raise_epoch("monday", 3);
  const Json rights = world_->fence(Side::old_side).rights();
  world_->fence(Side::old_side).close(rights);
  EXPECT_TRUE(database.remembers());
  database.forget();
  database.forget();
  EXPECT_FALSE(database.remembers());
  EXPECT_EQ(world_->fence(Side::old_side).state(rights), FenceState::fenced);
  database.raise_epoch("tuesday", 1);
  world_->fence(Side::old_side).open(rights);
}

}  // namespace
}  // namespace hikkoshi::database
