#include "move/cycles.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

using Circles = std::vector<std::vector<std::string>>;

TEST(Cycles, are_none_in_chains_and_diamonds) {
  EXPECT_EQ(cycles({}), Circles{});
  EXPECT_EQ(cycles({{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}}), Circles{});
}

TEST(Cycles, of_one_two_and_three_are_found) {
  EXPECT_EQ(cycles({{"a", {"a"}}}), (Circles{{"a"}}));
  EXPECT_EQ(cycles({{"b", {"a"}}, {"a", {"b"}}}), (Circles{{"a", "b"}}));
  EXPECT_EQ(cycles({{"c", {"a"}}, {"a", {"b"}}, {"b", {"c"}}}), (Circles{{"a", "b", "c"}}));
}

TEST(Cycles, leave_out_the_names_that_only_lead_to_them) {
  EXPECT_EQ(cycles({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b", "x"}}}), (Circles{{"b", "c"}}));
}

TEST(Cycles, that_share_no_name_are_all_found_up_to_the_limit) {
  EXPECT_EQ(cycles({{"a", {"a"}}, {"b", {"c"}}, {"c", {"b"}}}), (Circles{{"a"}, {"b", "c"}}));
  References many;
  for (int i = 0; i < 50; ++i) many["n" + std::to_string(i)] = {"n" + std::to_string(i)};
  EXPECT_EQ(cycles(many, 3).size(), 3u);
}

TEST(Cycles, may_be_very_long) {
  References chain;
  for (int i = 0; i < 5'000; ++i)
    chain["n" + std::to_string(i)] = {"n" + std::to_string((i + 1) % 5'000)};
  Circles found = cycles(chain);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].size(), 5'000u);
  EXPECT_EQ(found[0][0], "n0");
}

}  // namespace hikkoshi::move
