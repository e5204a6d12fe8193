#include "traffic/mem_balancer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "traffic/page.h"

namespace hikkoshi::traffic {

namespace {

constexpr const char* rules = "# our rules\n";

/// An address as bits; IPv4 in 4 bytes, IPv6 in 16, empty when it is none.
std::string bits_of(const std::string& address) {
  std::array<char, 16> bits{};
  if (::inet_pton(AF_INET, address.c_str(), bits.data()) == 1) return {bits.data(), 4};
  if (::inet_pton(AF_INET6, address.c_str(), bits.data()) == 1) return {bits.data(), 16};
  return "";
}

bool contains(const std::string& network, const std::string& address) {
  size_t slash = network.find('/');
  std::string base = bits_of(network.substr(0, slash)), bits = bits_of(address);
  if (base.empty() || base.size() != bits.size()) return false;
  size_t length = slash == network.npos ? base.size() * 8 : std::stoul(network.substr(slash + 1));
  for (size_t bit = 0; bit < length; ++bit)
    if ((base[bit / 8] ^ bits[bit / 8]) >> (7 - bit % 8) & 1) return false;
  return true;
}

std::string host_of(std::string header) {
  size_t colon = header.rfind(':');
  if (colon != header.npos && colon + 1 < header.size() &&
      header.find_first_not_of("0123456789", colon + 1) == header.npos)
    header.resize(colon);
  std::transform(header.begin(), header.end(), header.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return header;
}

bool meant(const Page& page, const MemRequest& request) {
  auto any = [](const std::vector<std::string>& list, auto matches) {
    return std::any_of(list.begin(), list.end(), matches);
  };
  if (any(page.allow, [&](auto& network) { return contains(network, request.from); })) return false;
  bool path = page.paths.empty() ||
              any(page.paths, [&](auto& prefix) { return request.path.starts_with(prefix); });
  bool host = page.hosts.empty() ||
              any(page.hosts, [&](auto& name) { return host_of(name) == host_of(request.host); });
  return path && host;
}

}  // namespace

MemBalancer::MemBalancer(std::string name, std::string configuration)
    : name_(std::move(name)), configuration_(std::move(configuration)) {}

std::vector<Finding> MemBalancer::examine() {
  std::lock_guard lock(mutex_);
  return findings_;
}

State MemBalancer::state() {
  std::lock_guard lock(mutex_);
  State state = state_;
  state.prepared = state_.prepared && configuration_ == rules + original_;
  if (state_.prepared && !state.prepared) state.difference = "changed since prepared";
  return state;
}

void MemBalancer::prepare() {
  std::lock_guard lock(mutex_);
  if (state_.prepared && configuration_ != rules + original_)
    throw Error(Retry::never, name_ + " was changed by somebody else", Exit::needs_human);
  if (state_.prepared) return;
  original_ = configuration_;
  configuration_ = rules + original_;
  state_.prepared = true;
}

void MemBalancer::restore() {
  std::lock_guard lock(mutex_);
  if (!state_.prepared) return;
  if (configuration_ != rules + original_ && configuration_ != original_)
    throw Error(Retry::never, name_ + " was changed by somebody else", Exit::needs_human);
  configuration_ = original_;
  state_.prepared = false;
  state_.page.reset();
  state_.forward.reset();
}

void MemBalancer::require_prepared() const {
  if (!state_.prepared)
    throw Error(Retry::never, name_ + " runs without our rules", Exit::needs_human);
}

void MemBalancer::set_page(const std::optional<Page>& page) {
  if (page) check(*page);
  std::lock_guard lock(mutex_);
  require_prepared();
  state_.page = page;
}

void MemBalancer::forward_to(const std::optional<Endpoint>& target) {
  if (target) check_target(*target);
  std::lock_guard lock(mutex_);
  require_prepared();
  state_.forward = target;
}

MemAnswer MemBalancer::answer(const MemRequest& request) {
  std::lock_guard lock(mutex_);
  ++state_.requests;
  if (state_.page && meant(*state_.page, request)) {
    long seconds = (state_.page->retry_after.count() + 999) / 1000;
    return {503, state_.page->body, std::to_string(seconds), "no-store", ""};
  }
  std::string server = state_.forward ? state_.forward->text() : "own";
  return {200, server + " " + request.path, "", "", server};
}

std::string MemBalancer::configuration() const {
  std::lock_guard lock(mutex_);
  return configuration_;
}

void MemBalancer::set_configuration(std::string text) {
  std::lock_guard lock(mutex_);
  configuration_ = std::move(text);
}

void MemBalancer::set_in_flight(std::uint64_t count) {
  std::lock_guard lock(mutex_);
  state_.in_flight = count;
}

void MemBalancer::set_sick(std::vector<std::string> servers) {
  std::lock_guard lock(mutex_);
  state_.sick = std::move(servers);
}

void MemBalancer::set_findings(std::vector<Finding> findings) {
  std::lock_guard lock(mutex_);
  findings_ = std::move(findings);
}

}  // namespace hikkoshi::traffic
