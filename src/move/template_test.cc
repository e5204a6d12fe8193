#include "move/template.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

TEST(Template, without_braces_is_one_literal) {
  Template parsed = parse_template("plain } text");
  ASSERT_EQ(parsed.parts.size(), 1u);
  EXPECT_EQ(parsed.parts[0].literal, "plain } text");
  EXPECT_EQ(parsed.parts[0].kind, "");
  EXPECT_TRUE(parse_template("").parts.empty());
}

TEST(Template, names_things_between_literals) {
  Template parsed = parse_template("mysql://{{ databases.main.host }}:{{databases.main.port}}/x");
  EXPECT_EQ(parsed.fault, "");
  ASSERT_EQ(parsed.parts.size(), 5u);
  EXPECT_EQ(parsed.parts[0].literal, "mysql://");
  EXPECT_EQ(parsed.parts[1].kind, "databases");
  EXPECT_EQ(parsed.parts[1].name, "main");
  EXPECT_EQ(parsed.parts[1].field, "host");
  EXPECT_EQ(parsed.parts[1].begin, 8u);
  EXPECT_EQ(parsed.parts[1].end, 33u);
  EXPECT_EQ(parsed.parts[3].field, "port");
  EXPECT_EQ(parsed.parts[4].literal, "/x");
}

TEST(Template, that_cannot_be_read_says_why) {
  EXPECT_NE(parse_template("{{ databases.main.host").fault, "");
  for (const char* text : {"{{}}", "{{ a }}", "{{ a.b }}", "{{ a.b.c.d }}", "{{ .b.c }}"})
    EXPECT_NE(parse_template(text).fault, "") << text;
}

TEST(Template, fields_depend_on_the_kind_of_thing) {
  EXPECT_EQ(template_fields("databases"), (std::vector<std::string>{"host", "port", "schemas"}));
  EXPECT_TRUE(template_fields("hosts").empty());
}

}  // namespace hikkoshi::move
