#include "move/yaml.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

struct Reading {
  explicit Reading(std::string text) {
    root = read_yaml(reporter, reporter.add_source("t", std::move(text)), tree);
  }

  std::vector<Code> codes() const {
    std::vector<Code> found;
    for (const Diagnostic& one : reporter.finish()) found.push_back(one.code);
    return found;
  }
  const Node& at_key(std::string_view key) const { return *at(root, {key}); }

  Reporter reporter;
  Tree tree;
  const Node* root = nullptr;
};

std::string repeated(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

}  // namespace

TEST(Yaml, keeps_the_place_of_keys_and_values) {
  Reading reading("a: 1\nb:\n  - {c: \"x y\"}\n");
  EXPECT_EQ(reading.root->find("b")->key_span, (Span{0, 5, 6}));
  const Node& item = *reading.at_key("b").items.at(0);
  EXPECT_EQ(item.find("c")->key_span, (Span{0, 13, 14}));
  EXPECT_EQ(at(&item, {"c"})->span, (Span{0, 17, 20}));
}

TEST(Yaml, keeps_tags_and_quotes) {
  Reading reading("a: !secret env:X\nb: 'q'\nc: |\n  two\n  lines\n");
  EXPECT_EQ(reading.at_key("a").tag, "!secret");
  EXPECT_EQ(reading.at_key("a").text, "env:X");
  EXPECT_TRUE(reading.at_key("a").plain);
  EXPECT_FALSE(reading.at_key("b").plain);
  EXPECT_EQ(reading.at_key("c").text, "two\nlines\n");
}

TEST(Yaml, reads_single_quotes_as_yaml_does) {
  Reading reading("a: 'it''s'\nb: ''''''\nc: ''\nd: 'two\n  lines, it''s'\ne: {f: ' ''x'' '}\n");
  EXPECT_EQ(reading.at_key("a").text, "it's");
  EXPECT_EQ(reading.at_key("b").text, "''");
  EXPECT_EQ(reading.at_key("c").text, "");
  EXPECT_EQ(reading.at_key("d").text, "two lines, it's");
  EXPECT_EQ(at(reading.root, {"e", "f"})->text, " 'x' ");
  EXPECT_EQ(reading.at_key("a").span, (Span{0, 4, 9}));
}

TEST(Yaml, points_at_the_key_of_a_value_that_is_not_written) {
  Reading reading("a:\nb: 1\n");
  EXPECT_EQ(reading.at_key("a").span, (Span{0, 0, 1}));
}

TEST(Yaml, counts_from_the_start_of_a_text_with_a_byte_order_mark) {
  Reading reading(
      "\xef\xbb\xbf"
      "a: 1\n");
  EXPECT_EQ(reading.root->find("a")->key_span, (Span{0, 3, 4}));
}

TEST(Yaml, reports_every_duplicate_key_and_keeps_the_first) {
  Reading reading("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n");
  EXPECT_EQ(reading.codes(), (std::vector<Code>(3, Code::duplicate_key)));
  EXPECT_EQ(reading.at_key("a").text, "1");
}

TEST(Yaml, expands_aliases_to_the_same_value) {
  Reading reading("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(&reading.at_key("a"), &reading.at_key("b"));
  EXPECT_EQ(reading.root->weight, 7u);
}

TEST(Yaml, stops_at_the_first_error_of_syntax) {
  for (const char* text : {"a: [1", "a: {b: c", "a: 'x", "a: \"x", "a: b: c", "- a\nb: c", "}",
                           "a: @x", "\ta: 1\n- b", "a: *x", "--- a\n--- b", "%YAML 9.9\n---\na"}) {
    Reading reading(text);
    EXPECT_EQ(reading.root, nullptr) << text;
    EXPECT_EQ(reading.codes().size(), 1u) << text;
  }
}

TEST(Yaml, refuses_text_that_is_not_utf_8) {
  for (std::string text : {std::string("a\0b", 3), std::string("a: \xff"), std::string("\xc3"),
                           std::string("\xc0\x80"), std::string("\xed\xa0\x80"),
                           std::string("\xf4\x90\x80\x80"), std::string("\xe0\x80\x80"),
                           std::string("\xff\xfe"
                                       "a\0",
                                       4),
                           std::string("\xfe\xff\0a", 4)})
    EXPECT_EQ(Reading(text).codes(), std::vector<Code>{Code::unreadable});
}

TEST(Yaml, gives_nothing_for_an_empty_text) {
  for (const char* text : {"", "\n\n", "# comment\n", "\xef\xbb\xbf"}) {
    Reading reading(text);
    EXPECT_EQ(reading.root, nullptr);
    EXPECT_TRUE(reading.codes().empty());
  }
}

TEST(Yaml, refuses_what_is_too_large_or_too_deep) {
  EXPECT_EQ(Reading("a: " + std::string(10'000'000, 'x')).codes(),
            std::vector<Code>{Code::too_large});
  EXPECT_EQ(Reading("[" + repeated("1,", largest_tree + 1) + "]").codes(),
            std::vector<Code>{Code::too_large});
  EXPECT_EQ(Reading(repeated("[", 30) + repeated("]", 30)).codes(),
            std::vector<Code>{Code::too_deep});
  EXPECT_EQ(Reading(repeated("- ", 30) + "x").codes(), std::vector<Code>{Code::too_deep});
}

TEST(Yaml, refuses_more_quotes_than_the_library_reads_in_time) {
  EXPECT_TRUE(Reading("a: " + repeated("''", 1'000)).codes().empty());
  EXPECT_EQ(Reading("a: " + repeated("''", 25'000)).codes(), std::vector<Code>{Code::too_large});
}

TEST(Yaml, refuses_aliases_that_multiply) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    std::string before = "*a" + std::to_string(i - 1) + ", ";
    bomb +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(before, 9) + "]\n";
  }
  EXPECT_EQ(Reading(bomb).codes(), std::vector<Code>{Code::too_large});
}

TEST(Yaml, survives_very_many_of_any_sign) {
  for (const char* piece :
       {"[",   "{",        "- ",           "? ",    ": ",   "a: ",   "\"",    "'",  "&a ",
        "*a ", "!x ",      "#\n",          "|\n",   "%",    "---\n", "...\n", "\t", "\r",
        "a\n", "\"\\x\" ", "- - ",         "{a: [", "? - ", "<<: ",  "@",     "`",  ",",
        "]",   "}",        "\xe3\x81\x82", ": - "}) {
    Reading reading(repeated(piece, 250'000 / std::string_view(piece).size()));
    EXPECT_LE(reading.codes().size(), Reporter::limit + 1) << piece;
  }
}

}  // namespace hikkoshi::move
