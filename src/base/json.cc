#include "base/json.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/error.h"

namespace hikkoshi {

std::string canonical(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  int done = EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  HIKKOSHI_ASSERT(done == 1);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

Json parse_json(std::string_view text, std::string_view what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw Error(Retry::never, fmt::format("{} is not JSON: {}", what, error.what()));
  }
}

}  // namespace hikkoshi
