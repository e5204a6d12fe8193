// Who is at the keyboard.
#pragma once

#include <string>

namespace hikkoshi::app {

/// The login name of this process's account, or "uid 1234" where it has none.
std::string login_name();

}  // namespace hikkoshi::app
