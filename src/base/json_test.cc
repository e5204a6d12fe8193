#include "base/json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi {

TEST(Json, has_one_text_whatever_the_order_of_its_keys) {
  EXPECT_EQ(canonical(Json{{"b", 1}, {"a", Json::array({true, nullptr})}}),
            canonical(Json::parse(R"({ "a": [true, null], "b": 1 })")));
  EXPECT_EQ(canonical(Json{{"b", 1}, {"a", 2}}), R"({"a":2,"b":1})");
}

TEST(Json, survives_bytes_that_are_no_utf8) {
  EXPECT_EQ(canonical(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST(Json, hashes_like_the_standard_says) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Json, canonical_text_reads_back_as_an_equal_value) {
  Json value = Json::parse(R"({"ü": [1, -1, 1.5, 1e300, "\u0000\n", {}, []], "": null})");
  EXPECT_EQ(Json::parse(canonical(value)), value);
  EXPECT_EQ(canonical(Json::parse(canonical(value))), canonical(value));
}

TEST(Json, names_what_it_could_not_read) {
  try {
    parse_json("{", "the saved plan");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("the saved plan is not JSON"), std::string::npos);
  }
  for (const char* text : {"", "[1,]", "{\"a\":1} x", "\xff", "nul"})
    EXPECT_THROW(parse_json(text, "it"), Error) << text;
}

}  // namespace hikkoshi
