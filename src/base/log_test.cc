#include "base/log.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"

namespace hikkoshi {

TEST(Log, writes_one_clean_line_an_entry) {
  TemporaryFolder folder;
  FakeClock clock(WallTime(Millis(0)));
  remember_secret(Secret("fake-log-password"));
  {
    Log log(folder.path() + "/log", clock);
    log.info("first");
    log.error("with fake-log-password\nand a second line\x1b[0m");
  }
  EXPECT_EQ(read_file(folder.path() + "/log"),
            "1970-01-01T00:00:00.000Z info first\n"
            "1970-01-01T00:00:00.000Z error with [secret]\\x0aand a second line\\x1b[0m\n");
}

TEST(Log, goes_on_where_it_ended) {
  TemporaryFolder folder;
  FakeClock clock(WallTime(Millis(0)));
  for (int i = 0; i < 2; ++i) Log(folder.path() + "/log", clock).warning("again");
  EXPECT_EQ(read_file(folder.path() + "/log"),
            "1970-01-01T00:00:00.000Z warning again\n1970-01-01T00:00:00.000Z warning again\n");
}

TEST(Log, says_when_it_cannot_be_opened) {
  FakeClock clock;
  EXPECT_THROW(Log("/nowhere/at/all", clock), Error);
  EXPECT_NO_THROW(Log("", clock).info("nowhere"));
}

}  // namespace hikkoshi
