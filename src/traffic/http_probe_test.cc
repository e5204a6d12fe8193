#include "traffic/http_probe.h"

#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "traffic/testing/small_web.h"

namespace hikkoshi::traffic {

using namespace std::chrono_literals;

template <typename Action>
Retry verdict(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.retry();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Retry::ask;
}

/// Takes one connection, reads a request and answers with these bytes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    endpoint = {"127.0.0.1", ntohs(address.sin_port)};
    thread_ = std::jthread([this, bytes = std::move(bytes)] {
      int client = ::accept(listener_, nullptr, nullptr);
      char buffer[4096];
      ssize_t got = ::recv(client, buffer, sizeof buffer, 0);
      if (got > 0) request.assign(buffer, size_t(got));
      ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ::close(client);
    });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  Endpoint endpoint;
  std::string request;

 private:
  int listener_;
  std::jthread thread_;
};

TEST(HttpProbe, gives_status_type_and_body) {
  SmallServer server("web1");
  Response found = get(server.endpoint(), "frames.test", "/a?b=c", 5s);
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.content_type, "text/plain");
  EXPECT_EQ(found.body, "web1 /a?b=c ");
  EXPECT_EQ(get(server.endpoint(), "frames.test", "/status/404", 5s).status, 404);
}

TEST(HttpProbe, sends_the_host_header_and_the_path_as_they_are) {
  OneAnswer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  Response found = get(server.endpoint, "img.shop.test:8080", "/a/../b", 5s);
  EXPECT_EQ(found.status, 302) << "a redirect is an answer, not a way";
  EXPECT_TRUE(server.request.starts_with("GET /a/../b HTTP/1.1\r\n")) << server.request;
  EXPECT_NE(server.request.find("\r\nHost: img.shop.test:8080\r\n"), std::string::npos);
  EXPECT_EQ(found.content_type, "");
}

TEST(HttpProbe, may_try_again_what_does_not_answer) {
  Endpoint nobody{"127.0.0.1", free_port()};
  EXPECT_EQ(verdict([&] { get(nobody, "a.test", "/", 5s); }), Retry::safe);
  SmallServer slow("slow");
  EXPECT_EQ(verdict([&] { get(slow.endpoint(), "a.test", "/slow", 50ms); }), Retry::safe);
}

TEST(HttpProbe, does_not_take_half_an_answer_for_one) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  EXPECT_EQ(verdict([&] { get(server.endpoint, "a.test", "/", 5s); }), Retry::safe);
}

TEST(HttpProbe, refuses_what_would_be_another_request) {
  SmallServer server("web1");
  for (const char* path : {"/a b", "/a\r\nX: y", "a", ""})
    EXPECT_EQ(verdict([&] { get(server.endpoint(), "a.test", path, 5s); }), Retry::never) << path;
  EXPECT_EQ(verdict([&] { get(server.endpoint(), "a\r\nX: y", "/", 5s); }), Retry::never);
}

TEST(HttpProbe, ends_with_a_body_that_is_too_large) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 17000000\r\n\r\n" +
                   std::string(17'000'000, 'x'));
  EXPECT_EQ(verdict([&] { get(server.endpoint, "a.test", "/", 20s); }), Retry::never);
}

}  // namespace hikkoshi::traffic
