#include "base/file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

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

}  // namespace

std::string read_file(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail("read", path);
  PendingFile file{"", descriptor, true};
  std::string content;
  char buffer[65536];
  for (;;) {
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
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(descriptor_);
  throw Error(Retry::never, "another hikkoshi holds " + path, Exit::locked)
      .remedy("wait for it to end; the lock is freed by itself when it does");
}

FileLock::~FileLock() {
  ::close(descriptor_);
}

TemporaryFolder::TemporaryFolder() {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string(base && *base ? base : "/tmp") + "/hikkoshi.XXXXXX";
  if (!::mkdtemp(path_.data())) fail("create a folder like", path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // Nothing can be done about a leftover here.
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hikkoshi
