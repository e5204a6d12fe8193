#include "base/age.h"

#include <cstdlib>
#include <utility>

#include <sys/stat.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace hikkoshi {

namespace {

Error refused(const std::string& what, const std::string& remedy) {
  return Error(Retry::never, what, Exit::authentication).remedy(remedy);
}

void require_own(const std::string& identity) {
  struct stat status {};
  if (::stat(identity.c_str(), &status) != 0)
    throw refused("there is no identity " + identity + " to open age files with",
                  "make one there with age-keygen, or name yours in HIKKOSHI_AGE_IDENTITY");
  if (!S_ISREG(status.st_mode))
    throw refused("the identity " + identity + " is no regular file",
                  "name the file itself in HIKKOSHI_AGE_IDENTITY");
  if (status.st_mode & 077)
    throw refused("the identity " + identity + " can be read by others", "chmod 600 " + identity);
}

}  // namespace

std::string age_identity() {
  const char* named = std::getenv("HIKKOSHI_AGE_IDENTITY");
  if (named && *named) return named;
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.config/hikkoshi/age.txt";
}

std::string age_decrypt(const std::string& path, const std::string& identity) {
  require_own(identity);
  ProcessOptions options;
  // In a session of its own it has no terminal, so it cannot wait for a passphrase there.
  options.arguments = {"setsid", "-w", "age", "--decrypt", "-i", identity, "--", path};
  options.timeout = Millis(30'000);
  options.output_limit = 1 << 20;
  ProcessResult result = run_process(options);
  if (result.status == 0) return std::move(result.output);
  if (result.error.find("failed to execute") != std::string::npos)
    throw refused("the program age is not there", "install it: apt-get install age");
  throw refused("age cannot open " + path + ": " + printable(trim(result.error)),
                "encrypt it for the public key of " + identity + ": age-keygen -y " + identity);
}

}  // namespace hikkoshi
