#include "engine/retry.h"

#include <gtest/gtest.h>

#include "engine/attempt.h"

namespace hikkoshi::engine {

TEST(Retry, never_means_never) {
  EXPECT_FALSE(next_delay({}, Retry::never, 1, [] { return 0.0; }));
}

TEST(Retry, ends_at_its_limit) {
  RetryPolicy policy{.limit = 3};
  EXPECT_TRUE(next_delay(policy, Retry::safe, 2, [] { return 0.0; }));
  EXPECT_FALSE(next_delay(policy, Retry::safe, 3, [] { return 0.0; }));
}

TEST(Retry, doubles_up_to_the_longest_with_half_of_it_jitter) {
  RetryPolicy policy{.limit = 100, .first = Millis(100), .longest = Millis(1000)};
  auto least = [&](int attempts) {
    return *next_delay(policy, Retry::ask, attempts, [] { return 0.0; });
  };
  auto most = [&](int attempts) {
    return *next_delay(policy, Retry::ask, attempts, [] { return 0.999; });
  };
  EXPECT_EQ(least(1), Millis(50));
  EXPECT_EQ(most(1), Millis(99));
  EXPECT_EQ(least(3), Millis(200));
  EXPECT_EQ(least(9), Millis(500));
  EXPECT_EQ(most(99), Millis(999));
}

TEST(Attempt, keeps_an_error_as_it_is_and_calls_a_library_s_unknown) {
  EXPECT_FALSE(attempt([] {}));
  auto known = attempt([] { throw Error(Retry::never, "no", Exit::authentication); });
  ASSERT_TRUE(known);
  EXPECT_EQ(known->exit(), Exit::authentication);
  auto strange = attempt([] { throw std::runtime_error("odd"); });
  ASSERT_TRUE(strange);
  EXPECT_EQ(strange->retry(), Retry::ask);
}

}  // namespace hikkoshi::engine
