// The commands that need no world: what they print, save and refuse.
#include "app/cli/commands.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/cli/session.h"
#include "app/testing/workplace.h"
#include "journal/sqlite.h"

namespace hikkoshi::app {

namespace {

using journal::Kind;
namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Json data(const Said& said) {
  return parse_json(said.out, "standard output");
}

class Commands : public testing::Test {
 protected:
  Commands() { place.options.offline = true; }

  StatePaths paths() const { return state_paths(place.options); }

  Workplace place;
  Options& options = place.options;
};

}  // namespace

TEST_F(Commands, check_finds_the_example_good) {
  Said said = place.run(check);
  EXPECT_EQ(said.exit, 0);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, options.move_file + ": good\n");
  options.json = true;
  EXPECT_EQ(data(place.run(check)), Json::parse(R"({"diagnostics": [], "good": true})"));
}

TEST_F(Commands, check_prints_every_fault_with_its_place) {
  place.edit_move("uses: [main]", "uses: [mian]");
  place.edit_move("balancer: edge", "balancer: egde");
  Said said = place.run(check);
  EXPECT_EQ(said.exit, 65);
  EXPECT_TRUE(holds(said.out, "mian")) << said.out;
  EXPECT_TRUE(holds(said.out, "egde"));
  EXPECT_FALSE(holds(said.err, "good"));
  options.json = true;
  Json json = data(place.run(check));
  EXPECT_EQ(json["good"], false);
  EXPECT_GE(json["diagnostics"].size(), 2u);
  EXPECT_GT(json["diagnostics"][0]["line"], 1);
}

TEST_F(Commands, check_never_prints_a_password_that_stands_in_the_file) {
  place.edit_move("!secret env:OLD_DB_PASSWORD", "fake-open-password");
  for (bool json : {false, true}) {
    options.json = json;
    Said said = place.run(check);
    EXPECT_EQ(said.exit, 65);
    EXPECT_FALSE(holds(said.out + said.err, "fake-open-password"));
  }
}

TEST_F(Commands, a_move_file_that_is_missing_or_none_is_named_with_a_remedy) {
  ::mkfifo(place.path("pipe.yaml").c_str(), 0600);
  for (std::string file : {place.path("absent.yaml"), place.path("pipe.yaml"), place.path("."),
                           std::string("/dev/zero")}) {
    options.move_file = file;
    for (auto command : {check, plan, doctor, verify}) {
      Said said = place.run(command);
      EXPECT_EQ(said.exit, 65) << file;
      EXPECT_TRUE(said.err.starts_with("error: cannot read " + file + ": ")) << said.err;
      EXPECT_TRUE(holds(said.err, "\n  help: name a YAML file with --file")) << said.err;
    }
  }
}

TEST_F(Commands, an_empty_name_is_no_move_file) {
  options.move_file = "";
  Said said = place.run(check);
  EXPECT_EQ(said.exit, 64);
  EXPECT_EQ(said.err, "error: --file names no file\n  help: hikkoshi --help\n");
}

TEST_F(Commands, a_saved_plan_that_is_none_is_refused_with_what_to_do) {
  make_state_folder(paths());
  for (const char* text : {"", "{", "[]", "{\"format\": 999}", "\xff\xfe"}) {
    write_file_atomically(paths().plan(), text);
    for (auto command : {show, run}) {
      Said said = place.run(command);
      EXPECT_EQ(said.exit, 15) << text;
      EXPECT_TRUE(holds(said.err, paths().plan())) << said.err;
      EXPECT_TRUE(holds(said.err, "\n  help: make the plan again: hikkoshi plan\n")) << said.err;
    }
  }
}

TEST_F(Commands, wait_for_no_pipe_that_stands_where_a_file_should) {
  make_state_folder(paths());
  ::mkfifo(paths().plan().c_str(), 0600);
  for (auto command : {show, run, plan})
    EXPECT_TRUE(holds(place.run(command).err, "it is a named pipe"));
  ::mkfifo(paths().journal().c_str(), 0600);
  for (auto command : {status, list_gates, report, pause, run, rollback, finish}) {
    Said said = place.run(command);
    EXPECT_EQ(said.exit, 1);
    EXPECT_TRUE(holds(said.err, paths().journal() + " is no journal: it is a named pipe"))
        << said.err;
  }
  fs::remove(paths().journal());
  fs::create_directory(paths().journal());
  EXPECT_TRUE(holds(place.run(status).err, "is no journal: it is a folder"));
}

