// A folder with the example's move file, and commands run in it with what they say caught.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/cli/options.h"
#include "base/error.h"
#include "base/file.h"
#include "journal/event.h"

namespace hikkoshi::app {

/// What one command said, and the program's exit code.
struct Said {
  int exit = 0;
  std::string out, err;
};

/// Runs `command` as `main` does, with both streams caught.
Said said_by(const std::function<Exit()>& command);

/// What is written to standard error while `work` runs.
std::string told_by(const std::function<void()>& work);

/// The path of the example's move file in the source tree.
std::string example_move();

/// Not thread-safe; goes with its folder.
class Workplace {
 public:
  /// Copies the example's move file into a new folder.
  Workplace();

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string move_text() const;
  void set_move_text(const std::string& text);
  /// Every `from` in the move file becomes `to`; `from` must be there.
  void edit_move(const std::string& from, const std::string& to);

  /// Runs a command with the options as they are now.
  Said run(Exit (*command)(const Options&)) const;
  Said run(Exit (*command)(const Options&), const Options& options) const;

  /// Saves a plan of the move file, asking nobody.
  void plan_offline() const;

  /// Begins a run of the saved plan in the journal, then appends what `events` say of it.
  void begin_run(std::vector<journal::Event> events = {}) const;
  void append(std::vector<journal::Event> events) const;

  Options options;

 private:
  TemporaryFolder folder_;
};

/// One line of history, for Workplace::append.
journal::Event event(journal::Kind kind, const std::string& subject, Json body = Json::object());

}  // namespace hikkoshi::app
