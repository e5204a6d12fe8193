#include "engine/hand.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace hikkoshi::engine {

namespace {

bool look_on() {
  return true;
}

}  // namespace

class EveryHand : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Hand, EveryHand, testing::Bool(),
                         [](const auto& info) { return info.param ? "Threads" : "Inline"; });

TEST_P(EveryHand, returns_the_failure_that_the_work_threw) {
  Hand hand(GetParam());
  auto failure = hand.run([](std::stop_token) { throw Error(Retry::never, "no"); }, look_on);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->retry(), Retry::never);
  EXPECT_FALSE(hand.run([](std::stop_token) {}, look_on));
}

TEST_P(EveryHand, runs_messages_of_the_work_on_the_owner_s_thread_before_it_goes_on) {
  Hand hand(GetParam());
  std::thread::id owner = std::this_thread::get_id();
  std::vector<int> order;
  auto failure = hand.run(
      [&](std::stop_token) {
        for (int i = 0; i < 100; i += 2) {
          hand.ask_owner([&] {
            EXPECT_EQ(std::this_thread::get_id(), owner);
            order.push_back(i);
          });
          order.push_back(i + 1);
        }
      },
      look_on);
  EXPECT_FALSE(failure);
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[size_t(i)], i);
}

TEST_P(EveryHand, signals_the_stop_token_when_looking_says_so_and_waits_for_the_work) {
  Hand hand(GetParam());
  bool ended = false;
  auto failure = hand.run(
      [&](std::stop_token stop) {
        while (!stop.stop_requested()) std::this_thread::yield();
        ended = true;
      },
      [] { return false; });
  EXPECT_FALSE(failure);
  EXPECT_TRUE(ended);
}

TEST(Hand, lets_no_work_wait_for_an_owner_whose_message_threw) {
  Hand hand(true);
  std::atomic<bool> told{false};
  EXPECT_THROW(hand.run(
                   [&](std::stop_token) {
                     try {
                       hand.ask_owner([] { throw Error(Retry::safe, "the disk is full"); });
                     } catch (const Error& error) {
                       told = error.retry() == Retry::ask;
                     }
                   },
                   look_on),
               Error);
  EXPECT_TRUE(told);
}

TEST(Hand, stops_and_joins_the_work_when_looking_throws) {
  Hand hand(true);
  std::atomic<bool> ended{false};
  EXPECT_THROW(hand.run(
                   [&](std::stop_token stop) {
                     while (!stop.stop_requested()) std::this_thread::yield();
                     ended = true;
                   },
                   []() -> bool { throw std::runtime_error("looking failed"); }),
               std::runtime_error);
  EXPECT_TRUE(ended);
}

}  // namespace hikkoshi::engine
