#include "engine/requests.h"

#include <thread>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/session.h"
#include "app/cli/who.h"
#include "base/text.h"
#include "engine/desk.h"
#include "journal/reader.h"
#include "plan/plan.h"

namespace hikkoshi::app {

namespace {

using engine::Request;
using journal::Kind;
using namespace std::chrono_literals;

constexpr Millis patience{10'000};

/// The engine's answer to the request `id`, which it journals; nothing when none came in time.
std::optional<journal::Event> answer(const StatePaths& paths, const std::string& id,
                                     std::uint64_t after) {
  journal::Reader reader(paths.journal());
  SystemClock clock;
  for (Millis until = clock.steady() + patience; clock.steady() < until;) {
    for (const journal::Event& event : reader.events(after)) {
      after = event.seq;
      bool answers = event.kind == Kind::request_accepted || event.kind == Kind::request_refused;
      if (answers && event.body.value("id", "") == id) return event;
    }
    std::this_thread::sleep_for(50ms);
  }
  return {};
}

void announce(const Options& options, const Request& request, const std::string& id,
              const std::string& state, const std::string& words) {
  if (options.json)
    return print_json({{"request", id},
                       {"what", engine::to_string(request.what)},
                       {"who", request.who},
                       {"state", state}});
  say(words);
}

/// What the request does, for people: "mika approves service/approve of plan 0123".
std::string sentence(const Request& request) {
  if (request.what == Request::What::approve)
    return fmt::format("{} approves {} of plan {}", request.who, request.gate,
                       request.plan.substr(0, 12));
  return fmt::format("{} asks the run to {}", request.who, engine::to_string(request.what));
}

/// A run that is over reads nothing more; one that is complete has nothing to pause.
void require_listener(const Request& request, const journal::State& state, bool at_work) {
  using Run = journal::RunRow::State;
  bool approves = request.what == Request::What::approve;
  if (state.run.over() || (state.run.state == Run::completed && !at_work && !approves))
    throw Error(Retry::never,
                fmt::format("the run is {}: there is nothing to {}",
                            journal::to_string(state.run.state), engine::to_string(request.what)),
                Exit::refused);
  if (at_work || approves || request.what == Request::What::resume) return;
  throw Error(Retry::never, fmt::format("no engine is at work, so there is nothing to {}",
                                        engine::to_string(request.what)))
      .remedy("`hikkoshi run` goes on, `hikkoshi rollback` takes back what was done");
}

/// Hands the request over, and waits for the engine's word.
Exit ask(const Options& options, const journal::State& state, Request request) {
  StatePaths paths = state_paths(options);
  request.plan = state.run.plan_hash;
  request.who = options.who.empty() ? login_name() : options.who;
  bool at_work = engine_at_work(paths);
  if (options.wait) require_listener(request, state, at_work);
  std::string id = engine::drop_request(paths.requests(), request);
  if (!options.wait) {
    announce(options, request, id, "asked", sentence(request) + "; nobody waited for the answer");
    return Exit::ok;
  }
  if (!at_work) {
    announce(options, request, id, "kept",
             sentence(request) + "; no engine is at work: the next `hikkoshi run` reads it");
    return Exit::ok;
  }
  auto answered = answer(paths, id, state.seq);
  if (!answered)
    throw Error(Retry::never, engine_at_work(paths)
                                  ? fmt::format("no answer within {} s", patience.count() / 1000)
                                  : "the engine ended before it answered")
        .in(sentence(request))
        .remedy("it is kept until an engine reads it; see hikkoshi status");
  if (answered->kind == Kind::request_refused)
    throw Error(Retry::never, "the run refuses: " + answered->body.value("reason", ""),
                Exit::refused)
        .in(sentence(request));
  announce(options, request, id, "accepted", sentence(request) + ": accepted");
  return Exit::ok;
}

Exit ask(const Options& options, Request::What what) {
  Request request;
  request.what = what;
  return ask(options, begun_run(state_paths(options)), std::move(request));
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
  journal::State state = begun_run(state_paths(options));
  plan::Plan plan = plan::plan_from_json(state.plan);
  engine::PlacedGate placed = engine::find_gate(plan, options.gate);
  if (!placed.gate || placed.gate->kind != plan::Gate::Kind::approval)
    throw Error(Retry::never, "the plan has no gate '" + options.gate + "' that is approved",
                Exit::usage)
        .remedy("list them: hikkoshi gate list");
  Request request;
  request.what = Request::What::approve;
  request.gate = options.gate;
  return ask(options, state, std::move(request));
}

Exit pause(const Options& options) {
  return ask(options, Request::What::pause);
}
Exit resume(const Options& options) {
  return ask(options, Request::What::resume);
}
Exit abort_run(const Options& options) {
  return ask(options, Request::What::abort);
}

}  // namespace hikkoshi::app
