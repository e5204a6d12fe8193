#include "engine/reserve.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"

namespace hikkoshi::engine {

void Reserve::keep() {
  if (path_.empty()) return;
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && std::uint64_t(status.st_size) == bytes_) return;
  int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  int code = descriptor < 0 ? errno : ::posix_fallocate(descriptor, 0, off_t(bytes_));
  if (descriptor >= 0) ::close(descriptor);
  if (code == 0) return;
  ::unlink(path_.c_str());
  throw Error(Retry::safe, fmt::format("cannot keep {} MiB of room for the journal at {}: {}",
                                       bytes_ >> 20, path_, std::strerror(code)))
      .remedy("make room on the disk of the state directory, then run again");
}

bool Reserve::release() {
  return !path_.empty() && ::unlink(path_.c_str()) == 0;
}

std::uint64_t room_at(const std::string& path) {
  struct statvfs disk {};
  if (::statvfs(path.c_str(), &disk) != 0) return 0;
  return std::uint64_t(disk.f_bavail) * disk.f_frsize;
}

}  // namespace hikkoshi::engine
