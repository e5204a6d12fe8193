// Files of the machine that Hikkoshi itself runs on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace hikkoshi {

/// More than any file that we read ourselves has.
constexpr std::size_t largest_file_read = 64 << 20;

/// The whole content of a plain file of at most `largest` bytes. What is none (a folder, a named
/// pipe, a device) is refused at once, never waited for. Throws Error(never) naming the path.
std::string read_file(const std::string& path, std::size_t largest = largest_file_read);

/// What keeps `path` from being read as a plain file: "is a folder", "is a named pipe". Empty for
/// a plain file and for what is not there.
std::string not_a_plain_file(const std::string& path);

/// Temporary file beside it, fsync, rename, fsync of the folder: after a crash there is the old
/// content or the new. Throws Error(safe) when the disk is full, Error(never) otherwise.
void write_file_atomically(const std::string& path, std::string_view content, mode_t mode = 0644);

/// An exclusive lock on `path` (created when missing) that the kernel frees when we die.
class FileLock {
 public:
  /// Throws Error(never, Exit::locked) when another process holds it, longer than a look at it
  /// (is_held) takes.
  explicit FileLock(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

  /// Whether some process holds the lock on `path` now. False when there is no such file.
  static bool is_held(const std::string& path);

 private:
  int descriptor_;
};

/// A new folder below TMPDIR (or /tmp), mode 0700, removed with all it holds at the end. Those that
/// a killed process of the same account left there are removed when the next one is made.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int descriptor_ = -1;  ///< Locked as long as we live.
};

}  // namespace hikkoshi
