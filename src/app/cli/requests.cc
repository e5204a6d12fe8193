#include "engine/requests.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "base/text.h"
#include "plan/plan.h"

namespace hikkoshi::app {

namespace {

std::string who(const Options& options) {
  if (!options.who.empty()) return options.who;
  const passwd* user = ::getpwuid(::geteuid());
  return user ? user->pw_name : fmt::format("uid {}", ::geteuid());
}

Exit ask(const Options& options, engine::Request::What what) {
  StatePaths paths = state_paths(options);
  journal::State state = begun_run(paths);
  engine::Request request;
  request.what = what;
  request.plan = state.run.plan_hash;
  request.who = who(options);
  std::string id = engine::drop_request(paths.requests(), request);
  say(fmt::format("asked the run to {} ({})", engine::to_string(what), id));
  return Exit::ok;
}

}  // namespace

Exit list_gates(const Options& options) {
  journal::State state = begun_run(state_paths(options));
  Json list = Json::array();
  for (const auto& [id, gate] : state.gates)
    list.push_back({{"id", id},
                    {"title", gate.title},
                    {"open", gate.open},
                    {"evidence", gate.evidence},
                    {"approved_by", gate.approved_by}});
  if (options.json) {
    print_json({{"gates", list}});
    return Exit::ok;
  }
  for (const Json& gate : list)
    print(fmt::format("{:<5} {}: {}{}\n", gate["open"].get<bool>() ? "open" : "shut",
                      gate["id"].get<std::string>(), gate["title"].get<std::string>(),
                      gate["evidence"].get<std::string>().empty()
                          ? ""
                          : " (" + printable(gate["evidence"].get<std::string>()) + ")"));
  if (list.empty()) say("no gate was reached yet");
  return Exit::ok;
}

Exit approve(const Options& options) {
  StatePaths paths = state_paths(options);
  journal::State state = begun_run(paths);
  plan::Plan plan = plan::plan_from_json(state.plan);
  bool known = false;
  for (const plan::Stage& stage : plan.stages)
    for (const plan::Item& item : stage.items)
      known = known || (item.gate && item.gate->id == options.gate &&
                        item.gate->kind == plan::Gate::Kind::approval);
  if (!known)
    throw Error(Retry::never, "the plan has no gate '" + options.gate + "' that is approved",
                Exit::usage)
        .remedy("list them: hikkoshi gate list");
  engine::Request request;
  request.what = engine::Request::What::approve;
  request.gate = options.gate;
  request.plan = state.run.plan_hash;
  request.who = who(options);
  std::string id = engine::drop_request(paths.requests(), request);
  say(fmt::format("{} approves {} of plan {} ({})", request.who, request.gate,
                  request.plan.substr(0, 12), id));
  return Exit::ok;
}

Exit pause(const Options& options) {
  return ask(options, engine::Request::What::pause);
}
Exit resume(const Options& options) {
  return ask(options, engine::Request::What::resume);
}
Exit abort_run(const Options& options) {
  return ask(options, engine::Request::What::abort);
}

}  // namespace hikkoshi::app
