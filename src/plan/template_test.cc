#include "plan/template.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/testing/sample_move.h"

namespace hikkoshi::plan {

namespace {

std::string resolved(const std::string& text, std::size_t leg = 0) {
  move::Move move = sample_move();
  move.old_side.buckets["images"] = {"https://s3.old.example/images", {}, {}};
  return resolve_template(text, move, Itinerary(move), leg);
}

std::string fault(const std::string& text) {
  try {
    return "resolved to " + resolved(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::bad_move_file);
    return error.what();
  }
}

}  // namespace

TEST(Template, follows_a_store_to_the_side_where_it_is) {
  EXPECT_EQ(resolved("mysql://{{ databases.main.host }}:{{databases.main.port}}/"),
            "mysql://127.20.2.5:3306/");
  EXPECT_EQ(resolved("{{ buckets.images.url }}"), "https://s3.old.example/images");
}

TEST(Template, stays_on_old_before_the_stage_that_moves_the_store) {
  move::Move move = sample_move();
  move.stages = {{"web", {"frames"}, {}}, {"data", {"main"}, {}}};
  Itinerary itinerary(move);
  EXPECT_EQ(resolve_template("{{ databases.main.host }}", move, itinerary, 0), "127.10.2.5");
  EXPECT_EQ(resolve_template("{{ databases.main.host }}", move, itinerary, 1), "127.20.2.5");
}

TEST(Template, takes_the_schemas_from_old_when_new_does_not_repeat_them) {
  move::Move move = sample_move();
  move.old_side.databases["main"].schemas = {"frames", "frames_log"};
  move.new_side.databases["main"].schemas.clear();
  EXPECT_EQ(resolve_template("{{ databases.main.schemas }}", move, Itinerary(move), 0),
            "frames,frames_log");
}

TEST(Template, leaves_text_without_templates_alone) {
  for (const char* text : {"", "plain", "{ one }", "}} late", "{%x%}"}) {
    EXPECT_EQ(resolved(text), text);
  }
}

TEST(Template, names_what_leads_nowhere) {
  EXPECT_EQ(fault("{{ databases.mian.host }}"),
            "template '{{ databases.mian.host }}': there is no database 'mian'");
  EXPECT_EQ(fault("{{ databases.main.password }}"),
            "template '{{ databases.main.password }}': a database has no 'password'");
  EXPECT_EQ(fault("{{ hosts.web1.address }}"),
            "template '{{ hosts.web1.address }}': there are no 'hosts'");
  EXPECT_EQ(fault("{{ main }}"), "template '{{ main }}': KIND.NAME.FIELD is expected");
  EXPECT_EQ(fault("{{ buckets.films.url }}"),
            "template '{{ buckets.films.url }}': there is no bucket 'films'");
  EXPECT_EQ(fault("{{ buckets.images.key }}"),
            "template '{{ buckets.images.key }}': a bucket has no 'key'");
  EXPECT_NE(fault("x {{ databases.main.host").find("its end '}}' is missing"), std::string::npos);
}

}  // namespace hikkoshi::plan
