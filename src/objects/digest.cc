#include "objects/digest.h"

#define XXH_INLINE_ALL
#include <algorithm>

#include <xxhash.h>

#include "base/text.h"

namespace hikkoshi::objects {
namespace {

std::string digest_bytes(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

}  // namespace

struct StreamDigest::State {
  XXH3_state_t xxh;
};

std::string block_digest(std::string_view bytes) {
  return digest_bytes(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string join_digests(const std::vector<std::string>& blocks) {
  return blocks.size() == 1 ? blocks.front() : block_digest(join(blocks, ""));
}

StreamDigest::StreamDigest(std::uint64_t block) : block_(block), state_(new State) {
  XXH3_128bits_reset(&state_->xxh);
}

StreamDigest::~StreamDigest() = default;

void StreamDigest::add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (filled_ == block_) close_block();
    const auto size = std::min<std::uint64_t>(bytes.size(), block_ - filled_);
    XXH3_128bits_update(&state_->xxh, bytes.data(), size);
    filled_ += size;
    bytes.remove_prefix(size);
  }
}

void StreamDigest::close_block() {
  blocks_.push_back(digest_bytes(XXH3_128bits_digest(&state_->xxh)));
  XXH3_128bits_reset(&state_->xxh);
  filled_ = 0;
}

std::string StreamDigest::finish() {
  close_block();
  return join_digests(blocks_);
}

}  // namespace hikkoshi::objects
