#include <fmt/format.h>

#include "base/error.h"
#include "report/report.h"

namespace hikkoshi::report {

namespace {

[[noreturn]] void reject_outside(const std::string& file, const std::string& fault) {
  throw Error(Retry::never, fmt::format("{} is not what a load program saw: {}", file, fault),
              Exit::usage)
      .remedy("lab/README.md says the shape");
}

void require_numbers(const Json& object, const std::string& file, const std::string& place,
                     std::initializer_list<const char*> keys) {
  if (!object.is_object()) reject_outside(file, place + " is no object");
  for (const char* key : keys)
    if (object.contains(key) && !object[key].is_number())
      reject_outside(file, fmt::format("{}.{} is no number", place, key));
}

}  // namespace

void require_outside(const Json& outside, const std::string& file) {
  if (!outside.is_object()) reject_outside(file, "it is no object");
  if (outside.contains("requests"))
    require_numbers(outside["requests"], file, "requests", {"total", "failed", "paged"});
  if (!outside.contains("timeline")) return;
  if (!outside["timeline"].is_array()) reject_outside(file, "timeline is no list");
  for (const Json& second : outside["timeline"])
    require_numbers(second, file, "timeline[]", {"ok", "paged", "failed"});
}

}  // namespace hikkoshi::report
