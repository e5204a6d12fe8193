#include "steps/check_steps.h"

#include <fmt/format.h>

#include "base/address.h"
#include "base/error.h"
#include "base/text.h"
#include "hosts/host.h"
#include "steps/attempt.h"
#include "steps/doctor.h"
#include "traffic/balancer.h"
#include "traffic/http_probe.h"

namespace hikkoshi::steps {

namespace {

using engine::Observation;
using State = engine::Observation::State;

/// A check is done when it has passed in this process: after a crash it is made again.
class CheckStep : public engine::Step {
 public:
  CheckStep(const plan::Step& step, const Context& context)
      : arguments_(step.arguments), context_(context) {}
  Observation observe() final { return {passed_ ? State::done : State::absent, ""}; }
  Json before() final { return Json::object(); }
  void apply(const Json&, std::stop_token stop) final {
    check(stop);
    passed_ = true;
  }
  void undo(const Json&, std::stop_token) final {}

 protected:
  virtual void check(std::stop_token stop) = 0;

  const Json arguments_;
  const Context context_;

 private:
  bool passed_ = false;
};

class CheckReach : public CheckStep {
 public:
  using CheckStep::CheckStep;

 protected:
  void check(std::stop_token stop) override {
    Json reached = Json::array();
    std::vector<std::string> failed;
    for (const std::string host : arguments_.at("hosts")) {
      for (const std::string text : arguments_.at("endpoints")) {
        auto endpoint = parse_endpoint(text);
        if (!endpoint)
          throw Error(Retry::never, "the plan's endpoint '" + text + "' is no address");
        Millis start = context_.clock.steady();
        if (opens(host, *endpoint, stop))
          reached.push_back({{"host", host},
                             {"endpoint", text},
                             {"ms", (context_.clock.steady() - start).count()}});
        else
          failed.push_back(host + " to " + text);
      }
    }
    context_.notebook.fact("reach", reached);
    if (!failed.empty())
      throw Error(Retry::safe, "no connection from " + join(failed, ", "))
          .remedy("open the path (routes, security groups, the server's listen address)");
  }

 private:
  /// Words only: bash opens the address that it gets as its arguments.
  bool opens(const std::string& host, const Endpoint& endpoint, std::stop_token stop) {
    hosts::Command command;
    command.arguments = {"timeout",
                         "5",
                         "bash",
                         "-c",
                         "exec 3<>\"/dev/tcp/$0/$1\"",
                         endpoint.host,
                         std::to_string(endpoint.port)};
    return context_.drivers.host("new", host).run(command, stop).status == 0;
  }
};

class Examine : public CheckStep {
 public:
  using CheckStep::CheckStep;

