// Secrets: references in files, values only in memory.
#pragma once

#include <string>
#include <string_view>

namespace hikkoshi {

/// A value that cannot be printed, logged, formatted or turned into JSON; wiped when it dies.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The value itself, for the one call that needs it.
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

/// Where a secret is: "env:NAME", "file:PATH" or "age:PATH" (see age.h). Carried by move files,
/// plans and journals.
struct SecretReference {
  std::string text;  ///< "env:OLD_DB_PASSWORD"; empty when none was given.

  bool operator==(const SecretReference&) const = default;
};

/// Empty when `text` is a reference that `resolve` understands; else what is wrong with it.
std::string secret_reference_fault(std::string_view text);

/// Fetches the value. Relative paths are below `folder`. One trailing newline of a file is cut.
/// Throws Error(never, authentication) naming the reference when it is not there, empty, or a file
/// that others can read.
Secret resolve(const SecretReference& reference, const std::string& folder);

/// Remembers a secret so that `redact` finds it. Thread-safe. Secrets under 4 bytes are not kept.
void remember_secret(const Secret& secret);

/// Replaces every remembered secret, and its base64, hex and URL forms, by "[secret]". Thread-safe.
/// A net below the wall: nothing should reach it (notes on reliability, section 4).
std::string redact(std::string text);

}  // namespace hikkoshi
