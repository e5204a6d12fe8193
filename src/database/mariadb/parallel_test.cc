#include "database/mariadb/parallel.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "database/mariadb/row_copy.h"
#include "database/mariadb/schema_object.h"

namespace hikkoshi::database::mariadb {
namespace {

TEST(Parallel, runs_the_work_once_for_each_index) {
  std::atomic<unsigned> sum{0};
  run_parallel(4, {}, [&](unsigned index, std::stop_token) { sum += 1u << index; });
  EXPECT_EQ(sum, 15u);
}

TEST(Parallel, stops_the_others_when_one_fails_and_hands_the_failure_out) {
  std::atomic<int> stopped{0};
  const auto work = [&](unsigned index, std::stop_token stop) {
    if (index == 2) throw Error(Retry::never, "broken");
    while (!stop.stop_requested()) std::this_thread::yield();
    ++stopped;
  };
  try {
    run_parallel(3, {}, work);
    FAIL() << "the failure was lost";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "broken");
  }
  EXPECT_EQ(stopped, 2);
}

TEST(Parallel, says_that_it_was_stopped_from_outside) {
  std::stop_source source;
  const auto work = [&](unsigned index, std::stop_token stop) {
    if (index == 0) source.request_stop();
    while (!stop.stop_requested()) std::this_thread::yield();
  };
  try {
    run_parallel(2, source.get_token(), work);
    FAIL() << "it ended as if it were whole";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::interrupted);
    EXPECT_EQ(error.retry(), Retry::safe);
  }
}

TEST(RowText, escapes_what_a_load_would_take_for_its_own) {
  std::string text;
  append_value(text, std::string_view("a\tb\nc\\d\0e\x1a\r'\"", 13));
  EXPECT_EQ(text, "a\\tb\\nc\\\\d\\0e\x1a\r'\"");
}

TEST(RowText, tells_null_from_an_empty_text) {
  std::string text;
  append_value(text, {});
  EXPECT_EQ(text, "\\N");
  text.clear();
  append_value(text, std::string_view("", 0));
  EXPECT_EQ(text, "");
  append_value(text, "\\N");
  EXPECT_EQ(text, "\\\\N");
}

TEST(SchemaObject, disables_an_event_and_no_text_inside_it) {
  EXPECT_EQ(disabled("CREATE EVENT `x ON COMPLETION PRESERVE ENABLE` ON SCHEDULE EVERY 1 DAY"
                     " ON COMPLETION NOT PRESERVE ENABLE COMMENT 'a' DO SELECT 1"),
            "CREATE EVENT `x ON COMPLETION PRESERVE ENABLE` ON SCHEDULE EVERY 1 DAY"
            " ON COMPLETION NOT PRESERVE DISABLE COMMENT 'a' DO SELECT 1");
  const std::string already = "CREATE EVENT `e` ON COMPLETION PRESERVE DISABLE DO SELECT 1";
  EXPECT_EQ(disabled(already), already);
}

}  // namespace
}  // namespace hikkoshi::database::mariadb
