// What every journal promises, asked of the one in memory and the one in a file.
#include "journal/journal.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "journal/mem_journal.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::journal {

namespace {

Event event(Kind kind, const std::string& subject, Json body, int attempt = 0) {
  Event event;
  event.kind = kind;
  event.subject = subject;
  event.attempt = attempt;
  event.body = std::move(body);
  event.run = "r1";
  event.epoch = 1;
  event.wall = WallTime(Millis(1'700'000'000'000));
  event.steady = Millis(5);
  return event;
}

Event begun() {
  return event(Kind::run_begun, "",
               {{"move", "frames"}, {"plan_hash", "abc"}, {"plan", {{"stages", 2}}}});
}

Event intended(const std::string& step, int attempt = 1) {
  return event(Kind::step_intended, step,
               {{"stage", "web"},
                {"key", "k-" + step},
                {"before", {{"ttl", 3600}}},
                {"was", "absent"},
                {"deadline", "2026-01-01T00:00:00Z"}},
               attempt);
}

Event done(const std::string& step) {
  return event(Kind::step_done, step, {{"detail", "all there"}});
}

/// Makes journals on one medium, again and again.
struct Medium {
  std::string disk;
  TemporaryFolder folder;
  bool file = false;

  std::string path() const { return folder.path() + "/journal.db"; }
  std::unique_ptr<Journal> open() {
    if (file) return std::make_unique<SqliteJournal>(path());
    return std::make_unique<MemJournal>(disk);
  }
};

class EveryJournal : public testing::TestWithParam<bool> {
 protected:
  EveryJournal() { medium_.file = GetParam(); }
  Medium medium_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Journal, EveryJournal, testing::Bool(),
                         [](const auto& info) { return info.param ? "Sqlite" : "Mem"; });

TEST_P(EveryJournal, begins_empty) {
  EXPECT_EQ(medium_.open()->state(), State{});
}

TEST_P(EveryJournal, adds_up_to_the_same_state_after_it_is_opened_again) {
  State before;
  {
    auto journal = medium_.open();
    journal->append({begun()});
    journal->append({event(Kind::epoch_raised, "", {{"holder", "me"}, {"boot", "b"}})});
    journal->append({event(Kind::stage_begun, "web", {{"critical", true}, {"budget_ms", 5}})});
    journal->append({intended("web/a"), intended("web/b")});
    journal->append({done("web/a")});
    journal->append({event(Kind::fact, "web/a", {{"key", "rows"}, {"value", 12}})});
    journal->append({event(Kind::gate_waiting, "web/go",
                           {{"stage", "web"}, {"title", "Go"}, {"evidence", "nobody yet"}})});
    before = journal->state();
  }
  EXPECT_EQ(medium_.open()->state(), before);
  EXPECT_EQ(before.step("web/a").state, StepState::done);
  EXPECT_EQ(before.step("web/b").state, StepState::running);
  EXPECT_EQ((before.facts.at({"web/a", "rows"})), 12);
  EXPECT_FALSE(before.gate("web/go").open);
  EXPECT_EQ(before.seq, 8u);
}

TEST_P(EveryJournal, appends_all_events_of_a_call_or_none) {
  auto journal = medium_.open();
  journal->append({begun()});
  State before = journal->state();
  Event broken = intended("web/b");
  broken.body.erase("key");
  EXPECT_THROW(journal->append({intended("web/a"), broken}), Error);
  EXPECT_EQ(journal->state(), before);
  journal->append({intended("web/c")});
  journal.reset();
  State after = medium_.open()->state();
  EXPECT_EQ(after.seq, 2u);
  EXPECT_EQ(after.steps.count("web/a"), 0u);
}

TEST_P(EveryJournal, keeps_the_epoch_when_a_new_run_begins) {
  auto journal = medium_.open();
  journal->append({begun()});
  Event raised = event(Kind::epoch_raised, "", {{"holder", "me"}, {"boot", "b"}});
  raised.epoch = 7;
  journal->append({raised, intended("web/a"), done("web/a")});
  journal->append({event(Kind::rolled_back, "", Json::object()), begun()});
  EXPECT_EQ(journal->state().run.epoch, 7u);
  EXPECT_TRUE(journal->state().steps.empty());
  State state = journal->state();
  journal.reset();
  EXPECT_EQ(medium_.open()->state(), state);
}

TEST(State, gives_an_undone_step_a_new_round_when_it_is_intended_again) {
  std::string disk;
  MemJournal journal(disk);
  journal.append({begun(), intended("web/a"), intended("web/a", 2), done("web/a")});
  std::uint64_t first = journal.state().step("web/a").intent;
  EXPECT_EQ(first, 2u);
  journal.append({event(Kind::undo_intended, "web/a", Json::object()),
                  event(Kind::step_undone, "web/a", {{"detail", "gone"}})});
  EXPECT_EQ(journal.state().step("web/a").state, StepState::undone);
  journal.append({intended("web/a")});
  StepRow row = journal.state().step("web/a");
  EXPECT_EQ(row.round, 1);
  EXPECT_GT(row.intent, first);
  EXPECT_EQ(row.state, StepState::running);
}

TEST(State, forgets_approvals_of_a_stage_that_was_undone) {
  std::string disk;
  MemJournal journal(disk);
  journal.append({begun(), event(Kind::stage_begun, "web", {{"critical", true}}),
                  event(Kind::request_accepted, "web/go",
                        {{"id", "1"}, {"what", "approve"}, {"who", "mika"}, {"stage", "web"}})});
  EXPECT_EQ(journal.state().gate("web/go").approved_by, "mika");
  journal.append({event(Kind::stage_undoing, "web", {{"reason", "late"}}),
                  event(Kind::stage_undone, "web", Json::object())});
  EXPECT_EQ(journal.state().gate("web/go").approved_by, "");
  EXPECT_EQ(journal.state().requests.count("1"), 1u);
}

TEST(State, knows_the_pivot_by_a_gate_by_a_step_and_by_the_world) {
  for (const Event& pivot :
       {event(Kind::gate_open, "web/go", {{"stage", "web"}, {"evidence", ""}, {"pivot", true}}),
        event(Kind::step_done, "web/a", {{"detail", ""}, {"pivot", true}}),
        event(Kind::pivot_passed, "web", {{"evidence", "writable"}})}) {
    std::string disk;
    MemJournal journal(disk);
    journal.append(
        {begun(), event(Kind::stage_begun, "web", {{"critical", true}}), intended("web/a")});
    EXPECT_FALSE(journal.state().run.pivot);
    journal.append({pivot});
    EXPECT_TRUE(journal.state().run.pivot) << to_string(pivot.kind);
    EXPECT_TRUE(journal.state().stage("web").pivot) << to_string(pivot.kind);
  }
}

TEST(MemJournal, drops_a_torn_last_append_and_refuses_a_changed_line) {
  std::string disk;
  { MemJournal(disk).append({begun()}); }
  std::string whole = disk;
  { MemJournal(disk).append({intended("web/a"), done("web/a")}); }
  for (size_t cut : {whole.size() + 1, whole.size() + 400, disk.size() - 1}) {
    std::string torn = disk.substr(0, cut);
    EXPECT_EQ(MemJournal(torn).state().seq, 1u);
    EXPECT_EQ(torn, whole);
  }
  std::string changed = replace_all(disk, "3600", "3601");
  EXPECT_THROW({ MemJournal journal(changed); }, Error);
}

TEST(SqliteJournal, is_readable_by_its_owner_alone) {
  TemporaryFolder folder;
  SqliteJournal journal(folder.path() + "/journal.db");
  journal.append({begun()});
  for (const char* name : {"/journal.db", "/journal.db-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder.path() + name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST(SqliteJournal, refuses_a_file_that_is_no_journal_and_one_of_another_format) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/journal.db";
  write_file_atomically(path, "this is a letter, not a database, and it is long enough to be read");
  EXPECT_THROW({ SqliteJournal journal(path); }, Error);
  std::filesystem::remove(path);
  { SqliteJournal(path).append({begun()}); }
  Sqlite(path, Sqlite::Mode::create).execute("PRAGMA user_version=99");
  EXPECT_THROW({ SqliteJournal journal(path); }, Error);
}

TEST(SqliteJournal, says_when_a_page_of_the_file_was_overwritten) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/journal.db";
  {
    SqliteJournal journal(path);
    for (int i = 0; i < 200; ++i)
      journal.append({i == 0 ? begun() : intended("web/" + std::to_string(i))});
  }
  std::string bytes = read_file(path);
  ASSERT_GT(bytes.size(), 60'000u);
  for (size_t i = 40'000; i < 52'000; ++i) bytes[i] = char(i * 7);
  write_file_atomically(path, bytes);
  try {
    SqliteJournal journal(path);
    FAIL() << "a damaged journal was believed";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::needs_human) << error.what();
  }
}

TEST(SqliteJournal, keeps_every_append_that_returned_when_its_process_is_killed) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/journal.db";
  int report[2];
  ASSERT_EQ(::pipe(report), 0);
  pid_t child = ::fork();
  if (child == 0) {
    SqliteJournal journal(path);
    journal.append({begun()});
    for (int i = 0; i < 100'000; ++i) {
      journal.append({intended("web/" + std::to_string(i))});
      if (::write(report[1], "x", 1) != 1) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(report[1]);
  char mark;
  std::uint64_t acknowledged = 1;
  for (; acknowledged < 50 && ::read(report[0], &mark, 1) == 1; ++acknowledged) {
  }
  ::kill(child, SIGKILL);
  while (::read(report[0], &mark, 1) == 1) ++acknowledged;
  ::waitpid(child, nullptr, 0);
  ::close(report[0]);
  EXPECT_GE(SqliteJournal(path).state().seq, acknowledged);
}

TEST(SqliteJournal, writes_nothing_without_room_and_goes_on_when_there_is_room_again) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/journal.db";
  // A limit on the file's size stands for a disk without room; SIGXFSZ would kill us.
  pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    SqliteJournal journal(path);
    journal.append({begun()});
    rlimit small{200'000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
    Event large = intended("web/large");
    large.body["before"] = std::string(1'000'000, 'x');
    bool refused = false;
    try {
      journal.append({large});
    } catch (const Error& error) {
      refused = true;
    }
    rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &wide);
    journal.append({intended("web/a")});
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(SqliteJournal(path).state().seq, 2u);
}

TEST(Sqlite, translates_a_full_file_into_a_safe_failure) {
  TemporaryFolder folder;
  Sqlite connection(folder.path() + "/x.db", Sqlite::Mode::create);
  connection.value("PRAGMA max_page_count=4");
  connection.execute("CREATE TABLE t (a)");
  try {
    Statement(connection, "INSERT INTO t VALUES (?)").with(std::string(100'000, 'x')).run();
    FAIL() << "100 kB went into 16";
  } catch (const Error& error) {
    EXPECT_EQ(error.retry(), Retry::safe) << error.what();
  }
}

}  // namespace hikkoshi::journal
