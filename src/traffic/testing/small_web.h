// For tests: a small HTTP server and a client that picks its own source address.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/address.h"

namespace hikkoshi::traffic {

/// Answers every GET and POST with 200 and "NAME PATH X-FORWARDED-FOR..."; "/status/404" with that
/// status, "/slow" only after `release`. Listens on a free port of 127.0.0.1.
class SmallServer {
 public:
  explicit SmallServer(std::string name);
  SmallServer(const SmallServer&) = delete;
  SmallServer& operator=(const SmallServer&) = delete;
  ~SmallServer();

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  void wait_for_slow(int count);  ///< Until so many "/slow" requests are waiting.
  void release();                 ///< Answers them.

  /// The next requests of any path get these statuses, one each.
  void answer_first(std::vector<int> statuses);

 private:
  void accept(std::stop_token stop);
  void serve(int descriptor);
  std::string answer(const std::string& head);

  const std::string name_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int slow_ = 0;
  bool released_ = false;
  std::vector<int> first_;
  std::vector<int> open_;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

struct SmallAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
};

/// One keep-alive connection.
class SmallClient {
 public:
  /// Throws Error(never) when it cannot connect.
  explicit SmallClient(const Endpoint& server, const std::string& from = "127.0.0.1");
  SmallClient(const SmallClient&) = delete;
  SmallClient& operator=(const SmallClient&) = delete;
  ~SmallClient();

  void send(const std::string& path, const std::string& host, const std::string& body = "");
  /// Empty when the connection ended instead of an answer.
  std::optional<SmallAnswer> receive();
  std::optional<SmallAnswer> get(const std::string& path, const std::string& host) {
    send(path, host);
    return receive();
  }

 private:
  bool fill();

  int descriptor_ = -1;
  std::string buffer_;
};

/// A port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

}  // namespace hikkoshi::traffic
