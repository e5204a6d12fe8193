#include "base/error.h"

#include <cstdio>
#include <utility>

namespace hikkoshi {

Error::Error(Retry retry, std::string message, Exit exit)
    : retry_(retry), exit_(exit), message_(std::move(message)) {}

Error& Error::in(std::string_view context) & {
  message_ = std::string(context) + ": " + message_;
  return *this;
}

Error&& Error::in(std::string_view context) && {
  in(context);
  return std::move(*this);
}

Error&& Error::remedy(std::string text) && {
  remedy_ = std::move(text);
  return std::move(*this);
}

std::string_view to_string(Retry retry) {
  switch (retry) {
    case Retry::safe:
      return "safe";
    case Retry::never:
      return "never";
    case Retry::ask:
      return "ask";
  }
  return "ask";
}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: bug: assertion failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace hikkoshi
