// What the command line says.
#pragma once

#include <string>
#include <vector>

namespace hikkoshi::app {

/// One command's options; each command reads what concerns it.
struct Options {
  std::string command;  ///< Its words: "gate approve".
  std::string move_file = "move.yaml";
  std::vector<std::string> overlays;
  std::string state;  ///< Empty: ".hikkoshi" beside the move file.
  bool json = false;
  bool detailed_exitcode = false;
  bool offline = false;   ///< plan: ask nobody.
  bool markdown = false;  ///< plan, show: the runbook.
  bool grants = false;    ///< doctor: print the statements that make the mover's accounts.
  bool save = true;       ///< plan: keep it for `run`.
  bool wait = true;       ///< run, finish: wait at gates; requests: wait for the answer.
  bool yes = false;       ///< run: do not ask.
  bool lose_writes = false;
  bool watch = false;  ///< status: again and again.
  std::string gate;
  std::string who;
  std::string outside;  ///< report: what a load program saw.
  std::string output;   ///< report: where report.html and report.json go; man: pages.
  std::string service;  ///< probe: one service; empty: all.
  std::string code;     ///< explain: one code; empty: all are listed.
  std::string shell;    ///< completion: bash, zsh, fish.
  std::string page;     ///< man: of a command; empty: the program's.
};

/// Where a move keeps what it knows.
struct StatePaths {
  std::string folder;
  std::string journal() const { return folder + "/journal.db"; }
  std::string plan() const { return folder + "/plan.json"; }
  std::string lock() const { return folder + "/lock"; }
  std::string requests() const { return folder + "/requests"; }
  std::string reserve() const { return folder + "/reserve"; }  ///< Room for the journal.
  std::string log() const { return folder + "/log"; }
};

StatePaths state_paths(const Options& options);

}  // namespace hikkoshi::app
