#include "journal/event.h"

#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace hikkoshi::journal {

namespace {

Event fact(const std::string& subject, const Json& value) {
  Event event;
  event.kind = Kind::fact;
  event.subject = subject;
  event.run = "r1";
  event.epoch = 3;
  event.wall = WallTime(Millis(1'700'000'000'123));
  event.body = {{"key", "k"}, {"value", value}};
  return event;
}

}  // namespace

TEST(Event, every_kind_has_its_own_word_and_is_found_by_it) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(Kind::finished); ++i) {
    Kind kind = static_cast<Kind>(i);
    words.insert(std::string(to_string(kind)));
    EXPECT_EQ(kind_from(to_string(kind)), kind);
  }
  EXPECT_EQ(words.size(), 29u);
  EXPECT_THROW(kind_from("step-dreamt"), Error);
}

TEST(Event, reads_back_from_its_json_as_it_was) {
  Event event = chained({fact("copy", {{"rows", 7}, {"name", "引っ越し"}})}, 0, first_prev())[0];
  EXPECT_EQ(event_from_json(to_json(event)), event);
  EXPECT_EQ(hash(event), event.hash);
}

TEST(Event, that_lacks_a_field_is_refused) {
  Json json = to_json(chained({fact("a", 1)}, 0, first_prev())[0]);
  json.erase("epoch");
  EXPECT_THROW(event_from_json(json), Error);
}

TEST(Event, chain_counts_on_and_links_each_to_the_one_before) {
  auto events = chained({fact("a", 1), fact("b", 2)}, 41, "before");
  EXPECT_EQ(events[0].seq, 42u);
  EXPECT_EQ(events[0].prev, "before");
  EXPECT_EQ(events[1].seq, 43u);
  EXPECT_EQ(events[1].prev, events[0].hash);
  EXPECT_NO_THROW(check_link(events[1], 42, events[0].hash));
}

TEST(Event, hash_covers_every_field_that_means_something) {
  Event event = chained({fact("a", 1)}, 0, first_prev())[0];
  std::vector<Event> changed(7, event);
  changed[0].subject = "b";
  changed[1].body["value"] = 2;
  changed[2].epoch = 4;
  changed[3].wall += Millis(1);
  changed[4].attempt = 9;
  changed[5].run = "r2";
  changed[6].kind = Kind::step_done;
  for (const Event& one : changed) EXPECT_THROW(check_link(one, 0, first_prev()), Error);
}

TEST(Event, body_that_is_not_utf8_still_has_one_hash) {
  Event event = chained({fact("a", "bad \xff byte")}, 0, first_prev())[0];
  EXPECT_EQ(event_from_json(Json::parse(canonical(to_json(event)))), event);
  EXPECT_NO_THROW(check_link(event, 0, first_prev()));
}

}  // namespace hikkoshi::journal