TEST_F(Commands, plan_saves_what_it_prints_for_its_owner_alone) {
  Said said = place.run(plan);
  EXPECT_EQ(said.exit, 0);
  EXPECT_TRUE(holds(said.out, "Move subservice\n"));
  EXPECT_TRUE(holds(said.out, "Stage service, critical"));
  std::string hash = plan::hash(saved_plan(options));
  EXPECT_EQ(said.err, "saved as " + paths().plan() + ", hash " + hash.substr(0, 12) + "\n");
  struct stat status {};
  ASSERT_EQ(::stat(paths().plan().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Commands, plan_tells_by_its_exit_code_whether_anything_changed) {
  options.detailed_exitcode = true;
  EXPECT_EQ(place.run(plan).exit, 2);
  EXPECT_EQ(place.run(plan).exit, 0);
  place.set_move_text("# A remark changes nothing.\n" + place.move_text());
  EXPECT_EQ(place.run(plan).exit, 0);
  place.edit_move("max_downtime: 5m", "max_downtime: 6m");
  EXPECT_EQ(place.run(plan).exit, 2);
  options.detailed_exitcode = false;
  place.edit_move("max_downtime: 6m", "max_downtime: 7m");
  EXPECT_EQ(place.run(plan).exit, 0);
}

TEST_F(Commands, plan_saves_nothing_when_told_so) {
  options.save = false;
  Said said = place.run(plan);
  EXPECT_EQ(said.exit, 0);
  EXPECT_TRUE(holds(said.out, "Move subservice"));
  EXPECT_FALSE(fs::exists(paths().folder));
}

TEST_F(Commands, plan_keeps_the_saved_plan_when_the_move_file_is_bad) {
  ASSERT_EQ(place.run(plan).exit, 0);
  std::string saved = read_file(paths().plan());
  place.edit_move("move: [public]", "move: [pubilc]");
  EXPECT_EQ(place.run(plan).exit, 65);
  EXPECT_EQ(read_file(paths().plan()), saved);
}

TEST_F(Commands, plan_prints_the_same_plan_as_text_runbook_and_data) {
  options.json = true;
  Json json = data(place.run(plan));
  EXPECT_EQ(plan::plan_from_json(json["plan"]), saved_plan(options));
  EXPECT_EQ(json["hash"], plan::hash(saved_plan(options)));
  options.json = false;
  options.markdown = true;
  EXPECT_TRUE(place.run(plan).out.starts_with("# "));
}

TEST_F(Commands, plan_holds_no_secret_of_this_machine) {
  ::setenv("OLD_DB_PASSWORD", "fake-planned-password", 1);
  options.json = true;
  Said said = place.run(plan);
  ::unsetenv("OLD_DB_PASSWORD");
  EXPECT_FALSE(holds(said.out + read_file(paths().plan()), "fake-planned-password"));
}

TEST_F(Commands, show_prints_what_was_saved_even_when_the_file_has_changed) {
  std::string planned = place.run(plan).out;
  place.edit_move("max_downtime: 5m", "max_downtime: 6m");
  Said said = place.run(show);
  EXPECT_EQ(said.exit, 0);
  EXPECT_EQ(said.out, planned);
  options.markdown = true;
  EXPECT_TRUE(place.run(show).out.starts_with("# "));
  options.json = true;
  EXPECT_EQ(data(place.run(show))["hash"], plan::hash(saved_plan(options)));
}

TEST_F(Commands, show_needs_a_plan) {
  Said said = place.run(show);
  EXPECT_EQ(said.exit, 64);
  EXPECT_EQ(said.err,
            "error: no plan is saved in " + paths().folder + "\n  help: make one: hikkoshi plan\n");
}

TEST_F(Commands, run_makes_no_plan_that_nobody_looked_at) {
  Said said = place.run(run);  // Standard error is caught, so this is no terminal.
  EXPECT_EQ(said.exit, 64);
  EXPECT_TRUE(holds(said.err, "help: make and read one first: hikkoshi plan\n"));
  EXPECT_FALSE(fs::exists(paths().folder));
}

TEST_F(Commands, run_refuses_a_plan_that_the_move_file_has_outgrown) {
  place.plan_offline();
  place.edit_move("max_downtime: 5m", "max_downtime: 6m");
  Said said = place.run(run);
  EXPECT_EQ(said.exit, 15);
  EXPECT_TRUE(holds(said.err, "help: look at the new plan: hikkoshi plan\n"));
  EXPECT_FALSE(fs::exists(paths().journal()));
}

TEST_F(Commands, going_back_and_finishing_need_a_run_and_leave_nothing_without) {
  for (auto command : {rollback, finish}) {
    Said said = place.run(command);
    EXPECT_EQ(said.exit, 64);
    EXPECT_TRUE(holds(said.err, "no run has begun in "));
    EXPECT_FALSE(fs::exists(paths().folder));
  }
}

TEST_F(Commands, status_without_a_run_says_so) {
  Said said = place.run(status);
  EXPECT_EQ(said.exit, 0);
  EXPECT_EQ(said.out, "no run has begun\n");
  options.json = true;
  options.watch = true;  // Nothing to wait for.
  EXPECT_EQ(data(place.run(status)), Json({{"state", "none"}}));
}

TEST_F(Commands, status_counts_the_steps_of_every_stage) {
  place.plan_offline();
  plan::Plan saved = saved_plan(options);
  std::string first = saved.stages[0].items[0].id(), second = saved.stages[0].items[1].id();
  place.begin_run({event(Kind::stage_begun, "prepare", {{"critical", false}}),
                   event(Kind::step_found, first, {{"stage", "prepare"}, {"detail", "there"}}),
                   event(Kind::step_intended, second,
                         {{"stage", "prepare"},
                          {"key", "k"},
                          {"before", {}},
                          {"was", "absent"},
                          {"deadline", ""}})});
  options.json = true;
  Json json = data(place.run(status));
  EXPECT_EQ(json["move"], "subservice");
  EXPECT_EQ(json["state"], "running");
  EXPECT_EQ(json["pivot"], false);
  EXPECT_EQ(json["plan_hash"], plan::hash(saved));
  ASSERT_EQ(json["stages"].size(), saved.stages.size());
  EXPECT_EQ(json["stages"][0]["state"], "begun");
  EXPECT_EQ(json["stages"][0]["done"], 1);
  EXPECT_GT(json["stages"][0]["steps"], 5);
  EXPECT_EQ(json["stages"][1]["state"], "pending");
  EXPECT_EQ(json["placement"][0]["thing"], "service frames");
  options.json = false;
  std::string text = place.run(status).out;
  EXPECT_TRUE(text.starts_with("subservice run-1: running\n")) << text;
  EXPECT_TRUE(holds(text, "  prepare          begun    1 of ")) << text;
}

TEST_F(Commands, status_names_the_gate_that_is_waited_for) {
  place.plan_offline();
  std::string gate;
  plan::Plan saved = saved_plan(options);
  for (const plan::Item& item : saved.stages[1].items)
    if (item.gate && item.gate->pivot) gate = item.gate->id;
  place.begin_run({event(Kind::gate_waiting, gate,
                         {{"stage", "service"},
                          {"title", "x"},
                          {"evidence", "nobody\x1b[2J"},
                          {"opens_at", "2026-01-01T00:00:00.000Z"}})});
  options.json = true;
  Json waiting = data(place.run(status))["waiting"];
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0]["id"], gate);
  EXPECT_EQ(waiting[0]["kind"], "approval");
  EXPECT_EQ(waiting[0]["opens_at"], "2026-01-01T00:00:00.000Z");
  options.json = false;
  EXPECT_TRUE(holds(place.run(status).out, "(" + gate + ") nobody\\x1b[2J\n"));
  place.append({event(Kind::gate_open, gate,
                      {{"stage", "service"}, {"evidence", "mika"}, {"pivot", true}})});
  std::string text = place.run(status).out;
  EXPECT_FALSE(holds(text, "waits")) << text;
  EXPECT_TRUE(holds(text, "running (past the pivot)\n")) << text;
}

