#include "app/cli/who.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace hikkoshi::app {

std::string login_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user ? user->pw_name : fmt::format("uid {}", ::geteuid());
}

}  // namespace hikkoshi::app
