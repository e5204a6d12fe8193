#include "app/cli/narrator.h"

#include <gtest/gtest.h>

#include "app/testing/workplace.h"
#include "base/secret.h"

namespace hikkoshi::app {

namespace {

using journal::Kind;
using namespace std::chrono_literals;

plan::Item step(const std::string& id, const std::string& kind, const std::string& title,
                bool on_old = false, plan::Sign sign = plan::Sign::change) {
  plan::Step step;
  step.id = id;
  step.kind = kind;
  step.sign = sign;
  step.title = title;
  step.on_old = on_old;
  step.arguments = {{"balancer", id.substr(id.find('-') + 1)}};
  return {step, {}, false};
}

plan::Item gate(const std::string& id, const std::string& title, bool pivot = false) {
  plan::Gate gate;
  gate.id = id;
  gate.title = title;
  gate.pivot = pivot;
  return {{}, gate, false};
}

plan::Plan two_stages() {
  plan::Plan plan;
  plan::Stage service;
  service.name = "service";
  service.items = {
      step("show-edge", "show-page", "Show the page on edge", true),
      step("show-inner", "show-page", "Show the page on inner", true),
      step("show-new", "show-page", "Show the page on NEW"),
      step("copy", "copy-database", "Copy frames", false, plan::Sign::copy),
      gate("approve", "The team approves", true),
      step("hide-edge", "hide-page", "Hide the page on edge", true),
      step("hide-inner", "hide-page", "Hide the page on inner", true),
  };
  plan::Stage dns;
  dns.name = "dns";
  dns.items = {gate("ttl", "Old copies are gone")};
  plan.stages = {service, dns};
  plan.finish = {step("raise", "raise-ttl", "Raise the TTL", true)};
  return plan;
}

class NarratorTest : public testing::Test {
 protected:
  std::string said(Kind kind, const std::string& subject, Json body = Json::object()) {
    return told_by([&] { narrator.event(event(kind, subject, std::move(body))); });
  }
  std::string done(const std::string& id) { return said(Kind::step_done, id, {{"detail", ""}}); }
  std::string copied(Json progress) {
    return told_by([&] { narrator.progress("copy", progress); });
  }
  std::string read(const engine::Reading& reading) {
    return told_by([&] { narrator.reading("ttl", reading); });
  }

