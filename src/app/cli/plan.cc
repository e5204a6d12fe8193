#include "plan/plan.h"

#include <filesystem>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/observe.h"
#include "app/cli/session.h"
#include "plan/compile.h"
#include "plan/render_markdown.h"
#include "plan/render_text.h"

namespace hikkoshi::app {

namespace {

void print_plan(const plan::Plan& plan, const Options& options) {
  if (options.json) return print_json({{"plan", plan::to_json(plan)}, {"hash", plan::hash(plan)}});
  print(options.markdown ? plan::render_markdown(plan) : plan::render_text(plan));
}

}  // namespace

Exit plan(const Options& options) {
  plan::Plan made;
  if (options.offline) {
    move::Move move = load_move(options);
    made = plan::compile(move, {}, move_hash(move));
  } else {
    Session session(options);
    made = plan::compile(session.move(), observe(session), move_hash(session.move()));
  }
  print_plan(made, options);
  if (!options.save) return Exit::ok;
  StatePaths paths = state_paths(options);
  make_state_folder(paths);
  std::string text = canonical(plan::to_json(made)) + "\n";
  bool changed = !std::filesystem::exists(paths.plan()) || read_file(paths.plan()) != text;
  write_file_atomically(paths.plan(), text, 0600);
  say("saved as " + paths.plan() + ", hash " + plan::hash(made).substr(0, 12));
  return options.detailed_exitcode && changed ? Exit::changes : Exit::ok;
}

Exit show(const Options& options) {
  print_plan(saved_plan(options), options);
  return Exit::ok;
}

}  // namespace hikkoshi::app