TEST_F(Commands, nothing_believes_a_journal_whose_tables_were_edited) {
  place.plan_offline();
  place.begin_run();
  ASSERT_EQ(place.run(status).exit, 0);
  journal::Sqlite(paths().journal(), journal::Sqlite::Mode::create)
      .execute("UPDATE run SET state='completed'");
  for (auto command : {status, list_gates, report, pause, run, rollback, finish}) {
    Said said = place.run(command);
    EXPECT_EQ(said.exit, 12);
    EXPECT_EQ(said.out, "");
    EXPECT_TRUE(holds(said.err, "error: the journal was changed")) << said.err;
    EXPECT_TRUE(holds(said.err, "  help: believe neither status nor report")) << said.err;
  }
}

TEST_F(Commands, status_says_when_no_engine_is_at_work) {
  place.plan_offline();
  place.begin_run();
  EXPECT_TRUE(holds(place.run(status).out, "  no engine is at work: hikkoshi run goes on\n"));
  options.json = true;
  EXPECT_EQ(data(place.run(status))["engine"], false);
}

TEST_F(Commands, status_watches_until_the_run_stops) {
  place.plan_offline();
  place.begin_run({event(Kind::run_stopped, "", {{"exit", 10}, {"text", "waits for\x07 mika"}})});
  options.watch = true;
  Said said = place.run(status);  // Would not come back while the run goes on.
  EXPECT_EQ(said.exit, 0);
  EXPECT_EQ(said.out.find("run-1: stopped\n  waits for\\x07 mika\n"), said.out.find("run-1"));
}

