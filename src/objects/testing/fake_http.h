// For tests: an HTTP server on 127.0.0.1 that says whatever a test wants, byte for byte.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hikkoshi::objects {

/// One connection at a time. `reply` gets the request with its body and gives all bytes of the
/// answer; an empty answer hangs up.
class FakeHttp {
 public:
  using Reply = std::function<std::string(const std::string& request)>;

  explicit FakeHttp(Reply reply) : reply_(std::move(reply)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0) {
      std::abort();
    }
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::jthread([this] { serve(); });
  }
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;
  ~FakeHttp() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  const std::string& url() const { return url_; }

  static std::string answer(const std::string& status, const std::string& body,
                            const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
  }
  static std::string error(const std::string& status, const std::string& code) {
    return answer(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>");
  }

 private:
  void serve() {
    for (int peer; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      // Every answer ends its connection, so that tests need not wait for idle ones.
      const std::string request = read(peer);
      const std::string said = reply_(request);
      ::send(peer, said.data(), said.size(), MSG_NOSIGNAL);
    }
  }

  static std::string read(int peer) {
    std::string request;
    char bytes[4096];
    size_t whole = std::string::npos;
    while (request.size() < whole) {
      const ssize_t got = ::read(peer, bytes, sizeof bytes);
      if (got <= 0) break;
      request.append(bytes, size_t(got));
      const size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const size_t length = request.find("Content-Length: ");
      whole = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
    }
    return request;
  }

  Reply reply_;
  int listener_ = -1;
  std::string url_;
  std::jthread thread_;
};

}  // namespace hikkoshi::objects
