#include "base/file.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace hikkoshi {

namespace fs = std::filesystem;

TEST(File, is_replaced_whole_with_the_mode_asked_for) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/a";
  write_file_atomically(path, "one", 0600);
  write_file_atomically(path, std::string("two\0three", 9), 0640);
  EXPECT_EQ(read_file(path), std::string("two\0three", 9));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(File, that_cannot_be_written_leaves_no_rest) {
  TemporaryFolder folder;
  fs::create_directory(folder.path() + "/taken");
  write_file_atomically(folder.path() + "/taken/x", "", 0600);
  EXPECT_THROW(write_file_atomically(folder.path() + "/taken", "x"), Error);
  EXPECT_THROW(write_file_atomically(folder.path() + "/absent/x", "x"), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(File, that_is_missing_is_named) {
  try {
    read_file("/nowhere/at/all");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere/at/all"), std::string::npos);
  }
}

TEST(FileLock, admits_one_and_is_free_afterwards) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/lock";
  {
    FileLock lock(path);
    try {
      FileLock second(path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::locked);
    }
  }
  EXPECT_NO_THROW(FileLock{path});
}

TEST(TemporaryFolder, is_gone_with_all_it_held) {
  std::string path;
  {
    TemporaryFolder folder;
    path = folder.path();
    write_file_atomically(path + "/x", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace hikkoshi
