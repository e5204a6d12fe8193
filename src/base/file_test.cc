#include "base/file.h"

#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
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

TEST(File, that_is_no_plain_file_is_refused_at_once) {
  TemporaryFolder folder;
  std::string pipe = folder.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::pair<std::string, std::string> faults[] = {
      {pipe, "is a named pipe"}, {folder.path(), "is a folder"}, {"/dev/zero", "is a device"}};
  for (const auto& [path, fault] : faults) {
    EXPECT_EQ(not_a_plain_file(path), fault);
    try {
      read_file(path);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "cannot read " + path + ": it " + fault);
    }
  }
  EXPECT_EQ(not_a_plain_file("/nowhere/at/all"), "");
}

TEST(File, that_is_larger_than_allowed_is_not_read_to_its_end) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/a";
  write_file_atomically(path, "12345");
  EXPECT_EQ(read_file(path, 5), "12345");
  EXPECT_THROW(read_file(path, 4), Error);
  fs::resize_file(path, 1ull << 40);  // Without a byte on the disk.
  EXPECT_THROW(read_file(path), Error);
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

TEST(FileLock, is_seen_by_those_who_look_without_taking_it) {
  TemporaryFolder folder;
  std::string path = folder.path() + "/lock";
  EXPECT_FALSE(FileLock::is_held(path));
  EXPECT_FALSE(fs::exists(path));
  {
    FileLock lock(path);
    EXPECT_TRUE(FileLock::is_held(path));
  }
  EXPECT_FALSE(FileLock::is_held(path));
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

TEST(TemporaryFolder, may_be_locked_by_whoever_works_in_it) {
  TemporaryFolder folder;
  int descriptor = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT_EQ(::flock(descriptor, LOCK_EX | LOCK_NB), 0);
  ::close(descriptor);
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

TEST(TemporaryFolder, removes_what_a_killed_process_left_and_nothing_that_is_in_use) {
  TemporaryFolder here;
  ::setenv("TMPDIR", here.path().c_str(), 1);
  auto abandoned = here.path() + "/hikkoshi-dead00", foreign = here.path() + "/other.dead00";
  auto young = here.path() + "/hikkoshi-young0";
  for (const std::string& path : {abandoned, foreign, young}) fs::create_directory(path);
  write_file_atomically(abandoned + "/socket", "");
  {
    TemporaryFolder living;
    auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
    const std::string around = fs::path(living.path()).parent_path();
    for (const std::string& path : {abandoned, foreign, around})
      fs::last_write_time(path, long_ago);
    TemporaryFolder next;
    EXPECT_FALSE(fs::exists(abandoned));
    for (const std::string& path : {foreign, young, living.path()}) EXPECT_TRUE(fs::exists(path));
  }
  ::unsetenv("TMPDIR");
}

}  // namespace hikkoshi
