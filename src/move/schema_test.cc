// The schema as such; that it judges as the validator does is tests/schema/test_schema.py's.
#include "move/schema.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "move/fields.h"
#include "move/patterns.h"

namespace hikkoshi::move {

namespace {

/// Where the schema speaks of a field, from its path in the table.
const Json* part_of(const Json& schema, const Field& field, const std::string& side) {
  const Json* at = &schema;
  for (std::string key : split(field.path, '.')) {
    if (key == "SIDE") key = side;
    if (at->contains("items")) at = &(*at)["items"];
    if (at->contains("additionalProperties") && (*at)["additionalProperties"].is_object())
      at = &(*at)["additionalProperties"];
    if (at->contains("anyOf")) at = &(*at)["anyOf"].back();
    if (!at->contains("properties") || !(*at)["properties"].contains(key)) return nullptr;
    at = &(*at)["properties"][key];
  }
  return at;
}

}  // namespace

TEST(Schema, describes_every_field_of_the_table_on_both_sides) {
  const Json all = schema();
  for (const Field& field : fields())
    for (const char* side : {"old", "new"}) {
      const Json* part = part_of(all, field, side);
      ASSERT_NE(part, nullptr) << field.path;
      std::string text = (*part)["description"];
      EXPECT_TRUE(text.starts_with(field.meaning)) << field.path;
    }
}

TEST(Schema, is_of_the_draft_that_editors_know_and_closed_to_unknown_keys) {
  const Json all = schema();
  EXPECT_EQ(all["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(all["additionalProperties"], false);
  EXPECT_EQ(all["required"], Json::parse(R"(["move", "old", "new", "services", "stages"])"));
}

TEST(Schema, offers_words_defaults_and_examples) {
  const Json cutover = schema()["properties"]["policy"]["properties"]["cutover"]["properties"];
  EXPECT_EQ(cutover["prefer"]["enum"], Json::parse(R"(["hold", "page", "none"])"));
  EXPECT_EQ(cutover["prefer"]["default"], "hold");
  EXPECT_EQ(cutover["hold"]["examples"], Json::parse(R"(["5s"])"));
}

TEST(Schema, lets_only_new_have_the_same_zone) {
  const Json all = schema();
  auto zone = [&](const char* side) {
    return all["properties"][side]["properties"]["zones"]["additionalProperties"];
  };
  EXPECT_TRUE(zone("new").contains("anyOf"));
  EXPECT_FALSE(zone("old").contains("anyOf"));
}

TEST(Schema, has_a_pattern_for_every_value_that_is_no_word) {
  for (const Field& field : fields()) {
    bool bare = field.type == Type::mapping || field.type == Type::words;
    EXPECT_EQ(pattern_of(field).empty(), bare) << field.path;
    EXPECT_TRUE(bare || pattern_of(field).starts_with("^(")) << field.path;
  }
}

}  // namespace hikkoshi::move
