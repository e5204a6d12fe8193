#include "objects/bucket.h"

#include <gtest/gtest.h>

namespace hikkoshi::objects {
namespace {

TEST(ObjectMeta, differs_in_what_a_reader_would_notice) {
  ObjectMeta left, right;
  right.content_type = "binary/octet-stream";
  right.storage_class = "STANDARD";
  EXPECT_EQ(differences(left, right), std::vector<std::string>());
  right.content_type = "image/png";
  right.tags = {{"a", "b"}};
  right.access = {{"AllUsers", "READ"}};
  const auto found = differences(left, right);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "Content-Type is \"binary/octet-stream\" and \"image/png\"");
  EXPECT_EQ(found[1], "tags is \"\" and \"a=b\"");
  EXPECT_EQ(found[2], "access is \"\" and \"AllUsers READ\"");
}

TEST(ObjectKey, has_1_to_1024_bytes) {
  EXPECT_EQ(key_fault(std::string(1024, 'k')), "");
  EXPECT_NE(key_fault(std::string(1025, 'k')), "");
  EXPECT_NE(key_fault(""), "");
}

TEST(ObjectKey, is_a_path_when_every_part_is_a_name) {
  EXPECT_EQ(path_key_fault("a/b c/...jpg"), "");
  for (const char* key : {"/a", "a/", "a//b", "../a", "a/..", "./a", "."}) {
    EXPECT_NE(path_key_fault(key), "") << key;
  }
  EXPECT_NE(path_key_fault(std::string("a\0b", 3)), "");
  EXPECT_NE(path_key_fault(std::string(256, 'k')), "");
}

}  // namespace
}  // namespace hikkoshi::objects
