// How a MariaDB server is reached, and what on it moves.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/secret.h"

namespace hikkoshi::database {

/// A value; its functions are called on any thread.
struct MariadbServer {
  std::string name;  ///< As in the move file: "old.main".
  /// A fresh address for each connection; the way there (an SSH forward, say) is the caller's. A
  /// host that begins with '/' is the path of a unix socket.
  std::function<Endpoint()> endpoint;
  std::string user;  ///< The mover's account; it serves nobody else.
  Secret password;
  std::vector<std::string> schemas;  ///< Those that move.
  /// Accounts with global write rights that may stay: nobody works with them. Besides these the
  /// server's own (root, mysql and mariadb.sys at localhost) are never refused.
  std::vector<std::string> acknowledged;
};

}  // namespace hikkoshi::database
