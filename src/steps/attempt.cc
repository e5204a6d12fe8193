#include "steps/attempt.h"

namespace hikkoshi::steps {

std::optional<Error> attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return {};
}

}  // namespace hikkoshi::steps
