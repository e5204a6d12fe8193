#include "dns/name.h"

#include <gtest/gtest.h>

namespace hikkoshi::dns {
namespace {

TEST(Name, is_lower_case_without_the_final_dot) {
  EXPECT_EQ(normal_name("WWW.Shop.Test."), "www.shop.test");
  EXPECT_EQ(normal_name("shop.test"), "shop.test");
  EXPECT_EQ(normal_name("."), "");
}

TEST(Name, may_be_written_only_with_letters_digits_hyphens_and_underscores) {
  for (const char* good : {"shop.test", "_sip._tcp.shop.test", "*.shop.test", "a-1.test"}) {
    EXPECT_TRUE(is_valid_name(good)) << good;
  }
  for (const char* bad :
       {"", ".", "a..b", "a b", "a\nb", "a;b", "x*.test", "a.*.test", "a\\046b"}) {
    EXPECT_FALSE(is_valid_name(bad)) << bad;
  }
}

TEST(Name, has_labels_of_63_and_253_characters_in_all_at_most) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_valid_name(label));
  EXPECT_FALSE(is_valid_name(label + "a"));
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_TRUE(is_valid_name(longest));
  EXPECT_FALSE(is_valid_name(longest + "a"));
}

TEST(Name, is_inside_a_zone_at_a_dot_only) {
  EXPECT_TRUE(is_inside("shop.test", "shop.test"));
  EXPECT_TRUE(is_inside("www.shop.test", "shop.test"));
  EXPECT_FALSE(is_inside("workshop.test", "shop.test"));
  EXPECT_FALSE(is_inside("test", "shop.test"));
}

}  // namespace
}  // namespace hikkoshi::dns
