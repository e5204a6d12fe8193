#include "app/cli/work.h"

#include <filesystem>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/command_log.h"
#include "app/cli/console.h"
#include "app/cli/narrator.h"
#include "app/cli/session.h"
#include "app/step_kinds.h"
#include "base/file.h"
#include "engine/engine.h"
#include "engine/reserve.h"
#include "journal/reader.h"
#include "journal/sqlite_journal.h"
#include "steps/driver_world.h"

namespace hikkoshi::app {

namespace {

std::string holder() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("process {} on {}", ::getpid(), host);
}

engine::Random dice() {
  auto source = std::make_shared<std::mt19937_64>(std::random_device{}());  // Shared by its copies.
  return [source] {
    return std::uniform_real_distribution<double>(0, 1)(*source);
  };
}

/// The plan that the errand is about: the saved one, or the one that the journal's run has.
plan::Plan plan_for(Errand errand, const Options& options, const journal::Journal& journal,
                    const move::Move& move) {
  const journal::State& state = journal.state();
  if (errand == Errand::run && (state.plan.is_null() || state.run.over())) {
    plan::Plan plan = saved_plan(options);
    require_fresh(plan, move);
    return plan;
  }
  if (state.plan.is_null())
    throw Error(Retry::never, "no run has begun", Exit::usage).remedy("start one: hikkoshi run");
  plan::Plan plan = plan::plan_from_json(state.plan);
  if (errand == Errand::run) require_fresh(plan, move);
  return plan;
}

engine::Result execute(engine::Engine& engine, Errand errand, const plan::Plan& plan,
                       const Options& options, std::stop_token stop) {
  switch (errand) {
    case Errand::run:
      return engine.run(plan, stop);
    case Errand::rollback:
      return engine.rollback(options.lose_writes, stop);
    case Errand::finish:
      return engine.finish(stop);
  }
  return {};
}

void tell(const engine::Result& result, bool json) {
  if (json) {
    Json told{{"exit", int(result.exit)}, {"text", result.text}, {"remedy", result.remedy}};
    if (!result.gate.empty()) told["gate"] = result.gate;
    if (result.opens_at) told["opens_at"] = format_time(*result.opens_at);
    return print_json(told);
  }
  say(result.text);
  if (!result.remedy.empty()) say("  help: " + result.remedy);
}

}  // namespace

Exit work(const Options& options, Errand errand, std::stop_token stop) {
  StatePaths paths = state_paths(options);
  make_state_folder(paths);
  FileLock lock(paths.lock());
  // Within a cutover an engine that cannot even open its journal would leave the page up.
  constexpr std::uint64_t least_room = 1 << 20;
  if (engine::room_at(paths.folder) < least_room) engine::Reserve(paths.reserve()).release();
  write_file_atomically(paths.folder + "/engine.pid", fmt::format("{}\n", ::getpid()), 0600);
  Session session(options);
  journal::SqliteJournal journal(paths.journal());
  plan::Plan plan = plan_for(errand, options, journal, session.move());
  engine::FolderRequests requests(paths.requests());
  steps::DriverWorld world(step_kinds(), session.names(), session.drivers(), session.clock());
  Narrator narrator(plan, session.clock(), can_write_over());
  narrator.recall(journal::Reader(paths.journal()).events());
  CommandLog log(options);
  log.info(fmt::format("the engine begins: process {}, plan {}", ::getpid(), plan::hash(plan)));
  LoggingListener listener(log, narrator);
  engine::Engine engine({journal, world, session.clock(), requests, listener},
                        {.holder = holder(),
                         .boot = engine::boot_id(),
                         .random = dice(),
                         .wait_at_gates = options.wait,
                         .reserve = paths.reserve()});
  engine::Result result = execute(engine, errand, plan, options, stop);
  log.info(fmt::format("the engine ends: exit {}: {}", int(result.exit), result.text));
  tell(result, options.json);
  return result.exit;
}

}  // namespace hikkoshi::app
