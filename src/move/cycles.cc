#include "move/cycles.h"

#include <algorithm>
#include <set>

namespace hikkoshi::move {

namespace {

/// Takes away, again and again, names that refer to nothing left (Kahn 1962): what remains leads
/// into a circle.
void keep_circular(References& references) {
  std::map<std::string, std::vector<std::string>> referrers;
  std::map<std::string, size_t> left;
  std::vector<std::string> ends;
  for (const auto& [name, targets] : references) {
    std::set<std::string> known;
    for (const std::string& target : targets)
      if (references.contains(target)) known.insert(target);
    for (const std::string& target : known) referrers[target].push_back(name);
    left[name] = known.size();
    if (known.empty()) ends.push_back(name);
  }
  while (!ends.empty()) {
    std::string end = std::move(ends.back());
    ends.pop_back();
    for (const std::string& referrer : referrers[end])
      if (--left[referrer] == 0) ends.push_back(referrer);
    references.erase(end);
  }
}

/// Some circle of a graph in which every name leads on.
std::vector<std::string> walk(const References& references) {
  std::vector<std::string> path;
  std::map<std::string, size_t> visited;
  std::string at = references.begin()->first;
  while (visited.emplace(at, path.size()).second) {
    path.push_back(at);
    const auto& targets = references.at(at);
    at = *std::ranges::find_if(
        targets, [&](const std::string& target) { return references.contains(target); });
  }
  path.erase(path.begin(), path.begin() + std::ptrdiff_t(visited.at(at)));
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  return path;
}

}  // namespace

std::vector<std::vector<std::string>> cycles(References references, size_t limit) {
  std::vector<std::vector<std::string>> found;
  while (found.size() < limit) {
    keep_circular(references);
    if (references.empty()) break;
    found.push_back(walk(references));
    for (const std::string& name : found.back()) references.erase(name);
  }
  return found;
}

}  // namespace hikkoshi::move
