// What the bytes of an object hash to, so that two readings of them can be compared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::objects {

/// XXH3-128 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md) of one block: 16 bytes. It finds
/// faults, not forgers: whoever can forge an object can also write to the bucket.
std::string block_digest(std::string_view bytes);

/// Of an object that was read in blocks of one size: one block's digest is the object's own, more
/// are digested in their order. So blocks can be read side by side.
std::string join_digests(const std::vector<std::string>& blocks);

/// The same for bytes that come in a stream.
class StreamDigest {
 public:
  explicit StreamDigest(std::uint64_t block);  ///< Above 0.
  StreamDigest(const StreamDigest&) = delete;
  StreamDigest& operator=(const StreamDigest&) = delete;
  ~StreamDigest();
  void add(std::string_view bytes);
  std::string finish();  ///< Once.

 private:
  struct State;
  void close_block();

  std::uint64_t block_;
  std::uint64_t filled_ = 0;
  std::vector<std::string> blocks_;
  std::unique_ptr<State> state_;
};

}  // namespace hikkoshi::objects
