#include "app/cli/session.h"

#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/drivers.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/attempt.h"
#include "journal/reader.h"

namespace hikkoshi::app {

StatePaths state_paths(const Options& options) {
  if (!options.state.empty()) return {options.state};
  auto folder = std::filesystem::path(options.move_file).parent_path();
  return {(folder.empty() ? std::filesystem::path(".hikkoshi") : folder / ".hikkoshi").string()};
}

void make_state_folder(const StatePaths& paths) {
  std::error_code error;
  if (std::filesystem::is_directory(paths.folder, error)) return;
  std::filesystem::create_directories(paths.folder, error);
  if (error)
    throw Error(Retry::never, "cannot make the folder " + paths.folder + ": " + error.message())
        .remedy("make it writable, or name another one with --state");
  std::filesystem::permissions(paths.folder, std::filesystem::perms::owner_all);
}

bool has_journal(const StatePaths& paths) {
  if (std::string fault = not_a_plain_file(paths.journal()); !fault.empty())
    throw Error(Retry::never, fmt::format("{} is no journal: it {}", paths.journal(), fault))
        .remedy("put it away, or name another folder with --state");
  std::error_code error;
  auto size = std::filesystem::file_size(paths.journal(), error);
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    throw Error(Retry::never, "cannot look at " + paths.journal() + ": " + error.message())
        .remedy("use the account that ran it, or name another folder with --state");
  return !error && size > 0;
}

bool engine_at_work(const StatePaths& paths) {
  if (FileLock::is_held(paths.lock())) return true;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  return FileLock::is_held(paths.lock());
}

move::Parsed read_move(const Options& options) {
  if (options.move_file.empty())
    throw Error(Retry::never, "--file names no file", Exit::usage).remedy("hikkoshi --help");
  move::Parsed parsed;
  auto error = engine::attempt([&] { parsed = move::load(options.move_file, options.overlays); });
  if (!error) return parsed;
  std::string remedy = "name a YAML file with --file; how to write one: hikkoshi's README, step 1";
  throw Error(Retry::never, error->what(), Exit::bad_move_file).remedy(remedy);
}

move::Move load_move(const Options& options) {
  move::Parsed parsed = read_move(options);
  if (!parsed.diagnostics.empty()) say(move::render(parsed.diagnostics));
  if (!parsed.move)
    throw Error(Retry::never, options.move_file + " has errors", Exit::bad_move_file);
  return *parsed.move;
}

std::string move_hash(const move::Move& move) {
  return sha256(canonical(move::to_json(move)));
}

Session::Session(const Options& options)
    : move_(load_move(options)),
      names_(names_of(move_)),
      drivers_(make_drivers(move_, folder_.path(), clock_)) {}

journal::State begun_run(const StatePaths& paths) {
  if (has_journal(paths)) {
    journal::State state = journal::Reader(paths.journal()).verified();
    if (!state.plan.is_null()) return state;
  }
  throw Error(Retry::never, "no run has begun in " + paths.folder, Exit::usage)
      .remedy("start one: hikkoshi run");
}

plan::Plan saved_plan(const Options& options) {
  StatePaths paths = state_paths(options);
  if (!std::filesystem::exists(paths.plan()))
    throw Error(Retry::never, "no plan is saved in " + paths.folder, Exit::usage)
        .remedy("make one: hikkoshi plan");
  std::string text = read_file(paths.plan());
  plan::Plan plan;
  auto error =
      engine::attempt([&] { plan = plan::plan_from_json(parse_json(text, paths.plan())); });
  if (!error) return plan;
  throw Error(Retry::never, error->what(), Exit::stale_plan)
      .in(paths.plan())
      .remedy("make the plan again: hikkoshi plan");
}

void require_fresh(const plan::Plan& plan, const move::Move& move) {
  if (plan.move_hash == move_hash(move)) return;
  throw Error(Retry::never, "the move file has changed since the plan was made", Exit::stale_plan)
      .remedy("look at the new plan: hikkoshi plan");
}

}  // namespace hikkoshi::app
