// The tables say what the events add up to: for every kind of event, in any order.
#include <random>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"

namespace hikkoshi::journal {

namespace {

/// Events of every kind about a few subjects, so that they meet in the same rows.
class Chronicler {
 public:
  explicit Chronicler(unsigned seed) : random_(seed) {}

  Event next() { return of(static_cast<Kind>(any(int(Kind::finished) + 1))); }

  Event of(Kind kind) {
    Event event;
    event.kind = kind;
    event.run = "r" + std::to_string(any(2));
    event.epoch = std::uint64_t(any(5));
    event.attempt = any(3);
    event.wall = WallTime(Millis(1'700'000'000'000 + any(100'000)));
    event.steady = Millis(any(100'000));
    event.subject = std::string(1, char('a' + any(3)));
    event.body = body(kind);
    return event;
  }

 private:
  int any(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  /// What any kind may need; keys that a kind does not know are no harm.
  Json body(Kind kind) {
    static const char* words[] = {"", "late", "引っ越し", "a'b\"c\n", "\xff"};
    static const char* requests[] = {"approve", "pause", "abort", "tune"};
    Json body{{"move", "m"},
              {"plan_hash", "h"},
              {"plan", {{"n", any(9)}}},
              {"holder", "h"},
              {"boot", words[any(4)]},
              {"critical", any(2) == 1},
              {"reason", words[any(5)]},
              {"stage", any(2) ? "a" : "b"},
              {"detail", words[any(5)]},
              {"error", words[any(5)]},
              {"key", words[any(4)]},
              {"before", any(2) ? Json(nullptr) : Json{{"ttl", any(9)}}},
              {"was", "absent"},
              {"title", words[any(5)]},
              {"evidence", words[any(5)]},
              {"id", std::to_string(any(20))},
              {"what", requests[any(4)]},
              {"who", "mika"},
              {"value", {any(9), words[any(4)]}},
              {"exit", any(20)},
              {"text", words[any(5)]}};
    if (any(3) == 0) body["pivot"] = any(2) == 1;
    if (any(3) == 0) body["held"] = any(2) == 1;
    if (kind == Kind::gate_waiting && any(2)) body["opens_at"] = format_time(WallTime(Millis(9)));
    return body;
  }

  std::mt19937 random_;
};

class Projection : public testing::TestWithParam<unsigned> {
 protected:
  TemporaryFolder folder;
  std::string path = folder.path() + "/journal.db";
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Seeds, Projection, testing::Range(1u, 9u));

TEST_P(Projection, of_any_history_is_what_its_events_add_up_to) {
  Chronicler chronicler(GetParam());
  {
    SqliteJournal journal(path);
    Reader reader(path);
    journal.append({chronicler.of(Kind::run_begun)});  // Nothing comes before it.
    for (int i = 0; i < 60; ++i) {
      std::vector<Event> events{chronicler.next()};
      if (i % 3 == 0) events.push_back(chronicler.next());
      journal.append(events);
      ASSERT_TRUE(reader.state() == journal.state()) << to_string(events[0].kind) << " at " << i;
    }
    EXPECT_EQ(reader.verify_chain(), journal.state().seq);
  }
  SqliteJournal again(path);  // Checks the tables against the events by itself.
  EXPECT_EQ(again.state().seq, 81u);
}

TEST_P(Projection, is_left_as_it_was_by_an_append_that_fails) {
  Chronicler chronicler(GetParam());
  SqliteJournal journal(path);
  Reader reader(path);
  journal.append({chronicler.of(Kind::run_begun)});
  for (int i = 0; i < 10; ++i) {
    journal.append({chronicler.next(), chronicler.next()});
    State before = journal.state();
    Event broken = chronicler.next();
    broken.kind = Kind::step_intended;
    broken.body.erase("was");
    EXPECT_THROW(journal.append({chronicler.next(), broken}), Error);
    EXPECT_TRUE(journal.state() == before);
    EXPECT_TRUE(reader.state() == before);
  }
  EXPECT_EQ(reader.verify_chain(), 21u);
}

}  // namespace hikkoshi::journal
