#include "steps/host_steps.h"

#include <fmt/format.h>

#include "base/error.h"
#include "hosts/dotenv.h"
#include "hosts/host.h"
#include "steps/notes.h"

namespace hikkoshi::steps {

namespace {

using engine::Observation;
using State = engine::Observation::State;
namespace dotenv = hosts::dotenv;

class ConfigStep : public engine::Step {
 public:
  ConfigStep(const plan::Step& step, const Context& context)
      : id_(step.id), arguments_(step.arguments), context_(context) {}

 protected:
  hosts::Host& host() {
    return context_.drivers.host(arguments_.at("side").get<std::string>(), arguments_.at("host"));
  }
  std::string path() const { return arguments_.at("file"); }
  std::string backup() const { return path() + ".before-hikkoshi"; }

  const std::string id_;
  const Json arguments_;
  const Context context_;
};

class PushConfig : public ConfigStep {
 public:
  using ConfigStep::ConfigStep;

  Observation observe() override {
    if (cut_off(context_.notebook, id_)) return {State::partial, "cut off before the reload"};
    std::string other = unset_key(file().content);
    if (!other.empty()) return {State::absent, other + " is not set so"};
    return {State::done, fmt::format("{} values are set", wanted().size())};
  }

  Json before() override { return {{"sha256", sha256(file().content)}}; }

  void apply(const Json& before, std::stop_token stop) override {
    hosts::File current = file();
    keep_backup(current, before.at("sha256"));
    dotenv::Edit edit = dotenv::set(current.content, wanted());
    context_.notebook.fact("diff", dotenv::diff(current.content, edit.content, path()));
    whole(context_.notebook, [&] {
      write(current, edit.content);
      reload(stop);
    });
  }

  void undo(const Json& before, std::stop_token stop) override {
    hosts::File current = file();
    auto kept = host().read_file(backup());
    if (!kept) {
      // The backup is made before anything is set, and goes when all is back.
      if (sha256(current.content) == before.at("sha256") || !unset_key(current.content).empty())
        return;
      throw Error(Retry::never, path() + " was changed and its backup is gone", Exit::needs_human)
          .remedy("put the old values back by hand: " + backup() + " is missing");
    }
    auto raw = dotenv::set(kept->content, wanted()).before;
    whole(context_.notebook, [&] {
      write(current, dotenv::restore(current.content, raw));
      reload(stop);
      host().remove_file(backup());
    });
  }

 private:
  std::map<std::string, std::string> wanted() const {
    return arguments_.at("set").get<std::map<std::string, std::string>>();
  }

  /// The first key that has not the wanted value; empty when all have.
  std::string unset_key(const std::string& content) const {
    auto current = dotenv::values(content);
    for (const auto& [key, value] : wanted())
      if (current.count(key) == 0 || current[key] != value) return key;
    return "";
  }

  hosts::File file() {
    auto found = host().read_file(path());
    if (!found)
      throw Error(Retry::never, fmt::format("{} has no file {}", host().name(), path()))
          .remedy("deploy the service there first");
    return *found;
  }

  /// The backup is the file as it was when this step was journaled, whatever happened since.
  void keep_backup(const hosts::File& current, const std::string& hash) {
    auto kept = host().read_file(backup());
    if (kept && sha256(kept->content) == hash) return;
    if (sha256(current.content) != hash)
      throw Error(Retry::never, path() + " was changed by somebody else meanwhile",
                  Exit::needs_human)
          .remedy("look at the file and plan again");
    hosts::File copy = current;
    copy.mode &= 0700;
    host().write_file(backup(), copy);
  }

  void write(hosts::File file, const std::string& content) {
    if (file.content == content) return;
    file.content = content;
    host().write_file(path(), file);
  }

  void reload(std::stop_token stop) {
    std::string line = arguments_.value("reload", "");
    if (line.empty()) return;
    hosts::Command command;
    command.arguments = {"sh", "-c", line};
    auto result = host().run(command, stop);
    if (result.status != 0)
      throw Error(Retry::never, fmt::format("`{}` on {} ended with {}: {}", line, host().name(),
                                            result.status, result.error));
  }
};

class CleanConfig : public ConfigStep {
 public:
  using ConfigStep::ConfigStep;
  Observation observe() override {
    return {host().read_file(backup()) ? State::absent : State::done, ""};
  }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token) override { host().remove_file(backup()); }
  void undo(const Json&, std::stop_token) override {}
};

}  // namespace

std::unique_ptr<engine::Step> make_push_config(const plan::Step& step, const Context& context) {
  return std::make_unique<PushConfig>(step, context);
}

std::unique_ptr<engine::Step> make_clean_config(const plan::Step& step, const Context& context) {
  return std::make_unique<CleanConfig>(step, context);
}

}  // namespace hikkoshi::steps
