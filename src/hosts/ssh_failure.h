// What ssh's words mean for a retry.
#pragma once

#include <string>

#include "base/address.h"
#include "base/error.h"

namespace hikkoshi::hosts {

/// Of one login, for messages.
struct SshPlace {
  std::string name;  ///< "old.web1"
  Endpoint endpoint;
  std::string user;  ///< May be empty.

  std::string text() const;  ///< "old.web1 (ops@10.0.1.11:22)"
};

/// The Error for a login that failed with these words of ssh (OpenSSH 9.2, LogLevel=ERROR): refused
/// keys are never retried, what failed before the login is safe to try again.
Error login_failure(const SshPlace& place, const std::string& words);

/// ssh's words on one line, without what a terminal would obey.
std::string quoted_words(const std::string& words);

}  // namespace hikkoshi::hosts
