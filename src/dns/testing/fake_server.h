// For tests: a server on 127.0.0.1 that says whatever a test wants, by UDP and TCP, and the bytes
// to say, made without the library that the product reads them with.
#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"

namespace hikkoshi::dns {

inline std::string big_endian(std::uint64_t number, int bytes) {
  std::string result;
  for (int i = bytes - 1; i >= 0; --i) result += static_cast<char>(number >> (8 * i) & 0xff);
  return result;
}

/// "www.test" as labels.
inline std::string wire_name(const std::string& name) {
  std::string result;
  for (size_t start = 0; start < name.size();) {
    size_t end = std::min(name.find('.', start), name.size());
    result += static_cast<char>(end - start) + name.substr(start, end - start);
    start = end + 1;
  }
  return result + '\0';
}

/// A record of the name that was asked for; `code` is the type.
inline std::string wire_record(int code, std::uint32_t ttl, const std::string& data) {
  return "\xc0\x0c" + big_endian(static_cast<std::uint64_t>(code), 2) + big_endian(1, 2) +
         big_endian(ttl, 4) + big_endian(data.size(), 2) + data;
}

inline std::string question_of(const std::string& query) {
  size_t end = query.find('\0', 12);
  return query.substr(12, end + 5 - 12);
}

constexpr int authoritative = 0x8400, truncated = 0x8600, update = 0xa800;

/// A reply to `query` with these flags (RFC 1035 section 4.1.1) and answers.
inline std::string reply_to(const std::string& query, int flags,
                            const std::vector<std::string>& records = {}) {
  std::string reply = query.substr(0, 2) + big_endian(static_cast<std::uint64_t>(flags), 2) +
                      big_endian(1, 2) + big_endian(records.size(), 2) + big_endian(0, 4) +
                      question_of(query);
  for (const std::string& record : records) reply += record;
  return reply;
}

struct Signature {
  std::string key = "mover";
  std::string secret = "hikkoshi-test-key-of-32-bytes!!!";
  std::int64_t time = std::time(nullptr);
  int error = 0;
  std::string other = {};
};

/// Adds a TSIG of RFC 8945 to the reply to an UPDATE that was signed with a key of 32 bytes and
/// hmac-sha256.
inline std::string sign(std::string reply, const std::string& query, const Signature& with = {}) {
  const std::string name = wire_name(with.key), algorithm = wire_name("hmac-sha256");
  const std::string mac = query.substr(query.size() - 6 - 32, 32);  // then id, error, no other
  const std::string time =
      big_endian(static_cast<std::uint64_t>(with.time), 6) + big_endian(300, 2);
  const std::string rest = big_endian(static_cast<std::uint64_t>(with.error), 2) +
                           big_endian(with.other.size(), 2) + with.other;
  const std::string covered = big_endian(32, 2) + mac + reply + name + big_endian(255, 2) +
                              big_endian(0, 4) + algorithm + time + rest;
  unsigned char digest[32];
  HMAC(EVP_sha256(), with.secret.data(), static_cast<int>(with.secret.size()),
       reinterpret_cast<const unsigned char*>(covered.data()), covered.size(), digest, nullptr);
  const std::string data = algorithm + time + big_endian(32, 2) +
                           std::string(reinterpret_cast<char*>(digest), 32) + query.substr(0, 2) +
                           rest;
  reply[11] = 1;  // ARCOUNT
  return reply + name + big_endian(250, 2) + big_endian(255, 2) + big_endian(0, 4) +
         big_endian(data.size(), 2) + data;
}

class FakeServer {
 public:
  /// Given a message, what to send back: nothing, one or several.
  using Say = std::function<std::vector<std::string>(const std::string& query)>;

  FakeServer(Say by_udp, Say by_tcp) : by_udp_(std::move(by_udp)), by_tcp_(std::move(by_tcp)) {
    // The same port must be free for both: the first that UDP gets may be taken for TCP.
    for (int i = 0; i < 50 && !open_both(); ++i) close_both();
    if (port_ == 0) throw std::runtime_error("no free port");
    thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
  }
  ~FakeServer() {
    thread_.request_stop();
    thread_.join();
    close_both();
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

 private:
  bool open_both() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    udp_ = socket(AF_INET, SOCK_DGRAM, 0);
    tcp_ = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(udp_, generic, size) != 0 || getsockname(udp_, generic, &size) != 0) return false;
    if (bind(tcp_, generic, size) != 0 || listen(tcp_, 8) != 0) return false;
    port_ = ntohs(address.sin_port);
    return true;
  }

  void close_both() {
    close(udp_);
    close(tcp_);
  }

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting[2] = {{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}};
      poll(waiting, 2, 10);
      if ((waiting[0].revents & POLLIN) != 0) answer_udp();
      if ((waiting[1].revents & POLLIN) != 0) answer_tcp();
    }
  }

  void answer_udp() {
    char bytes[4096];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t count =
        recvfrom(udp_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return;
    for (const auto& reply : by_udp_({bytes, static_cast<size_t>(count)})) {
      sendto(udp_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  /// Sends the bytes as they are: a test adds the length, right or wrong. Then hangs up.
  void answer_tcp() {
    int connection = accept(tcp_, nullptr, nullptr);
    std::string bytes(65537, '\0');
    ssize_t count = recv(connection, bytes.data(), bytes.size(), 0);
    if (count > 2) {
      for (const auto& reply : by_tcp_(bytes.substr(2, static_cast<size_t>(count) - 2))) {
        send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
      }
    }
    close(connection);
  }

  Say by_udp_, by_tcp_;
  int udp_ = -1, tcp_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

/// With TCP's length in front.
inline std::string framed(const std::string& message) {
  return big_endian(message.size(), 2) + message;
}

}  // namespace hikkoshi::dns
