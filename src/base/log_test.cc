#include "base/log.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

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

TEST(Log, keeps_no_more_than_four_files_of_its_owners_alone) {
  TemporaryFolder folder;
  FakeClock clock(WallTime(Millis(0)));
  std::string path = folder.path() + "/log";
  Log log(path, clock, 1000);
  for (int i = 0; i < 1000; ++i) log.info("entry " + std::to_string(i));
  auto size = [&](const std::string& name) {
    return std::filesystem::file_size(path + name);
  };
  for (const char* name : {"", ".1", ".2", ".3"}) {
    EXPECT_LE(size(name), 1000u) << name;
    EXPECT_EQ(std::filesystem::status(path + name).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".4"));
  EXPECT_NE(read_file(path).find("entry 999\n"), std::string::npos);
}

TEST(Log, waits_for_no_pipe) {
  TemporaryFolder folder;
  FakeClock clock;
  ASSERT_EQ(::mkfifo((folder.path() + "/log").c_str(), 0600), 0);
  EXPECT_THROW(Log(folder.path() + "/log", clock), Error);
}

TEST(Log, says_when_it_cannot_be_opened) {
  FakeClock clock;
  EXPECT_THROW(Log("/nowhere/at/all", clock), Error);
  EXPECT_FALSE(std::filesystem::exists("/nowhere"));
  EXPECT_NO_THROW(Log("", clock).info("nowhere"));
}

}  // namespace hikkoshi
