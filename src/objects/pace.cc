#include "objects/pace.h"

#include <algorithm>

namespace hikkoshi::objects {
namespace {

constexpr double worth = 1.05;     // A step that gains less than this is taken back.
constexpr int step = 4;            // Workers.
constexpr int rest = 8;            // Windows between two tries at the top.
constexpr Millis one_storm{1000};  // Answers to requests that were sent before we slowed down.

}  // namespace

void Pace::window(double done) {
  if (trying_ && rate_ > 0 && done < rate_ * worth) {
    workers_ = std::max(limits_.lowest, workers_ - step);
    trying_ = false;
    calm_ = rest;
    return;
  }
  rate_ = trying_ ? done : (rate_ + done) / 2;
  if (calm_ > 0) --calm_;
  trying_ = calm_ == 0 && workers_ < limits_.highest;
  if (trying_) workers_ = std::min(limits_.highest, workers_ + step);
}

void Pace::slow_down(Millis now) {
  if (now - slowed_ < one_storm) return;
  slowed_ = now;
  workers_ = std::max(limits_.lowest, workers_ / 2);
  trying_ = false;
  calm_ = rest;
  rate_ = 0;
}

}  // namespace hikkoshi::objects
