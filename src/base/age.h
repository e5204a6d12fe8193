// Files that are encrypted with age (age-encryption.org/v1), read by its own program.
#pragma once

#include <string>

namespace hikkoshi {

/// Where our identities are: the file that HIKKOSHI_AGE_IDENTITY names, else
/// ~/.config/hikkoshi/age.txt. It need not be there.
std::string age_identity();

/// What is in the encrypted file `path`, opened with one of the identities of `identity`; both are
/// given to the program by their names, never by their content, and it gets no terminal to ask on.
/// Throws Error(never, authentication) when there is no such program or no identity fits, or the
/// identity is a file that others can read; what it says holds nothing of the content.
std::string age_decrypt(const std::string& path, const std::string& identity);

}  // namespace hikkoshi
