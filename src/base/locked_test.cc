#include "base/locked.h"

#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hikkoshi {

TEST(Locked, loses_no_change_of_many_threads) {
  Locked<std::map<int, int>> counts;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread)
      threads.emplace_back([&counts] {
        for (int i = 0; i < 1000; ++i) counts.with([i](auto& map) { ++map[i % 10]; });
      });
  }
  for (const auto& [key, count] : counts.copy()) EXPECT_EQ(count, 800) << key;
}

TEST(Locked, gives_back_what_the_function_says) {
  Locked<std::string> text{std::string("abc")};
  EXPECT_EQ(text.with([](std::string& value) { return value.size(); }), 3u);
  text.with([](std::string& value) { value += "d"; });
  EXPECT_EQ(text.copy(), "abcd");
}

TEST(Locked, copy_is_not_changed_with_the_original) {
  Locked<std::vector<int>> numbers;
  auto before = numbers.copy();
  numbers.with([](auto& list) { list.push_back(1); });
  EXPECT_TRUE(before.empty());
  EXPECT_EQ(numbers.copy().size(), 1u);
}

}  // namespace hikkoshi
