#include "base/secret.h"

#include <cctype>
#include <cstdlib>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "base/age.h"
#include "base/error.h"
#include "base/file.h"
#include "base/locked.h"
#include "base/text.h"

namespace hikkoshi {

namespace {

void wipe(std::string& value) {
  if (!value.empty()) OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

/// Long before short: a secret that begins another one must not uncover the other's rest.
struct LongestFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  }
};

/// The process has one set of secrets; sinks everywhere must know it.
Locked<std::set<std::string, LongestFirst>>& remembered() {
  static Locked<std::set<std::string, LongestFirst>> forms;
  return forms;
}

std::string hex_form(const std::string& value) {
  std::string text;
  for (unsigned char c : value) text += fmt::format("{:02x}", c);
  return text;
}

std::string url_form(const std::string& value) {
  std::string text;
  for (unsigned char c : value)
    text += std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~'
                ? std::string(1, char(c))
                : fmt::format("%{:02X}", c);
  return text;
}

std::string base64_form(const std::string& value) {
  std::string text((value.size() + 2) / 3 * 4 + 1, '\0');
  int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(value.data()), int(value.size()));
  text.resize(size_t(size));
  return text;
}

Error missing(const SecretReference& reference, const std::string& why) {
  return Error(Retry::never, fmt::format("the secret {} {}", reference.text, why),
               Exit::authentication)
      .remedy("see what the reference names");
}

std::string read_secret_file(const SecretReference& reference, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw missing(reference, "is not there").remedy("create the file, readable by you alone");
  if (!S_ISREG(status.st_mode)) throw missing(reference, "is no regular file");
  if (status.st_mode & 077)
    throw missing(reference, "can be read by others").remedy("chmod 600 " + path);
  return read_file(path, 64 << 10);
}

}  // namespace

Secret::Secret(std::string value) : value_(std::move(value)) {}
Secret::Secret(Secret&& other) noexcept : value_(other.value_) {
  wipe(other.value_);
}
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_ = other.value_;
    wipe(other.value_);
  }
  return *this;
}
Secret::~Secret() {
  wipe(value_);
}

std::string secret_reference_fault(std::string_view text) {
  for (std::string_view kind : {"env:", "file:", "age:"})
    if (text.starts_with(kind)) return text == kind ? "the reference names nothing" : "";
  if (text.starts_with("aws-sm:"))
    return "AWS Secrets Manager cannot be asked yet, for this version has no part that speaks AWS; "
           "use env:NAME, file:PATH or age:PATH";
  return "a secret must be a reference, env:NAME, file:PATH or age:PATH, never the value itself";
}

Secret resolve(const SecretReference& reference, const std::string& folder) {
  std::string fault = secret_reference_fault(reference.text);
  if (!fault.empty()) throw Error(Retry::never, fault, Exit::bad_move_file);
  std::string place = reference.text.substr(reference.text.find(':') + 1);
  std::string value;
  if (reference.text.starts_with("env:")) {
    const char* found = std::getenv(place.c_str());
    if (!found)
      throw missing(reference, "is not set").remedy("set the environment variable " + place);
    value = found;
  } else {
    std::string path = place.starts_with('/') ? place : folder + "/" + place;
    value = reference.text.starts_with("age:") ? age_decrypt(path, age_identity())
                                               : read_secret_file(reference, path);
    if (value.ends_with('\n')) value.pop_back();
  }
  if (value.empty()) throw missing(reference, "is empty");
  Secret secret(std::move(value));
  remember_secret(secret);
  return secret;
}

void remember_secret(const Secret& secret) {
  const std::string& value = secret.reveal();
  if (value.size() < 4) return;
  remembered().with([&](auto& forms) {
    forms.insert({value, hex_form(value), url_form(value), base64_form(value)});
  });
}

std::string redact(std::string text) {
  remembered().with([&](auto& forms) {
    for (const std::string& form : forms)
      if (text.find(form) != std::string::npos)
        text = replace_all(std::move(text), form, "[secret]");
  });
  return text;
}

}  // namespace hikkoshi
