#include "traffic/haproxy_switch.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::traffic {

Page full_page() {
  Page page;
  page.paths = {"/b", "/a"};
  page.hosts = {"Z.test", "a.test"};
  page.allow = {"10.0.0.0/8", "2001:db8::1"};
  page.body = std::string("x\n\"y\"\0z終", 9);
  page.retry_after = Millis(1'001);
  return page;
}

TEST(HaproxySwitch, comes_back_from_its_lists) {
  for (const HaproxySwitch& told :
       {HaproxySwitch{}, HaproxySwitch{full_page(), {}}, HaproxySwitch{Page{}, {}},
        HaproxySwitch{{}, Endpoint{"10.1.0.1", 80}},
        HaproxySwitch{full_page(), Endpoint{"2001:db8::2", 65535}}})
    EXPECT_EQ(from_lists(to_lists(told)), told);
}

TEST(HaproxySwitch, carries_bodies_of_every_length) {
  Page page;
  for (size_t length : {0, 1, 2, 3, 4, 5999, 6000, 6001, 6002, 18'000, 100'001}) {
    page.body.clear();
    for (size_t i = 0; i < length; ++i) page.body += char(i * 7);
    auto lists = to_lists({page, {}});
    EXPECT_EQ(from_lists(lists).page->body, page.body) << length;
    for (const std::string& line : lists.at(switch_file))
      EXPECT_LT(line.size(), 9'000u) << "one entry must fit in one command";
  }
}

TEST(HaproxySwitch, rounds_the_seconds_up) {
  auto lines = to_lists({full_page(), {}}).at(switch_file);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "retry_after 2"), lines.end());
}

TEST(HaproxySwitch, leaves_the_pages_lists_alone_when_there_is_no_page) {
  auto lists = to_lists({{}, Endpoint{"10.1.0.1", 80}});
  EXPECT_EQ(lists.size(), 1u);
  lists["paths.lst"] = {"/old"};
  EXPECT_FALSE(from_lists(lists).page);
}

TEST(HaproxySwitch, is_no_guess_when_the_map_is_damaged) {
  for (const HaproxyLines& damaged :
       {HaproxyLines{},
        {"page on"},
        {"forward on", "page off"},
        {"forward off", "page on", "paths all", "hosts all", "retry_after_ms x", "body_parts 0"},
        {"forward off", "page on", "paths all", "hosts all", "retry_after_ms 1", "body_parts 1",
         "body_1 abc"}})
    EXPECT_THROW(from_lists({{switch_file, damaged}}), Error);
}

TEST(HaproxySwitch, is_text_of_lines) {
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(to_text({"a b", "c"}), "a b\nc\n");
  EXPECT_EQ(to_lines("a b\nc\n"), (HaproxyLines{"a b", "c"}));
  EXPECT_EQ(page_program("/x").find("FOLDER"), std::string::npos);
}

}  // namespace hikkoshi::traffic
