// Files of the machine that Hikkoshi itself runs on.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace hikkoshi {

/// The whole content. Throws Error(never) naming the path.
std::string read_file(const std::string& path);

/// Temporary file beside it, fsync, rename, fsync of the folder: after a crash there is the old
/// content or the new. Throws Error(safe) when the disk is full, Error(never) otherwise.
void write_file_atomically(const std::string& path, std::string_view content, mode_t mode = 0644);

/// An exclusive lock on `path` (created when missing) that the kernel frees when we die.
class FileLock {
 public:
  /// Throws Error(never, Exit::locked) when another process holds it.
  explicit FileLock(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  int descriptor_;
};

/// A new folder below TMPDIR (or /tmp), mode 0700, removed with all it holds at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hikkoshi
