#include "base/secret.h"

#include <cstdlib>
#include <type_traits>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace hikkoshi {

TEST(Secret, cannot_become_json_or_text) {
  static_assert(!std::is_constructible_v<std::string, Secret>);
  static_assert(!std::is_convertible_v<Secret, Json>);
  EXPECT_EQ(Secret("fake-password").reveal(), "fake-password");
}

TEST(Secret, leaves_nothing_behind_when_moved) {
  Secret first("fake-password-that-is-long-enough-for-the-heap");
  Secret second = std::move(first);
  EXPECT_TRUE(first.reveal().empty());  // NOLINT(bugprone-use-after-move): that is the promise.
  EXPECT_EQ(second.reveal(), "fake-password-that-is-long-enough-for-the-heap");
}

TEST(SecretReference, is_never_a_literal) {
  EXPECT_EQ(secret_reference_fault("env:DB_PASSWORD"), "");
  EXPECT_EQ(secret_reference_fault("file:tsig.key"), "");
  EXPECT_NE(secret_reference_fault("hunter2"), "");
  EXPECT_NE(secret_reference_fault("env:"), "");
  EXPECT_EQ(secret_reference_fault("age:db.age"), "");
  EXPECT_NE(secret_reference_fault("age:"), "");
  EXPECT_NE(secret_reference_fault("aws-sm:x").find("age:PATH"), std::string::npos);
}

TEST(SecretReference, resolves_from_the_environment) {
  ::setenv("HIKKOSHI_TEST_SECRET", "fake-password", 1);
  EXPECT_EQ(resolve({"env:HIKKOSHI_TEST_SECRET"}, "/").reveal(), "fake-password");
  ::unsetenv("HIKKOSHI_TEST_SECRET");
  EXPECT_THROW(resolve({"env:HIKKOSHI_TEST_SECRET"}, "/"), Error);
}

TEST(SecretReference, resolves_only_files_that_others_cannot_read) {
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/key", "fake-key\n", 0600);
  EXPECT_EQ(resolve({"file:key"}, folder.path()).reveal(), "fake-key");
  ::chmod((folder.path() + "/key").c_str(), 0644);
  try {
    resolve({"file:key"}, folder.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::authentication);
    EXPECT_NE(error.remedy().find("chmod 600"), std::string::npos);
  }
  EXPECT_THROW(resolve({"file:absent"}, folder.path()), Error);
}

TEST(SecretReference, is_no_folder_and_not_empty) {
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/empty", "\n", 0600);
  for (const char* reference : {"file:empty", "file:.", "file:"}) {
    try {
      resolve({reference}, folder.path());
      ADD_FAILURE() << reference;
    } catch (const Error& error) {
      EXPECT_EQ(error.retry(), Retry::never);
      EXPECT_NE(error.exit(), Exit::failed) << reference;
    }
  }
}

TEST(SecretReference, keeps_all_but_the_last_newline_of_a_file) {
  TemporaryFolder folder;
  write_file_atomically(folder.path() + "/key", " fake key \n\n", 0600);
  EXPECT_EQ(resolve({"file:key"}, folder.path()).reveal(), " fake key \n");
  EXPECT_EQ(resolve({"file:" + folder.path() + "/key"}, "/nowhere").reveal(), " fake key \n");
}

TEST(SecretReference, that_is_a_literal_is_refused_without_being_repeated) {
  try {
    resolve({"fake-literal-password"}, "/");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::bad_move_file);
    EXPECT_EQ(std::string(error.what()).find("fake-literal-password"), std::string::npos);
  }
}

TEST(Redaction, shows_no_rest_of_a_secret_that_begins_with_another) {
  remember_secret(Secret("fake-stem"));
  remember_secret(Secret("fake-stem-and-branch"));
  EXPECT_EQ(redact("x fake-stem-and-branch y fake-stem z"), "x [secret] y [secret] z");
}

TEST(Redaction, finds_what_was_resolved_and_nothing_too_short_to_be_told_from_words) {
  ::setenv("HIKKOSHI_TEST_SECRET", "fake-resolved-password", 1);
  resolve({"env:HIKKOSHI_TEST_SECRET"}, "/");
  ::unsetenv("HIKKOSHI_TEST_SECRET");
  EXPECT_EQ(redact("a fake-resolved-password"), "a [secret]");
  remember_secret(Secret("the"));
  remember_secret(Secret(""));
  EXPECT_EQ(redact("the end"), "the end");
}

TEST(Redaction, finds_the_value_in_every_usual_dress) {
  remember_secret(Secret("fake/pass word"));
  for (const char* text : {"fake/pass word", "ZmFrZS9wYXNzIHdvcmQ=", "66616b652f7061737320776f7264",
                           "fake%2Fpass%20word"})
    EXPECT_EQ(redact(std::string("a ") + text + " b"), "a [secret] b");
  EXPECT_EQ(redact("nothing here"), "nothing here");
}

}  // namespace hikkoshi
