#include "base/error.h"

#include <gtest/gtest.h>

namespace hikkoshi {

TEST(Error, gains_context_from_the_inside_out) {
  Error error(Retry::ask, "lost connection");
  error.in("frames.orders").in("copy");
  EXPECT_STREQ(error.what(), "copy: frames.orders: lost connection");
  EXPECT_EQ(error.retry(), Retry::ask);
  EXPECT_EQ(error.exit(), Exit::failed);
}

TEST(Error, carries_a_remedy_and_an_exit_code_through_a_throw) {
  try {
    throw Error(Retry::never, "access denied", Exit::authentication).remedy("check the password");
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::authentication);
    EXPECT_EQ(error.remedy(), "check the password");
  }
}

TEST(Error, names_its_verdicts) {
  EXPECT_EQ(to_string(Retry::safe), "safe");
  EXPECT_EQ(to_string(Retry::never), "never");
  EXPECT_EQ(to_string(Retry::ask), "ask");
}

TEST(Assertion, ends_the_program_and_names_the_place) {
  EXPECT_DEATH(HIKKOSHI_ASSERT(1 + 1 == 3), "error_test.cc:.*1 \\+ 1 == 3");
}

}  // namespace hikkoshi
