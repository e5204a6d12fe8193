#include "base/age.h"

#include <cstdlib>
#include <functional>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/secret.h"
#include "base/text.h"

namespace hikkoshi {

namespace {

/// A throw-away identity and a secret that is encrypted for it.
class Age : public testing::Test {
 protected:
  Age() {
    run({"age-keygen", "-o", identity});
    encrypt("db.age", "fake-password\n", recipient(identity));
    ::setenv("HIKKOSHI_AGE_IDENTITY", identity.c_str(), 1);
  }
  ~Age() override { ::unsetenv("HIKKOSHI_AGE_IDENTITY"); }

  static std::string run(const std::vector<std::string>& arguments, const std::string& input = "") {
    ProcessOptions options;
    options.arguments = arguments;
    options.input = input;
    ProcessResult result = run_process(options);
    EXPECT_EQ(result.status, 0) << join(arguments, " ") << ": " << result.error;
    return result.output;
  }

  static std::string recipient(const std::string& identity) {
    return std::string(trim(run({"age-keygen", "-y", identity})));
  }

  void encrypt(const std::string& name, const std::string& text, const std::string& recipient) {
    run({"age", "-r", recipient, "-o", folder.path() + "/" + name}, text);
  }

  Error failure(const std::string& reference) {
    try {
      resolve({reference}, folder.path());
    } catch (const Error& error) {
      EXPECT_EQ(error.retry(), Retry::never);
      EXPECT_EQ(error.exit(), Exit::authentication);
      EXPECT_FALSE(error.remedy().empty());
      EXPECT_EQ(std::string(error.what()).find("fake-password"), std::string::npos);
      return error;
    }
    ADD_FAILURE() << reference;
    return {Retry::safe, ""};
  }

  TemporaryFolder folder;
  const std::string identity = folder.path() + "/identity.txt";
};

}  // namespace

TEST_F(Age, opens_a_secret_that_is_encrypted_for_us) {
  EXPECT_EQ(resolve({"age:db.age"}, folder.path()).reveal(), "fake-password");
  EXPECT_EQ(resolve({"age:" + folder.path() + "/db.age"}, "/nowhere").reveal(), "fake-password");
  EXPECT_EQ(redact("it is fake-password"), "it is [secret]");
}

TEST_F(Age, opens_nothing_that_is_encrypted_for_somebody_else) {
  run({"age-keygen", "-o", folder.path() + "/other.txt"});
  encrypt("theirs.age", "fake-password", recipient(folder.path() + "/other.txt"));
  Error error = failure("age:theirs.age");
  EXPECT_NE(std::string(error.what()).find("theirs.age"), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("age-keygen -y " + identity), std::string::npos);
}

TEST_F(Age, says_what_is_missing) {
  EXPECT_NE(std::string(failure("age:absent.age").what()).find("absent.age"), std::string::npos);
  write_file_atomically(folder.path() + "/plain.age", "fake-password", 0600);
  failure("age:plain.age");
  encrypt("empty.age", "\n", recipient(identity));
  failure("age:empty.age");
  ::chmod(identity.c_str(), 0644);
  EXPECT_EQ(failure("age:db.age").remedy(), "chmod 600 " + identity);
  ::setenv("HIKKOSHI_AGE_IDENTITY", (folder.path() + "/nowhere").c_str(), 1);
  EXPECT_NE(failure("age:db.age").remedy().find("age-keygen"), std::string::npos);
}

TEST_F(Age, never_waits_for_a_passphrase) {
  // Made by `age -p`, which asks on a terminal only: the header of such a file is enough.
  write_file_atomically(folder.path() + "/passphrase.age",
                        "age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 18\n"
                        "ZX/AhotucgQwxlXDKUCdeyUlpCbKEPV6uGAIVlkh1Qs\n--- "
                        "RVMMOPiCnVCLyTrSy7mVEIMSJ3A7XM3wjbHW2ssFcgE\n",
                        0600);
  failure("age:passphrase.age");
}

TEST_F(Age, identity_is_the_named_one_or_the_one_below_home) {
  EXPECT_EQ(age_identity(), identity);
  ::unsetenv("HIKKOSHI_AGE_IDENTITY");
  EXPECT_EQ(age_identity(), std::string(std::getenv("HOME")) + "/.config/hikkoshi/age.txt");
}

}  // namespace hikkoshi
