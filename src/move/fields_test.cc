#include "move/fields.h"

#include <set>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "move/diagnostic.h"
#include "move/values.h"

namespace hikkoshi::move {

namespace {

std::string unquoted(std::string_view text) {
  return replace_all(std::string(text), "\"", "");
}

/// "[a, b]" as its entries; anything else as it is.
std::vector<std::string> examples(const Field& field) {
  std::string text = unquoted(field.example);
  if (field.shape != Shape::list) return {text};
  std::vector<std::string> entries;
  EXPECT_TRUE(text.starts_with('[') && text.ends_with(']')) << field.path;
  for (const std::string& part : split(text.substr(1, text.size() - 2), ','))
    entries.emplace_back(trim(part));
  return entries;
}

}  // namespace

TEST(Fields, stand_once_each_below_their_mapping) {
  std::set<std::string_view> seen;
  for (const Field& field : fields()) {
    EXPECT_TRUE(seen.insert(field.path).second) << field.path;
    size_t dot = field.path.rfind('.');
    if (dot != std::string_view::npos) {
      EXPECT_TRUE(seen.contains(field.path.substr(0, dot))) << field.path;
    }
  }
}

TEST(Fields, have_a_sentence_and_an_example_that_their_own_check_accepts) {
  for (const Field& field : fields()) {
    EXPECT_TRUE(field.meaning.ends_with('.')) << field.path;
    if (field.type == Type::mapping) continue;
    EXPECT_NE(field.example, "") << field.path;
    if (field.shape == Shape::named) continue;
    for (const std::string& example : examples(field))
      EXPECT_FALSE(fault_of(field, example)) << field.path << " " << example;
  }
}

TEST(Fields, have_defaults_that_their_own_check_accepts) {
  for (const Field& field : fields()) {
    // The default of a server is its port.
    bool server = field.type == Type::endpoint || field.type == Type::login;
    if (server) {
      EXPECT_TRUE(parse_port(field.fallback)) << field.path;
    } else if (!field.fallback.empty()) {
      EXPECT_FALSE(fault_of(field, field.fallback)) << field.path;
      EXPECT_EQ(field.presence, Presence::optional) << field.path;
    }
  }
}

TEST(Fields, form_a_tree_with_both_sides) {
  const FieldNode* side = field_tree().child("old");
  ASSERT_NE(side, nullptr);
  const FieldNode* via = side->child("hosts")->child("via");
  ASSERT_NE(via, nullptr);
  EXPECT_EQ(via->field, field_tree().child("new")->child("hosts")->child("via")->field);
  EXPECT_EQ(field_tree().child("SIDE"), nullptr);
  EXPECT_EQ(field_tree().keys, (std::vector<std::string>{"move", "ssh", "old", "new", "services",
                                                         "stages", "policy"}));
}

TEST(Fields, are_written_with_the_names_that_users_choose) {
  std::set<std::string> paths;
  for (const Field& field : fields()) paths.insert(written_path(field));
  EXPECT_TRUE(paths.contains("SIDE.hosts.NAME.via"));
  EXPECT_TRUE(paths.contains("services.NAME.config[].set.NAME"));
  EXPECT_TRUE(paths.contains("policy.page.allow"));
  EXPECT_TRUE(paths.contains("stages[].move"));
}

TEST(Fields, are_all_told_of_in_the_reference_with_every_code) {
  std::string text = reference();
  for (const Field& field : fields()) {
    EXPECT_NE(text.find("`" + written_path(field) + "`"), std::string::npos) << field.path;
    EXPECT_NE(text.find(field.meaning), std::string::npos) << field.path;
  }
  for (const CodeEntry& entry : codes())
    EXPECT_NE(text.find(entry.number), std::string::npos) << entry.number;
}

TEST(Fields, documentation_is_what_the_table_says) {
  const std::string path = DOCUMENTATION "/move-file.md";
  const std::string begin = "<!-- reference: begin -->\n", end = "<!-- reference: end -->\n";
  std::string text = read_file(path);
  size_t first = text.find(begin), last = text.find(end);
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(last, std::string::npos);
  first += begin.size();
  if (std::getenv("UPDATE_EXPECTED"))
    write_file_atomically(path, text.replace(first, last - first, reference()));
  else
    EXPECT_EQ(text.substr(first, last - first), reference());
}

}  // namespace hikkoshi::move
