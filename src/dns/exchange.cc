#include "dns/exchange.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace hikkoshi::dns {
namespace {

constexpr size_t header_bytes = 12;           // RFC 1035 section 4.1.1
constexpr unsigned char response_bit = 0x80;  // QR, first bit of the third byte

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList look_up(const std::string& host, const char* port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  if (getaddrinfo(host.c_str(), port, &hints, &list) != 0) list = nullptr;
  return {list, &freeaddrinfo};
}

/// A connected non-blocking socket with a deadline.
class Connection {
 public:
  Connection(const Endpoint& server, int kind, Millis timeout)
      : deadline_(std::chrono::steady_clock::now() + timeout) {
    AddressList address =
        look_up(server.host, std::to_string(server.port).c_str(), AI_NUMERICHOST | AI_NUMERICSERV);
    if (!address) {
      fault_ = "'" + server.host + "' is no address";
      return;
    }
    descriptor_ = socket(address->ai_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ >= 0 && connect_to(*address)) return;
    no_route_ = errno == ENETUNREACH || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
    fault_ = std::strerror(errno);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  const std::string& fault() const { return fault_; }  ///< Empty while all is well.
  Exchange failure() const { return {"", sent_, no_route_, fault_}; }

  bool send_all(const std::string& bytes) {
    for (size_t done = 0; done < bytes.size();) {
      ssize_t count = send(descriptor_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (count < 0 && !may_wait(POLLOUT)) return false;
      if (count > 0) {
        done += static_cast<size_t>(count);
        sent_ = true;
      }
    }
    return true;
  }

  /// Waits for a piece of at most `limit` bytes; empty: fault() says why.
  std::optional<std::string> receive(size_t limit) {
    std::string piece(limit, '\0');
    // The clock is asked each time: a flood of datagrams must not keep us here.
    while (std::chrono::steady_clock::now() < deadline_) {
      ssize_t count = recv(descriptor_, piece.data(), limit, 0);
      if (count >= 0) {
        piece.resize(static_cast<size_t>(count));
        return piece;
      }
      if (!may_wait(POLLIN)) return std::nullopt;
    }
    fault_ = "no answer in time";
    return std::nullopt;
  }

  std::optional<std::string> receive_exactly(size_t length) {
    std::string bytes;
    while (bytes.size() < length) {
      std::optional<std::string> piece = receive(length - bytes.size());
      if (!piece) return std::nullopt;
      if (piece->empty()) {
        fault_ = "it closed the connection";
        return std::nullopt;
      }
      bytes += *piece;
    }
    return bytes;
  }

 private:
  bool connect_to(const addrinfo& address) {
    if (connect(descriptor_, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS) return false;
    if (!ready(POLLOUT)) {
      errno = ETIMEDOUT;
      return false;
    }
    int outcome = 0;
    socklen_t size = sizeof outcome;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &outcome, &size);
    errno = outcome;
    return outcome == 0;
  }

  /// After a call that failed: true when it is worth another try, having waited for `events`.
  bool may_wait(short events) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      fault_ = std::strerror(errno);
      return false;
    }
    if (ready(events)) return true;
    fault_ = "no answer in time";
    return false;
  }

  bool ready(short events) {
    while (true) {
      auto left = std::chrono::ceil<Millis>(deadline_ - std::chrono::steady_clock::now());
      if (left <= Millis(0)) return false;
      pollfd waiting{descriptor_, events, 0};
      int count = poll(&waiting, 1, static_cast<int>(std::min<long>(left.count(), 60'000)));
      if (count > 0) return true;
      if (count < 0 && errno != EINTR) return false;
    }
  }

  std::chrono::steady_clock::time_point deadline_;
  int descriptor_ = -1;
  bool sent_ = false;  // some byte has left
  bool no_route_ = false;
  std::string fault_;
};

bool answers(const std::string& reply, const std::string& message) {
  return reply.size() >= header_bytes && reply[0] == message[0] && reply[1] == message[1] &&
         (static_cast<unsigned char>(reply[2]) & response_bit) != 0;
}

}  // namespace

std::vector<std::string> addresses_of(const std::string& host) {
  std::vector<std::string> result;
  AddressList list = look_up(host, nullptr, 0);
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    if (std::find(result.begin(), result.end(), text) == result.end()) result.emplace_back(text);
  }
  return result;
}

Exchange exchange_udp(const Endpoint& server, const std::string& message, Millis timeout) {
  HIKKOSHI_ASSERT(message.size() >= header_bytes);
  Connection connection(server, SOCK_DGRAM, timeout);
  if (!connection.fault().empty()) return connection.failure();
  if (!connection.send_all(message)) return connection.failure();
  while (true) {
    std::optional<std::string> reply = connection.receive(65535);
    if (!reply) return connection.failure();
    if (answers(*reply, message)) return {*reply, true, false, ""};
  }
}

Exchange exchange_tcp(const Endpoint& server, const std::string& message, Millis timeout) {
  HIKKOSHI_ASSERT(message.size() >= header_bytes && message.size() <= 65535);
  Connection connection(server, SOCK_STREAM, timeout);
  if (!connection.fault().empty()) return connection.failure();
  std::string framed{static_cast<char>(message.size() >> 8),
                     static_cast<char>(message.size() & 0xff)};
  if (!connection.send_all(framed + message)) return connection.failure();
  std::optional<std::string> length = connection.receive_exactly(2);
  if (!length) return connection.failure();
  size_t size = static_cast<unsigned char>((*length)[0]) * size_t{256} +
                static_cast<unsigned char>((*length)[1]);
  std::optional<std::string> reply = connection.receive_exactly(size);
  if (!reply) return connection.failure();
  if (!answers(*reply, message))
    return {"", true, false, "its reply is no answer to what was asked"};
  return {*reply, true, false, ""};
}

}  // namespace hikkoshi::dns
