#include "base/file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"

namespace hikkoshi {

namespace {

[[noreturn]] void fail(const std::string& action, const std::string& path) {
  int code = errno;
  throw Error(code == ENOSPC || code == EDQUOT ? Retry::safe : Retry::never,
              fmt::format("cannot {} {}: {}", action, path, std::strerror(code)));
}

/// A descriptor that is closed, and a temporary file that is removed unless it was renamed.
struct PendingFile {
  std::string path;
  int descriptor = -1;
  bool renamed = false;

  ~PendingFile() {
    if (descriptor >= 0) ::close(descriptor);
    if (!renamed && !path.empty()) ::unlink(path.c_str());
  }
};

void write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    content.remove_prefix(size_t(written));
  }
}

/// What a path is instead of a plain file, as the end of a sentence.
std::string kind_fault(mode_t mode) {
  if (S_ISREG(mode)) return "";
  if (S_ISDIR(mode)) return "is a folder";
  if (S_ISFIFO(mode)) return "is a named pipe";
  if (S_ISSOCK(mode)) return "is a socket";
  return "is a device";
}

}  // namespace

std::string not_a_plain_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? kind_fault(status.st_mode) : "";
}

std::string read_file(const std::string& path, std::size_t largest) {
  // A named pipe without a writer would keep an ordinary open waiting for ever.
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) fail("read", path);
  PendingFile file{"", descriptor, true};
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail("look at", path);
  if (std::string fault = kind_fault(status.st_mode); !fault.empty())
    throw Error(Retry::never, fmt::format("cannot read {}: it {}", path, fault))
        .remedy("name a plain file");
  std::string content;
  char buffer[65536];
  // Files of /proc have no size, others may grow.
  for (std::size_t size = std::size_t(status.st_size);; size = content.size()) {
    if (size > largest)
      throw Error(Retry::never,
                  fmt::format("cannot read {}: it is larger than {}", path, format_bytes(largest)));
    ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path);
    if (got == 0) return content;
    content.append(buffer, size_t(got));
  }
}

void write_file_atomically(const std::string& path, std::string_view content, mode_t mode) {
  PendingFile file;
  file.path = path + ".XXXXXX";
  file.descriptor = ::mkostemp(file.path.data(), O_CLOEXEC);
  if (file.descriptor < 0) {
    std::string shown = std::exchange(file.path, "");
    fail("create", shown);
  }
  if (::fchmod(file.descriptor, mode) != 0) fail("set the mode of", file.path);
  write_all(file.descriptor, content, file.path);
  if (::fsync(file.descriptor) != 0) fail("sync", file.path);
  if (::rename(file.path.c_str(), path.c_str()) != 0) fail("replace", path);
  file.renamed = true;
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open the folder of", path);
  int synced = ::fsync(descriptor);
  ::close(descriptor);
  if (synced != 0) fail("sync the folder of", path);
}

FileLock::FileLock(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) fail("open the lock", path);
  // Whoever looks whether it is held holds it for a moment, shared: that is no owner.
  for (int attempts = 0; attempts < 20; ++attempts) {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::close(descriptor_);
  throw Error(Retry::never, "another hikkoshi holds " + path, Exit::locked)
      .remedy("wait for it to end; the lock is freed by itself when it does");
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

bool FileLock::is_held(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    fail("look at the lock", path);
  }
  PendingFile file{"", descriptor, true};
  if (::flock(descriptor, LOCK_SH | LOCK_NB) == 0) return false;
  if (errno != EWOULDBLOCK) fail("look at the lock", path);
  return true;
}

namespace {

constexpr const char* temporary_name = "hikkoshi-";

/// Removes `path` when it is ours and no living process holds it. A young one may not be locked
/// yet.
void remove_leftover(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return;
  PendingFile file{"", descriptor, true};
  struct stat status {};
  bool old = ::fstat(descriptor, &status) == 0 && status.st_uid == ::geteuid() &&
             ::time(nullptr) - status.st_mtime > 60;
  if (!old || ::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return;
  std::error_code ignored;  // Whoever comes next tries again.
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  const char* base = std::getenv("TMPDIR");
  std::string folder = base && *base ? base : "/tmp";
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored))
    if (entry->path().filename().string().starts_with(temporary_name))
      remove_leftover(entry->path().string());
  // The lock is on a folder around ours, for whoever works in ours may lock it.
  std::string around = folder + "/" + temporary_name + "XXXXXX";
  if (!::mkdtemp(around.data())) fail("create a folder like", around);
  descriptor_ = ::open(around.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX | LOCK_NB);
  path_ = around + "/own";
  if (::mkdir(path_.c_str(), 0700) != 0) fail("create", path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // Nothing can be done about a leftover here.
  std::filesystem::remove_all(std::filesystem::path(path_).parent_path(), ignored);
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace hikkoshi
