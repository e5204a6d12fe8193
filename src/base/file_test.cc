#include "base/file.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

TEST(File, keeps_its_old_content_when_the_disk_is_full) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/a";
  write_file_atomically(path, "old", 0600);
  pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit small{1000, 1000};  // Stands for a disk without room.
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      write_file_atomically(path, std::string(100'000, 'x'), 0600);
    } catch (const Error&) {
      ::_exit(7);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(File, is_seen_whole_by_whoever_reads_while_it_is_replaced) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/a";
  const std::string one(50'000, '1'), two(70'000, '2');
  write_file_atomically(path, one);
  std::jthread writer([&] {
    for (int i = 0; i < 20; ++i) write_file_atomically(path, i % 2 ? one : two);
  });
  for (int i = 0; i < 200; ++i) {
    std::string seen = read_file(path);
    EXPECT_TRUE(seen == one || seen == two) << seen.size();
  }
}

TEST(FileLock, is_freed_by_the_kernel_when_its_holder_is_killed) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/lock";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  pid_t child = ::fork();
  if (child == 0) {
    FileLock lock(path);
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char mark = 0;
  ASSERT_EQ(::read(ready[0], &mark, 1), 1);
  EXPECT_THROW(FileLock{path}, Error);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(FileLock{path});
  ::close(ready[0]);
  ::close(ready[1]);
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
