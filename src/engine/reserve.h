// Room on the journal's disk that nobody else can take.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace hikkoshi::engine {

/// A file that is only there to be removed: when the disk gets full inside a cutover, its bytes let
/// the way back be journaled. Not thread-safe; at most one process has it.
class Reserve {
 public:
  /// Enough for the history of a stage that goes back, many times over.
  static constexpr std::uint64_t usual_bytes = 16 << 20;

  /// Does nothing yet. An empty path: no room is ever kept.
  explicit Reserve(std::string path, std::uint64_t bytes = usual_bytes)
      : path_(std::move(path)), bytes_(bytes) {}

  /// Makes sure that the room is kept. Throws Error(safe) when it is not there to be had.
  void keep();

  /// Gives the room free. False when none was kept.
  bool release();

 private:
  std::string path_;
  std::uint64_t bytes_;
};

/// Bytes that this user may still write to the disk of `path`, a file or folder that is there; 0
/// when that cannot be told.
std::uint64_t room_at(const std::string& path);

}  // namespace hikkoshi::engine
