#include "report/picture.h"

#include <gtest/gtest.h>

#include "report/escape.h"

namespace hikkoshi::report {

TEST(Escape, keeps_hostile_text_from_becoming_markup) {
  EXPECT_EQ(escape_html("<b a='x'>\"&\"</b>\n"),
            "&lt;b a=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;\\x0a");
  EXPECT_EQ(escape_html("引っ越し"), "引っ越し");
}

Json one_step(const std::string& title) {
  return {{"stages",
           {{{"name", "service"},
             {"begun", "2026-11-21T10:00:00.000Z"},
             {"ended", "2026-11-21T10:01:00.000Z"},
             {"items",
              {{{"step",
                 {{"title", title},
                  {"begun", "2026-11-21T10:00:30.000Z"},
                  {"ended", "2026-11-21T10:01:00.000Z"}}}},
               {{"step", {{"title", "never ran"}, {"begun", nullptr}, {"ended", nullptr}}}}}}}}}};
}

TEST(TimelinePicture, draws_what_took_place_to_scale) {
  std::string svg = timeline_picture(one_step("Copy <main>"));
  // The step fills the second half of the 630 units beside the labels.
  EXPECT_NE(svg.find("x=\"645.0\" y=\"24.0\" width=\"315.0\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("Copy &lt;main&gt;: 30s"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("never ran"), std::string::npos);
}

TEST(TimelinePicture, shortens_long_titles_between_characters) {
  std::string title;
  for (int i = 0; i < 40; ++i) title += "引";
  std::string svg = timeline_picture(one_step(title));
  EXPECT_NE(svg.find("引…</text>"), std::string::npos);
}

TEST(TimelinePicture, is_nothing_when_nothing_took_place) {
  EXPECT_EQ(timeline_picture({{"stages", Json::array()}}), "");
}

TEST(OutsidePicture, stacks_answers_pages_and_failures) {
  Json outside{{"timeline", {{{"ok", 10}}, {{"ok", 5}, {"paged", 5}}, {{"failed", 10}}}}};
  std::string svg = outside_picture(outside);
  EXPECT_NE(
      svg.find("<rect class=\"ok\" x=\"0.00\" y=\"0.00\" width=\"320.00\" height=\"160.00\"/>"),
      std::string::npos)
      << svg;
  EXPECT_NE(svg.find("<rect class=\"paged\" x=\"320.00\" y=\"0.00\" width=\"320.00\" "
                     "height=\"80.00\"/>"),
            std::string::npos)
      << svg;
  EXPECT_NE(svg.find("<rect class=\"failed\" x=\"640.00\""), std::string::npos);
}

TEST(OutsidePicture, is_nothing_without_a_load) {
  EXPECT_EQ(outside_picture(nullptr), "");
  EXPECT_EQ(outside_picture({{"timeline", Json::array()}}), "");
}

}  // namespace hikkoshi::report
