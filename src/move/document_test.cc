#include "move/document.h"

#include <gtest/gtest.h>

#include "move/yaml.h"

namespace hikkoshi::move {

namespace {

/// Reads two texts and lays the second on the first.
struct Laid {
  Laid(const char* base, const char* over) {
    const Node* first = read_yaml(reporter, reporter.add_source("base", base), tree);
    const Node* second = read_yaml(reporter, reporter.add_source("over", over), tree);
    root = tree.overlay(first, second, reporter);
  }

  Reporter reporter;
  Tree tree;
  const Node* root = nullptr;
};

}  // namespace

TEST(Overlay, merges_mappings_and_replaces_the_rest) {
  Laid laid("a: {x: 1, y: 2}\nl: [1, 2]\ns: old\n", "a: {y: 3, z: 4}\nl: [5]\ns: {k: v}\n");
  EXPECT_EQ(at(laid.root, {"a", "x"})->text, "1");
  EXPECT_EQ(at(laid.root, {"a", "y"})->text, "3");
  EXPECT_EQ(at(laid.root, {"a", "z"})->text, "4");
  EXPECT_EQ(at(laid.root, {"l"})->items.size(), 1u);
  EXPECT_EQ(at(laid.root, {"s", "k"})->text, "v");
}

TEST(Overlay, keeps_places_in_the_file_that_a_value_came_from) {
  Laid laid("a: {x: 1}\n", "\na: {y: 3}\n");
  EXPECT_EQ(laid.reporter.place(at(laid.root, {"a", "x"})->span), (Place{"base", 1, 8}));
  EXPECT_EQ(laid.reporter.place(at(laid.root, {"a", "y"})->span), (Place{"over", 2, 8}));
  EXPECT_EQ(laid.reporter.place(laid.root->find("a")->key_span), (Place{"base", 1, 1}));
}

TEST(Overlay, takes_away_what_it_sets_to_null) {
  Laid laid("a: {x: 1, y: 2}\nb: 1\nempty:\n", "a: {x: ~}\nb: null\nc: ~\n");
  EXPECT_EQ(at(laid.root, {"a", "x"}), nullptr);
  EXPECT_NE(at(laid.root, {"a", "y"}), nullptr);
  EXPECT_EQ(laid.root->find("b"), nullptr);
  EXPECT_EQ(laid.root->find("c"), nullptr);
  EXPECT_NE(laid.root->find("empty"), nullptr);
}

TEST(Overlay, takes_nulls_away_also_from_what_is_new) {
  Laid laid("a: 1\ns: same\n", "n: {x: {y: ~, z: 2}}\ns: {k: ~, v: 3}\n");
  EXPECT_EQ(at(laid.root, {"n", "x"})->entries.size(), 1u);
  EXPECT_EQ(at(laid.root, {"s"})->entries.size(), 1u);
  EXPECT_EQ(laid.reporter.place(at(laid.root, {"n", "x", "z"})->span), (Place{"over", 1, 18}));
}

TEST(Overlay, says_where_it_takes_away_what_was_not_there) {
  Laid laid("a: {x: 1}\n", "a:\n  x: ~\n  y: ~\n");
  auto found = laid.reporter.finish();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, Code::pointless);
  EXPECT_EQ(found[0].place, (Place{"over", 3, 3}));
  EXPECT_NE(found[0].message.find("'y'"), std::string::npos);
}

TEST(Overlay, leaves_the_lists_that_it_brings_as_they_are) {
  Laid laid("l: [{a: 1}]\n", "l: [{a: ~}]\n");
  EXPECT_TRUE(at(at(laid.root, {"l"})->items[0], {"a"})->is_null());
}

TEST(Overlay, that_says_nothing_changes_nothing) {
  Laid laid("a: 1\n", "# nothing\n");
  EXPECT_EQ(at(laid.root, {"a"})->text, "1");
}

TEST(Node, looks_up_through_anything) {
  Laid laid("a: {b: [1]}\n", "");
  EXPECT_EQ(at(laid.root, {"a", "b", "c"}), nullptr);
  EXPECT_EQ(at(laid.root, {"x", "y"}), nullptr);
  EXPECT_EQ(at(nullptr, {"x"}), nullptr);
  EXPECT_EQ(describe(*at(laid.root, {"a", "b"})), "a list");
}

TEST(Node, is_null_only_when_written_plainly) {
  Laid laid("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: !secret\n", "");
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(at(laid.root, {key})->is_null()) << key;
  for (const char* key : {"d", "e", "f"}) EXPECT_FALSE(at(laid.root, {key})->is_null()) << key;
}

}  // namespace hikkoshi::move
