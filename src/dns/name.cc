#include "dns/name.h"

#include <algorithm>

#include "base/text.h"

namespace hikkoshi::dns {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

std::string normal_name(std::string_view name) {
  if (name.ends_with('.') && !name.ends_with("\\.")) name.remove_suffix(1);
  std::string result(name);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool is_valid_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  bool first = true;
  for (const std::string& label : split(name, '.')) {
    if (label.empty() || label.size() > 63) return false;
    bool wildcard = first && label == "*";
    if (!wildcard && !std::all_of(label.begin(), label.end(), is_label_character)) return false;
    first = false;
  }
  return true;
}

bool is_inside(std::string_view name, std::string_view zone) {
  if (zone.empty() || name == zone) return true;
  return name.size() > zone.size() && name.ends_with(zone) &&
         name[name.size() - zone.size() - 1] == '.';
}

}  // namespace hikkoshi::dns