TEST_F(Commands, report_needs_a_run) {
  Said said = place.run(report);
  EXPECT_EQ(said.exit, 64);
  EXPECT_TRUE(holds(said.err, "no run has begun in "));
}

TEST_F(Commands, report_is_written_where_it_is_asked_for) {
  place.plan_offline();
  place.begin_run();
  options.output = place.path("out");
  Said said = place.run(report);
  EXPECT_EQ(said.exit, 0) << said.err;
  EXPECT_TRUE(holds(said.out, "subservice"));
  Json json = parse_json(read_file(options.output + "/report.json"), "report");
  EXPECT_TRUE(holds(read_file(options.output + "/report.html"), "<h1>"));
  EXPECT_FALSE(fs::exists(paths().folder + "/report.json"));
  options.json = true;
  EXPECT_EQ(data(place.run(report)), json);
}

TEST_F(Commands, report_names_what_a_load_program_should_have_written) {
  place.plan_offline();
  place.begin_run();
  options.outside = place.path("load.json");
  EXPECT_TRUE(holds(place.run(report).err, "load.json"));
  write_file_atomically(options.outside, "{");
  Said said = place.run(report);
  EXPECT_NE(said.exit, 0);
  EXPECT_TRUE(holds(said.err, "load.json is not JSON")) << said.err;
  for (const char* text :
       {"[]", "{\"timeline\": 1}", "{\"timeline\": [1]}", "{\"timeline\": [{\"ok\": \"1\"}]}",
        "{\"requests\": {\"total\": []}}"}) {
    write_file_atomically(options.outside, text);
    said = place.run(report);
    EXPECT_EQ(said.exit, 64) << text;
    EXPECT_TRUE(holds(said.err, "load.json is not what a load program saw: ")) << said.err;
  }
  EXPECT_FALSE(fs::exists(paths().folder + "/report.json"));
}

TEST_F(Commands, probe_of_an_unknown_service_asks_nobody) {
  options.service = "farmes";
  Said said = place.run(probe);
  EXPECT_EQ(said.exit, 64);
  EXPECT_EQ(said.err, "error: the move file has no service 'farmes'\n");
}

TEST_F(Commands, version_is_said_to_people_and_programs) {
  EXPECT_EQ(place.run(version).out, "hikkoshi " HIKKOSHI_VERSION "\n");
  options.json = true;
  EXPECT_EQ(data(place.run(version))["version"], HIKKOSHI_VERSION);
}

}  // namespace hikkoshi::app
