#include "journal/reader.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::journal {

namespace {

Event event(Kind kind, const std::string& subject, Json body) {
  Event event;
  event.kind = kind;
  event.subject = subject;
  event.body = std::move(body);
  event.run = "r1";
  event.epoch = 1;
  return event;
}

class ReaderTest : public testing::Test {
 protected:
  ReaderTest() {
    SqliteJournal journal(path_);
    journal.append({event(Kind::run_begun, "",
                          {{"move", "frames"}, {"plan_hash", "abc"}, {"plan", {{"n", 1}}}})});
    for (const char* step : {"a", "b", "c"})
      journal.append({event(Kind::step_found, step, {{"stage", "web"}, {"detail", "there"}})});
  }

  /// Changes the file behind the journal's back, triggers or not.
  void tamper(const std::string& sql) {
    Sqlite connection(path_, Sqlite::Mode::create);
    connection.execute("DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_removed");
    connection.execute(sql);
  }

  std::string complaint() {
    try {
      Reader(path_).verify_chain();
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::needs_human);
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/journal.db";
};

}  // namespace

TEST_F(ReaderTest, sees_what_the_writer_committed_while_the_writer_lives) {
  SqliteJournal journal(path_);
  Reader reader(path_);
  EXPECT_EQ(reader.state(), journal.state());
  journal.append({event(Kind::step_found, "d", {{"stage", "web"}, {"detail", "there"}})});
  journal.progress("d", {{"rows", 5}}, WallTime(Millis(9)));
  EXPECT_EQ(reader.state(), journal.state());
  EXPECT_EQ(reader.state().plan, Json({{"n", 1}}));
  EXPECT_EQ(reader.progress().at("d"), Json({{"rows", 5}}));
  EXPECT_EQ(reader.events().size(), 5u);
  ASSERT_EQ(reader.events(4).size(), 1u);
  EXPECT_EQ(reader.events(4)[0].subject, "d");
  EXPECT_EQ(reader.verify_chain(), 5u);
}

TEST_F(ReaderTest, reads_a_journal_whose_writer_is_gone) {
  Reader reader(path_);
  EXPECT_EQ(reader.state().steps.size(), 3u);
  EXPECT_EQ(reader.verify_chain(), 4u);
}

TEST_F(ReaderTest, cannot_write) {
  Sqlite connection(path_, Sqlite::Mode::read_only);
  EXPECT_THROW(connection.execute("DELETE FROM step"), Error);
}

TEST_F(ReaderTest, finds_no_journal_where_there_is_none_and_makes_none) {
  EXPECT_THROW(Reader(folder_.path() + "/other.db"), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/other.db"));
}

TEST_F(ReaderTest, history_refuses_change_and_removal) {
  Sqlite connection(path_, Sqlite::Mode::create);
  EXPECT_THROW(connection.execute("UPDATE event SET body='{}' WHERE seq=2"), Error);
  EXPECT_THROW(connection.execute("DELETE FROM event WHERE seq=4"), Error);
}

TEST_F(ReaderTest, names_the_event_that_was_edited) {
  tamper("UPDATE event SET body=replace(body, 'there', 'gone') WHERE seq=3");
  EXPECT_NE(complaint().find("event 3"), std::string::npos) << complaint();
}

TEST_F(ReaderTest, names_the_hole_where_an_event_was_removed) {
  tamper("DELETE FROM event WHERE seq=2");
  EXPECT_NE(complaint().find("event 3 does not follow event 1"), std::string::npos) << complaint();
}

TEST_F(ReaderTest, sees_a_cut_tail) {
  tamper("DELETE FROM event WHERE seq=4");
  EXPECT_NE(complaint().find("was cut"), std::string::npos) << complaint();
}

TEST_F(ReaderTest, sees_a_projection_that_was_edited) {
  tamper("UPDATE step SET state='done' WHERE id='b'");
  EXPECT_NE(complaint().find("do not follow"), std::string::npos) << complaint();
}

TEST_F(ReaderTest, sees_a_file_cut_short) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 4096);
  EXPECT_NE(complaint(), "");
}

}  // namespace hikkoshi::journal