 protected:
  void check(std::stop_token) override {
    Json all = Json::array();
    std::vector<std::string> errors;
    for (const Finding& finding : examine(context_.names, context_.drivers, context_.clock)) {
      all.push_back(to_json(finding));
      if (finding.weight == Finding::Weight::error)
        errors.push_back(finding.thing + ": " + finding.text);
    }
    context_.notebook.fact("findings", all);
    if (!errors.empty())
      throw Error(Retry::never, join(errors, "; ")).remedy("see `hikkoshi doctor`");
  }
};

/// What one host of a service answers, asked at the host itself.
traffic::Response ask(const Context& context, const std::string& side, const std::string& host,
                      const Json& arguments, const std::string& path) {
  Endpoint listens{context.drivers.address(side, host), arguments.at("port")};
  traffic::Response answer;
  auto failure = attempt([&] {
    auto forward = context.drivers.host(side, host).forward({listens, ""});
    answer = traffic::get(forward->local(), arguments.at("name"), path, Millis(10'000));
  });
  // The probe knows only our end of the way to the host.
  if (failure) throw Error(*failure).in(fmt::format("{}.{} at {}", side, host, listens.text()));
  return answer;
}

class RecordAnswers : public CheckStep {
 public:
  using CheckStep::CheckStep;

 protected:
  void check(std::stop_token) override {
    Json answers = Json::object();
    for (const std::string path : arguments_.at("paths")) {
      auto answer = ask(context_, "old", arguments_.at("host"), arguments_, path);
      answers[path] = {{"status", answer.status},
                       {"content_type", answer.content_type},
                       {"sha256", sha256(answer.body)},
                       {"bytes", answer.body.size()}};
    }
    context_.notebook.fact("answers", answers);
  }
};

/// The page is up while this waits, so it gives its own verdict and leaves nothing to be retried:
/// an answer that is wrong twice in the same way is wrong; one that is missing, or another each
/// time (the service has just read its configuration), is asked for again, for `patience` at most.
class CheckService : public CheckStep {
 public:
  using CheckStep::CheckStep;

 protected:
  void check(std::stop_token stop) override {
    const Json answers = recorded();
    const Millis start = context_.clock.steady();
    std::string before;
    for (;;) {
      std::string wrong;
      auto missing = attempt([&] { wrong = look(answers); });
      if (!missing && wrong.empty()) break;
      if (missing && missing->retry() != Retry::safe) throw Error(*missing);
      if (missing) wrong = missing->what();
      bool over = context_.clock.steady() - start >= patience;
      if (over || (!missing && wrong == before)) throw verdict(wrong, missing.has_value());
      before = missing ? "" : wrong;
      context_.notebook.progress({{"doing", "asking again: " + wrong}});
      if (!context_.clock.sleep(pause, stop))
        throw Error(Retry::ask, "the check was stopped", Exit::interrupted);
    }
    context_.notebook.fact("check", {{"hosts", arguments_.at("hosts")}, {"paths", answers.size()}});
  }

 private:
  static constexpr Millis patience{5'000}, pause{500};

  static Error verdict(const std::string& wrong, bool missing) {
    return Error(Retry::never, wrong)
        .remedy(missing ? "start the service on NEW; see its log there"
                        : "ask it as this check did, from a host of NEW, and see its log there");
  }

  /// What is wrong with the answers of now; empty when nothing is.
  std::string look(const Json& answers) {
    std::string health = arguments_.at("health");
    std::vector<std::string> hosts = arguments_.at("hosts"), faults;
    for (const std::string& host : hosts) {
      auto answer = ask(context_, "new", host, arguments_, health);
      if (answer.status != 200)
        faults.push_back(fmt::format("{}{} answers {}", host, health, answer.status));
    }
    if (!faults.empty()) return "NEW is not healthy: " + join(faults, ", ");
    for (const auto& [path, expected] : answers.items())
      for (const std::string& host : hosts)
        compare(host + path, expected, ask(context_, "new", host, arguments_, path), faults);
    return faults.empty() ? "" : "NEW answers otherwise than OLD: " + join(faults, "; ");
  }

  Json recorded() const {
    const Json& from = arguments_.at("answers_from");
    if (from.is_null()) return Json::object();
    auto answers = context_.notebook.recall(from.get<std::string>(), "answers");
    if (!answers)
      throw Error(Retry::never, "step " + from.get<std::string>() + " has recorded no answers");
    return *answers;
  }

  static void compare(const std::string& where, const Json& expected,
                      const traffic::Response& answer, std::vector<std::string>& faults) {
    if (answer.status != expected.at("status"))
      faults.push_back(fmt::format("{}: {} instead of {}", where, answer.status,
                                   expected.at("status").get<int>()));
    else if (answer.content_type != expected.at("content_type"))
      faults.push_back(fmt::format("{}: {} instead of {}", where, answer.content_type,
                                   expected.at("content_type").get<std::string>()));
    else if (sha256(answer.body) != expected.at("sha256"))
      faults.push_back(fmt::format("{}: another body ({} bytes, {} on OLD)", where,
                                   answer.body.size(), expected.at("bytes").get<size_t>()));
  }
};

/// A service that answers is not yet one that its balancer sends requests to.
class AwaitHealth : public CheckStep {
 public:
  using CheckStep::CheckStep;

 protected:
  void check(std::stop_token stop) override {
    traffic::Balancer& balancer = context_.drivers.balancer(
        arguments_.at("side").get<std::string>(), arguments_.at("balancer"));
    Millis deadline(arguments_.value("deadline_ms", 30'000)), start = context_.clock.steady();
    for (;;) {
      auto sick = balancer.state().sick;
      if (sick.empty()) return;
      if (context_.clock.steady() - start > deadline)
        throw Error(Retry::never, "the balancer's own checks still fail: " + join(sick, ", "))
            .remedy("see why the balancer's health check fails on these servers");
      context_.notebook.progress({{"doing", "waiting for " + sick[0]}});
      if (!context_.clock.sleep(Millis(200), stop))
        throw Error(Retry::ask, "the wait was stopped", Exit::interrupted);
    }
  }
};

}  // namespace

std::unique_ptr<engine::Step> make_await_health(const plan::Step& step, const Context& context) {
  return std::make_unique<AwaitHealth>(step, context);
}

std::unique_ptr<engine::Step> make_check_reach(const plan::Step& step, const Context& context) {
  return std::make_unique<CheckReach>(step, context);
}

std::unique_ptr<engine::Step> make_examine(const plan::Step& step, const Context& context) {
  return std::make_unique<Examine>(step, context);
}

std::unique_ptr<engine::Step> make_record_answers(const plan::Step& step, const Context& context) {
  return std::make_unique<RecordAnswers>(step, context);
}

std::unique_ptr<engine::Step> make_check_service(const plan::Step& step, const Context& context) {
  return std::make_unique<CheckService>(step, context);
}

}  // namespace hikkoshi::steps