  plan::Plan plan = two_stages();
  FakeClock clock;
  Narrator narrator{plan, clock, false};
  Narrator in_terminal{plan, clock, true};
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_F(NarratorTest, tells_when_since_its_beginning_something_happened) {
  clock.advance(12'340ms);
  EXPECT_EQ(said(Kind::stage_begun, "service", {{"critical", true}, {"budget_ms", 5}}),
            "[   12.3 s] == service (critical)\n");
  EXPECT_EQ(said(Kind::stage_begun, "dns", {{"critical", false}}), "[   12.3 s] == dns\n");
}

TEST_F(NarratorTest, tells_how_long_a_step_took_and_that_it_changed_old) {
  EXPECT_EQ(said(Kind::step_intended, "raise"), "");
  clock.advance(2500ms);
  EXPECT_EQ(done("raise"), "[    2.5 s] ~ [OLD] Raise the TTL: done in 2.5s\n");
}

TEST_F(NarratorTest, tells_of_a_step_that_an_earlier_process_began) {
  EXPECT_EQ(done("copy"), "[    0.0 s] > Copy frames: done in 0ms\n");
}

TEST_F(NarratorTest, has_a_line_for_each_way_that_a_step_can_end) {
  EXPECT_TRUE(holds(said(Kind::step_found, "copy"), "> Copy frames: was so before we came\n"));
  EXPECT_TRUE(holds(said(Kind::step_failed, "copy", {{"error", "no room"}}),
                    "> Copy frames: step-failed: no room\n"));
  EXPECT_TRUE(holds(said(Kind::step_unknown, "copy", {{"error", "lost"}}), "step-unknown: lost\n"));
  EXPECT_TRUE(holds(said(Kind::undo_failed, "copy", {{"error", "no"}}), "undo-failed: no\n"));
  EXPECT_TRUE(holds(said(Kind::step_foreign, "copy", {{"detail", "another run"}}),
                    "somebody else changed it: another run\n"));
  EXPECT_TRUE(holds(said(Kind::step_undone, "copy"), "undone: > Copy frames\n"));
  EXPECT_TRUE(
      holds(said(Kind::stage_undoing, "service", {{"reason", "budget"}}), "going back: budget\n"));
}

TEST_F(NarratorTest, tells_who_opens_a_gate_that_waits_for_a_person) {
  EXPECT_TRUE(holds(said(Kind::gate_waiting, "approve", {{"evidence", "nobody yet"}}),
                    "! The team approves: waits: nobody yet (hikkoshi gate approve approve)\n"));
  EXPECT_TRUE(holds(said(Kind::gate_waiting, "ttl", {{"evidence", "40 s left"}}),
                    "? Old copies are gone: waits: 40 s left\n"));
  EXPECT_TRUE(holds(said(Kind::gate_open, "ttl", {{"evidence", "0 s left"}}),
                    "? Old copies are gone: open: 0 s left\n"));
}

TEST_F(NarratorTest, tells_what_the_run_itself_came_to) {
  EXPECT_TRUE(holds(said(Kind::pivot_passed, "service"), "from here on only forward\n"));
  EXPECT_TRUE(holds(said(Kind::run_completed, ""), "run completed"));
  EXPECT_TRUE(holds(said(Kind::rollback_begun, "", {{"reason", "asked"}}), "rollback begun asked"));
  EXPECT_TRUE(holds(said(Kind::rolled_back, ""), "rolled back"));
  EXPECT_TRUE(holds(said(Kind::request_refused, "", {{"reason", "another plan"}}),
                    "refused a request: another plan\n"));
  EXPECT_EQ(said(Kind::fact, "copy", {{"key", "k"}, {"value", 1}}), "");
}

TEST_F(NarratorTest, counts_the_time_behind_the_page_until_the_last_one_is_gone) {
  done("show-new");
  EXPECT_FALSE(holds(done("copy"), "page up"));  // Nobody is sent to NEW yet.
  done("show-edge");
  clock.advance(1s);
  done("show-inner");
  clock.advance(2s);
  EXPECT_TRUE(holds(done("copy"), "; page up for 3.0 s\n"));
  clock.advance(1s);
  EXPECT_TRUE(holds(done("hide-edge"), "; page up for 4.0 s\n"));
  EXPECT_FALSE(holds(done("hide-inner"), "page up"));
}

TEST_F(NarratorTest, takes_a_page_that_was_undone_for_gone_and_one_shown_again_for_there) {
  done("show-edge");
  said(Kind::step_undone, "show-edge");
  EXPECT_FALSE(holds(done("copy"), "page up"));
  said(Kind::step_undone, "hide-edge");
  clock.advance(7s);
  EXPECT_TRUE(holds(done("copy"), "page up for 7.0 s"));
}

TEST_F(NarratorTest, knows_from_the_journal_for_how_long_the_page_has_been_up) {
  auto earlier = [&](Kind kind, const std::string& subject, Millis ago) {
    journal::Event past = event(kind, subject);
    past.wall = clock.now() - ago;
    return past;
  };
  EXPECT_EQ(told_by([&] {
              narrator.recall({earlier(Kind::step_done, "show-edge", 90s),
                               earlier(Kind::step_undone, "show-edge", 80s),
                               earlier(Kind::step_done, "show-edge", 30s),
                               earlier(Kind::step_intended, "copy", 20s)});
            }),
            "");
  clock.advance(1s);
  EXPECT_EQ(done("copy"), "[    1.0 s] > Copy frames: done in 21s; page up for 31.0 s\n");
  EXPECT_FALSE(holds(done("hide-edge"), "page up"));
}

TEST_F(NarratorTest, gives_a_sign_of_life_every_half_minute_where_nobody_watches) {
  EXPECT_TRUE(holds(copied({{"doing", "orders"}}), "  ... Copy frames: orders\n"));
  clock.advance(29'999ms);
  EXPECT_EQ(copied({{"doing", "orders"}}), "");
  clock.advance(1ms);
  EXPECT_EQ(copied({{"doing", "items"}}), "[   30.0 s]   ... Copy frames: items\n");
  EXPECT_EQ(copied({{"doing", "items"}}), "");
}

TEST_F(NarratorTest, counts_the_half_minute_from_the_beginning_of_a_step) {
  clock.advance(1h);
  said(Kind::step_intended, "copy");
  clock.advance(29s);
  EXPECT_EQ(copied({{"doing", "orders"}}), "");
  clock.advance(1s);
  EXPECT_NE(copied({{"doing", "orders"}}), "");
}

TEST_F(NarratorTest, knows_no_rate_before_a_second_and_none_left_before_a_hundredth) {
  Json begun{{"rows", 0}, {"rows_total", 100'000}, {"bytes", 0}, {"doing", "orders"}};
  EXPECT_TRUE(holds(copied(begun), "Copy frames: 0 of about 100,000 rows; orders\n"));
  clock.advance(30s);
  std::string text = copied({{"rows", 900}, {"rows_total", 100'000}, {"bytes", 30'720}});
  EXPECT_TRUE(holds(text, "900 of about 100,000 rows, 1 KiB/s; \n")) << text;
  clock.advance(30s);
  text = copied({{"rows", 25'000}, {"rows_total", 100'000}, {"bytes", 122'880}});
  EXPECT_TRUE(holds(text, "25,000 of about 100,000 rows, 2 KiB/s, about 3m left; ")) << text;
}

TEST_F(NarratorTest, does_not_count_what_an_earlier_attempt_had_copied_as_speed) {
  copied({{"rows", 50'000}, {"rows_total", 100'000}, {"bytes", 1'048'576}});
  clock.advance(30s);
  std::string text =
      copied({{"rows", 60'000}, {"rows_total", 100'000}, {"bytes", 1'048'576 + 30'720}});
  EXPECT_TRUE(holds(text, " rows, 1 KiB/s, about 2m left; ")) << text;
}

TEST_F(NarratorTest, stops_guessing_when_there_are_more_rows_than_expected) {
  copied({{"rows", 0}, {"rows_total", 10}, {"bytes", 0}});
  clock.advance(30s);
  std::string text = copied({{"rows", 12}, {"rows_total", 10}, {"bytes", 30'720}});
  EXPECT_TRUE(holds(text, "12 of about 10 rows, 1 KiB/s; ")) << text;
  EXPECT_FALSE(holds(text, "left"));
}

TEST_F(NarratorTest, tells_when_a_gate_opens_as_far_as_that_is_known) {
  EXPECT_TRUE(holds(read({false, "TTL 30 s", clock.now() + 90s}),
                    "  ... Old copies are gone: TTL 30 s, opens in 1m30s\n"));
  clock.advance(30s);
  EXPECT_TRUE(holds(read({false, "TTL 30 s", {}}), "Old copies are gone: TTL 30 s\n"));
  clock.advance(30s);
  EXPECT_TRUE(holds(read({false, "TTL 30 s", clock.now() - 1s}), "gone: TTL 30 s\n"));
}

TEST_F(NarratorTest, writes_over_its_last_word_in_a_terminal) {
  auto progress = [&](const char* doing) {
    return told_by([&] { in_terminal.progress("copy", {{"doing", doing}}); });
  };
  EXPECT_EQ(progress("a"), "\r\x1b[K  ... Copy frames: a");
  EXPECT_EQ(progress("b"), "");  // Too early for the eye.
  clock.advance(200ms);
  EXPECT_EQ(progress("c"), "\r\x1b[K  ... Copy frames: c");
  std::string line = told_by([&] {
    in_terminal.event(event(Kind::stage_begun, "dns", {{"critical", false}}));
  });
  EXPECT_EQ(line, "\r\x1b[K[    0.2 s] == dns\n");
}

TEST_F(NarratorTest, cuts_a_long_word_between_characters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "引";
  std::string line = told_by([&] { in_terminal.progress("copy", {{"doing", text}}); });
  std::string shown = line.substr(line.find("引"));
  EXPECT_EQ(shown.size() % 3, 0u);
  EXPECT_LE(line.size(), 4 + 6 + 110u);
  EXPECT_GT(shown.size(), 60u);
}

TEST_F(NarratorTest, lets_no_hostile_text_steer_the_terminal) {
  const std::string hostile =
      "gone\x1b[2J\x1b]0;root\x07\r\nfake line\xc2\x9b"
      "1A";
  std::vector<std::string> lines{
      said(Kind::step_failed, "copy", {{"error", hostile}}),
      said(Kind::step_foreign, "copy", {{"detail", hostile}}),
      said(Kind::gate_open, "ttl", {{"evidence", hostile}}),
      said(Kind::stage_undoing, "dns", {{"reason", hostile}}),
      said(Kind::stage_begun, hostile, {{"critical", false}}),
      copied({{"doing", hostile}}),
  };
  for (const std::string& line : lines) {
    EXPECT_FALSE(holds(line, "\x1b")) << line;
    EXPECT_FALSE(holds(line, "\xc2\x9b")) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_TRUE(holds(line, "\\x1b[2J")) << line;
  }
  std::string shown = told_by([&] { in_terminal.progress("copy", {{"doing", hostile}}); });
  EXPECT_EQ(shown.rfind('\x1b'), 1u) << "only our own sequence, at the beginning";
  EXPECT_FALSE(holds(shown, "\n"));
}

TEST_F(NarratorTest, tells_no_secret) {
  remember_secret(Secret("fake-narrated-password"));
  EXPECT_TRUE(holds(said(Kind::step_failed, "copy", {{"error", "denied fake-narrated-password"}}),
                    "denied [secret]\n"));
  std::string shown = told_by([&] {
    in_terminal.progress("copy", {{"doing", "fake-narrated-password"}});
  });
  EXPECT_TRUE(holds(shown, "[secret]"));
  EXPECT_FALSE(holds(shown, "fake-narrated-password"));
}

TEST_F(NarratorTest, goes_by_the_id_of_what_the_plan_does_not_have) {
  EXPECT_EQ(done("other/step"), "[    0.0 s]   other/step: done in 0ms\n");
}

}  // namespace hikkoshi::app
