#include "objects/digest.h"

#include <gtest/gtest.h>

namespace hikkoshi::objects {
namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  return text;
}

TEST(Digest, is_what_xxhsum_H2_prints) {
  EXPECT_EQ(hex(block_digest("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hex(block_digest("abc")), "06b05ab6733a618578af5f94892f3950");
}

TEST(Digest, is_the_same_for_blocks_and_for_a_stream_in_pieces) {
  std::string bytes(1000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(i * 7 + i / 256);
  for (size_t size : {0u, 1u, 99u, 100u, 101u, 200u, 1000u}) {
    const std::string_view whole = std::string_view(bytes).substr(0, size);
    std::vector<std::string> blocks;
    for (size_t at = 0; at == 0 || at < size; at += 100) {
      blocks.push_back(block_digest(whole.substr(at, 100)));
    }
    for (size_t piece : {1u, 33u, 100u, 1000u}) {
      StreamDigest stream(100);
      for (size_t at = 0; at < size; at += piece) stream.add(whole.substr(at, piece));
      EXPECT_EQ(stream.finish(), join_digests(blocks)) << size << " in pieces of " << piece;
    }
  }
}

TEST(Digest, differs_for_swapped_blocks) {
  const std::string a = block_digest("a"), b = block_digest("b");
  EXPECT_NE(join_digests({a, b}), join_digests({b, a}));
}

}  // namespace
}  // namespace hikkoshi::objects
