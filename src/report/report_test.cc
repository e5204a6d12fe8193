#include "report/report.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "journal/mem_journal.h"
#include "plan/plan.h"

namespace hikkoshi::report {

using journal::Event;
using journal::Kind;

plan::Step step(std::string id, std::string kind, bool on_old, Json arguments = Json::object()) {
  plan::Step result;
  result.id = std::move(id);
  result.kind = std::move(kind);
  result.title = "Title of " + result.id;
  result.on_old = on_old;
  result.arguments = std::move(arguments);
  return result;
}

plan::Item item(plan::Step step) {
  plan::Item result;
  result.step = std::move(step);
  return result;
}

/// A small move: TTL lowered, page, copy and verification, page away, TTL back.
plan::Plan small_plan() {
  plan::Plan plan;
  plan.move = "small <move>";
  plan.downtime = {Millis(5'000), Millis(20'000), "default rate"};
  plan::Stage prepare{"prepare", false, {}, false, {item(step("ttl", "lower-ttl", true))}};
  plan::Stage cutover{"service", true, Millis(60'000), false, {}};
  cutover.items = {item(step("show", "show-page", true, {{"balancer", "edge"}})),
                   item(step("copy", "copy-database", false, {{"database", "main"}})),
                   item(step("verify", "verify-database", false, {{"database", "main"}})),
                   item(step("forward", "forward-balancer", true, {{"balancer", "edge"}})),
                   item(step("hide", "hide-page", true, {{"balancer", "edge"}}))};
  plan.stages = {prepare, cutover};
  plan.finish = {item(step("raise", "raise-ttl", true))};
  plan.placement = {{"database main", {"old", "new"}}};
  return plan;
}

/// Writes the history of one run of small_plan.
class History {
 public:
  History() {
    plan::Plan plan = small_plan();
    add(Kind::run_begun, "",
        {{"move", plan.move}, {"plan_hash", hash(plan)}, {"plan", to_json(plan)}});
  }

  void add(Kind kind, const std::string& subject, Json body, int seconds = 0) {
    now_ += std::chrono::seconds(seconds);
    Event event;
    event.kind = kind;
    event.subject = subject;
    event.body = std::move(body);
    event.run = "run-1";
    event.wall = now_;
    journal_.append({event});
  }

  void done(const std::string& id, const std::string& stage, int seconds,
            Json before = Json::object()) {
    add(Kind::step_intended, id,
        {{"stage", stage},
         {"key", id},
         {"before", before},
         {"was", "absent"},
         {"deadline", format_time(now_)}});
    add(Kind::step_done, id, {{"detail", "as wanted"}}, seconds);
  }

  void fact(const std::string& id, const std::string& key, Json value) {
    add(Kind::fact, id, {{"key", key}, {"value", std::move(value)}});
  }

  Json report(const Json& outside = nullptr) const {
    return make_report(journal_.state(), journal::events_on(disk_), outside);
  }

  /// Everything up to the end of the stages.
  void whole() {
    Json records = {{{"name", "a.test"}, {"type", "A"}, {"ttl", 30}, {"values", {"192.0.2.1"}}}};
    Json low = records;
    low[0]["ttl"] = 3;
    done("ttl", "prepare", 1, {{"records", records}});
    done("show", "service", 1);
    done("copy", "service", 6);
    fact("copy", "copy",
         {{"rows", 1000},
          {"bytes", 4096},
          {"seconds", 5.5},
          {"tables", Json::array()},
          {"objects", {{"views", 1}}},
          {"position", "0-1-2"}});
    done("verify", "service", 2);
    fact("verify", "verify",
         {{"tables", 3},
          {"rows", 1000},
          {"mismatches", 0},
          {"seconds", 1.5},
          {"differences", Json::array()}});
    done("forward", "service", 1);
    done("hide", "service", 1, {{"records", low}});
    add(Kind::run_completed, "", Json::object());
  }

 private:
  std::string disk_;
  journal::MemJournal journal_{disk_};
  WallTime now_{Millis(1'763'766'316'000)};
};

TEST(Report, measures_the_time_behind_the_page_from_page_to_page) {
  History history;
  history.whole();
  Json report = history.report();
  EXPECT_DOUBLE_EQ(report["actual_s"].get<double>(), 10.0);
  EXPECT_DOUBLE_EQ(report["forecast_s"]["low"].get<double>(), 5.0);
  EXPECT_EQ(report["result"], "moved");
}

TEST(Report, adds_up_every_time_behind_the_page_and_lists_them) {
  History history;
  history.done("show", "service", 1);
  history.add(Kind::undo_intended, "show", Json::object(), 7);
  history.add(Kind::step_undone, "show", {{"detail", "hidden"}}, 1);
  history.whole();
  Json report = history.report();
  EXPECT_DOUBLE_EQ(report["actual_s"].get<double>(), 18.0);
  ASSERT_EQ(report["behind_the_page"].size(), 2u);
  EXPECT_EQ(report["behind_the_page"][0]["ended"], "went back");
  EXPECT_DOUBLE_EQ(report["behind_the_page"][0]["seconds"].get<double>(), 8.0);
  EXPECT_EQ(report["behind_the_page"][1]["ended"], "moved");
  std::string from = report["behind_the_page"][0]["from"];
  EXPECT_NE(render_text(report).find(from), std::string::npos);
  EXPECT_NE(render_html(report).find("<h2>Behind the page</h2>"), std::string::npos);
  EXPECT_NE(render_html(report).find("<td>" + from + "</td>"), std::string::npos);
}

TEST(Report, says_that_the_page_is_still_up) {
  History history;
  history.done("show", "service", 1);
  history.add(Kind::run_stopped, "", {{"exit", 12}, {"text", "look"}}, 30);
  Json report = history.report();
  EXPECT_DOUBLE_EQ(report["actual_s"].get<double>(), 30.0);
  EXPECT_TRUE(report["behind_the_page"][0]["to"].is_null());
  EXPECT_NE(render_text(report).find(" to now: 30.0 s, still up\n"), std::string::npos);
}

TEST(Report, tells_what_was_copied_and_compared) {
  History history;
  history.whole();
  Json database = history.report()["databases"][0];
  EXPECT_EQ(database["rows"], 1000);
  EXPECT_EQ(database["tables_verified"], 3);
  EXPECT_EQ(database["mismatches"], 0);
  EXPECT_DOUBLE_EQ(database["copy_s"].get<double>(), 5.5);
}

TEST(Report, follows_a_ttl_down_and_up_again) {
  History history;
  history.whole();
  Json during = history.report()["dns"][0];
  EXPECT_EQ(during["ttl_before"], 30);
  EXPECT_EQ(during["ttl_during"], 3);
  history.fact(
      "raise", "records",
      {{"after", {{{"name", "a.test"}, {"type", "A"}, {"ttl", 30}, {"values", {"192.0.2.9"}}}}}});
  Json after = history.report()["dns"][0];
  EXPECT_EQ(after["ttl_after"], 30);
  EXPECT_EQ(after["after"], Json({"192.0.2.9"}));
}

TEST(Report, sees_a_low_ttl_that_was_not_raised_yet) {
  History history;
  history.whole();
  history.fact("ttl", "ttl", {{"ttl", 12}, {"old_ttl", 30}});
  Json name = history.report()["dns"][0];
  EXPECT_EQ(name["ttl_before"], 30);
  EXPECT_EQ(name["ttl_during"], 3);
  history.add(Kind::undo_intended, "ttl", {});
  history.add(Kind::step_undone, "ttl", {{"detail", "absent"}});
  EXPECT_EQ(render_text(history.report()).find("null"), std::string::npos);
}

TEST(Report, says_what_is_left_to_do) {
  History history;
  history.whole();
  std::string left = history.report()["left"].dump();
  EXPECT_NE(left.find("hikkoshi finish"), std::string::npos);
  EXPECT_NE(left.find("forwards stragglers"), std::string::npos);
  EXPECT_NE(left.find("no way back"), std::string::npos);
}

TEST(Report, of_a_run_that_went_back_and_was_finished_says_that_it_went_back) {
  History history;
  history.whole();
  history.add(Kind::rollback_begun, "", {{"lose_writes", true}, {"reason", "rollback"}});
  history.add(Kind::rolled_back, "", Json::object());
  EXPECT_EQ(history.report()["result"], "rolled back");
  history.add(Kind::finish_begun, "", Json::object());
  history.fact("run", "went_back", true);
  history.add(Kind::finished, "", Json::object());
  Json report = history.report();
  EXPECT_EQ(report["result"], "rolled back");
  EXPECT_TRUE(report["left"].empty()) << report["left"].dump();
}

TEST(Report, of_a_run_that_has_only_begun_is_whole_too) {
  History history;
  Json report = history.report();
  EXPECT_EQ(report["result"], "not finished");
  EXPECT_TRUE(report["actual_s"].is_null());
  EXPECT_NE(render_text(report).find("behind the page: -"), std::string::npos);
  EXPECT_NE(render_html(report).find("</html>"), std::string::npos);
}

TEST(Report, needs_a_run) {
  EXPECT_THROW(make_report(journal::State{}, {}, nullptr), Error);
}

TEST(Report, escapes_names_in_html_and_not_in_text) {
  History history;
  history.whole();
  Json report = history.report();
  EXPECT_EQ(render_html(report).find("small <move>"), std::string::npos);
  EXPECT_NE(render_html(report).find("small &lt;move&gt;"), std::string::npos);
  EXPECT_NE(render_text(report).find("small <move>: moved"), std::string::npos);
}

TEST(Report, shows_differences_and_the_view_from_outside) {
  History history;
  history.whole();
  history.fact("verify", "verify",
               {{"tables", 3},
                {"rows", 999},
                {"mismatches", 1},
                {"seconds", 1.5},
                {"differences", {{{"where", "frames.orders"}, {"text", "row 7 differs"}}}}});
  Json outside{{"requests", {{"total", 12}, {"failed", 1}, {"paged", 2}}},
               {"timeline", {{{"ok", 9}, {"paged", 2}, {"failed", 1}}}}};
  std::string html = render_html(history.report(outside));
  EXPECT_NE(html.find("frames.orders: row 7 differs"), std::string::npos);
  EXPECT_NE(html.find("12 requests: 1 failed, 2 got the page"), std::string::npos);
  EXPECT_NE(html.find("<rect class=\"failed\""), std::string::npos);
}

}  // namespace hikkoshi::report
