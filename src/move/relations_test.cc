#include "move/relations.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

using Names = std::vector<std::string>;

ZoneNames zones(std::initializer_list<std::pair<const char*, const char*>> named) {
  std::map<std::string, Zone> all;
  for (auto [name, zone] : named) all[name].zone = zone;
  return ZoneNames(all);
}

Node scalar(const char* text) {
  Node node;
  node.text = text;
  node.plain = true;
  return node;
}

/// The help of the finding that `text` names none of `known`.
std::string help_for(const char* text, const Names& known) {
  Reporter reporter;
  report_dangling(reporter, scalar(text), "host of old", known);
  std::vector<Diagnostic> found = reporter.finish();
  EXPECT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at(0).message, "there is no host of old named '" + std::string(text) + "'");
  return found.at(0).help;
}

}  // namespace

TEST(ZoneNames, hold_names_at_and_below_them) {
  ZoneNames names = zones({{"public", "example.jp"}});
  EXPECT_EQ(names.holding("example.jp"), Names{"public"});
  EXPECT_EQ(names.holding("a.b.example.jp"), Names{"public"});
  EXPECT_EQ(names.holding("example.com"), Names{});
  EXPECT_EQ(names.holding("myexample.jp"), Names{});
  EXPECT_EQ(names.holding("jp"), Names{});
}

TEST(ZoneNames, do_not_mind_case_and_a_final_dot) {
  ZoneNames names = zones({{"public", "Example.JP"}});
  EXPECT_EQ(names.holding("WWW.example.jp."), Names{"public"});
}

TEST(ZoneNames, may_hold_a_name_several_times) {
  ZoneNames names =
      zones({{"inner", "shop.example.jp"}, {"outer", "example.jp"}, {"private", "example.jp"}});
  EXPECT_EQ(names.holding("www.shop.example.jp"), (Names{"inner", "outer", "private"}));
  EXPECT_EQ(names.holding("www.example.jp"), (Names{"outer", "private"}));
}

TEST(ZoneNames, hold_nothing_that_is_no_host_name) {
  ZoneNames names = zones({{"public", "example.jp"}, {"unknown", ""}});
  for (const char* name : {"", ".", "-a.example.jp", "a..example.jp", "10.0.0.1"})
    EXPECT_EQ(names.holding(name), Names{}) << name;
}

TEST(Dangling, suggests_the_nearest_or_lists_what_there_is) {
  EXPECT_EQ(help_for("bastoin", {"web1", "bastion"}), "did you mean 'bastion'?");
  EXPECT_EQ(help_for("cache", {"web1", "bastion"}), "declared: web1, bastion");
  EXPECT_EQ(help_for("cache", {}), "");
  Names many;
  for (int i = 0; i < 20; ++i) many.push_back("host-number-" + std::to_string(i));
  EXPECT_TRUE(help_for("x", many).ends_with("host-number-7, ..."));
}

TEST(Lookup, is_only_for_names) {
  Node good = scalar("web1"), empty = scalar(""), null = scalar("~"), bad = scalar("a b");
  Node list;
  list.kind = Node::Kind::sequence;
  EXPECT_TRUE(is_lookup(&good));
  for (const Node* node : {&empty, &null, &bad, &list}) EXPECT_FALSE(is_lookup(node));
  EXPECT_FALSE(is_lookup(nullptr));
}

}  // namespace hikkoshi::move
