#include "traffic/testing/small_web.h"

#include <algorithm>
#include <cctype>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw Error(Retry::never, host + " is no IPv4 address");
  return address;
}

int bound_socket(const std::string& host) {
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = address_of(host, 0);
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor);
    throw Error(Retry::never, "cannot bind " + host);
  }
  return descriptor;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

/// False when the other side has gone.
bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(size_t(sent));
  }
  return true;
}

std::map<std::string, std::string> headers_of(const std::string& head) {
  std::map<std::string, std::string> headers;
  for (const std::string& line : split(head, '\n')) {
    size_t colon = line.find(':');
    if (colon == line.npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    std::string value(trim(line.substr(colon + 1)));
    auto [at, fresh] = headers.emplace(name, value);
    if (!fresh) at->second += ", " + value;
  }
  return headers;
}

size_t length_of(const std::string& head) {
  auto headers = headers_of(head);
  auto length = headers.find("content-length");
  return length == headers.end() ? 0 : std::stoul(length->second);
}

}  // namespace

std::uint16_t free_port() {
  int descriptor = bound_socket("127.0.0.1");
  std::uint16_t port = port_of(descriptor);
  ::close(descriptor);
  return port;
}

SmallServer::SmallServer(std::string name) : name_(std::move(name)) {
  listener_ = bound_socket("127.0.0.1");
  port_ = port_of(listener_);
  if (::listen(listener_, 64) != 0) throw Error(Retry::never, "cannot listen");
  acceptor_ = std::jthread([this](std::stop_token stop) { accept(stop); });
}

SmallServer::~SmallServer() {
  release();
  acceptor_.request_stop();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
  }
  workers_.clear();
  for (int descriptor : open_) ::close(descriptor);
  ::close(listener_);
}

void SmallServer::accept(std::stop_token stop) {
  while (!stop.stop_requested()) {
    int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    std::lock_guard lock(mutex_);
    open_.push_back(descriptor);
    workers_.emplace_back([this, descriptor] { serve(descriptor); });
  }
}

void SmallServer::serve(int descriptor) {
  std::string buffer;
  char piece[4096];
  for (;;) {
    size_t end = buffer.find("\r\n\r\n");
    if (end != buffer.npos && buffer.size() >= end + 4 + length_of(buffer.substr(0, end))) {
      std::string head = buffer.substr(0, end);
      buffer.erase(0, end + 4 + length_of(head));
      if (!send_all(descriptor, answer(head))) return;
      continue;
    }
    ssize_t got = ::recv(descriptor, piece, sizeof piece, 0);
    if (got <= 0) break;
    buffer.append(piece, size_t(got));
  }
  ::shutdown(descriptor, SHUT_RDWR);
}

std::string SmallServer::answer(const std::string& head) {
  auto words = split(head.substr(0, head.find("\r\n")), ' ');
  std::string path = words.size() > 1 ? words[1] : "";
  if (path == "/slow") {
    std::unique_lock lock(mutex_);
    ++slow_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
    --slow_;
  }
  int status = path.starts_with("/status/") ? std::stoi(path.substr(8)) : 200;
  if (std::lock_guard lock(mutex_); !first_.empty()) {
    status = first_.front();
    first_.erase(first_.begin());
  }
  std::string body = fmt::format("{} {} {}", name_, path, headers_of(head)["x-forwarded-for"]);
  return fmt::format("HTTP/1.1 {} Fine\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
                     status, body.size(), body);
}

void SmallServer::answer_first(std::vector<int> statuses) {
  std::lock_guard lock(mutex_);
  first_ = std::move(statuses);
}

void SmallServer::wait_for_slow(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return slow_ >= count; });
}

void SmallServer::release() {
  std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

SmallClient::SmallClient(const Endpoint& server, const std::string& from)
    : descriptor_(bound_socket(from)) {
  timeval limit{20, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address = address_of(server.host, server.port);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
  ::close(descriptor_);
  throw Error(Retry::never, "cannot connect to " + server.text());
}

SmallClient::~SmallClient() {
  ::close(descriptor_);
}

void SmallClient::send(const std::string& path, const std::string& host, const std::string& body) {
  std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
  // A connection that has ended shows itself at `receive`.
  send_all(descriptor_, fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}\r\n{}",
                                    body.empty() ? "GET" : "POST", path, host, length, body));
}

bool SmallClient::fill() {
  char piece[16384];
  ssize_t got = ::recv(descriptor_, piece, sizeof piece, 0);
  if (got > 0) buffer_.append(piece, size_t(got));
  return got > 0;
}

std::optional<SmallAnswer> SmallClient::receive() {
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos)
    if (!fill()) return {};
  std::string head = buffer_.substr(0, end);
  size_t length = length_of(head);
  while (buffer_.size() < end + 4 + length)
    if (!fill()) return {};
  SmallAnswer answer;
  answer.status = std::stoi(head.substr(head.find(' ') + 1));
  answer.headers = headers_of(head);
  answer.body = buffer_.substr(end + 4, length);
  buffer_.erase(0, end + 4 + length);
  return answer;
}

}  // namespace hikkoshi::traffic
