#include "engine/attempt.h"

#include <string>

namespace hikkoshi::engine {

std::optional<Error> attempt(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(Retry::ask, std::string("unexpected: ") + error.what());
  }
}

}  // namespace hikkoshi::engine
