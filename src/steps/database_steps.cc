#include "steps/database_steps.h"

#include <fmt/format.h>

#include "base/error.h"
#include "database/database.h"
#include "steps/notes.h"

namespace hikkoshi::steps {

namespace {

using database::FenceState;
using engine::Observation;
using State = engine::Observation::State;

Observation observed(FenceState state, FenceState wanted) {
  std::string detail = state == FenceState::open     ? "open"
                       : state == FenceState::fenced ? "fenced"
                                                     : "partly fenced";
  if (state == wanted) return {State::done, detail};
  return {state == FenceState::partial ? State::partial : State::absent, detail};
}

class FenceDatabase : public engine::Step {
 public:
  FenceDatabase(const plan::Step& step, const Context& context)
      : id_(step.id), arguments_(step.arguments), context_(context) {}

  /// Without the rights that it is about, a fence of ours cannot stand.
  Observation observe() override {
    auto before = context_.notebook.before_of(id_);
    if (!before) return {State::absent, "open"};
    return observed(fence().state(before->at("rights")), FenceState::fenced);
  }
  Json before() override { return {{"rights", fence().rights()}}; }
  void apply(const Json& before, std::stop_token) override { fence().close(before.at("rights")); }
  void undo(const Json& before, std::stop_token) override { fence().open(before.at("rights")); }

 private:
  database::Fence& fence() {
    return context_.drivers.fence(arguments_.at("side").get<std::string>(),
                                  arguments_.at("database"));
  }

  const std::string id_;
  const Json arguments_;
  const Context context_;
};

class OpenDatabase : public engine::Step {
 public:
  OpenDatabase(const plan::Step& step, const Context& context)
      : arguments_(step.arguments), context_(context) {}

  Observation observe() override { return observed(fence().state(rights()), FenceState::open); }
  Json before() override { return {{"rights", rights()}}; }
  void apply(const Json& before, std::stop_token) override { fence().open(before.at("rights")); }
  void undo(const Json& before, std::stop_token) override { fence().close(before.at("rights")); }

 private:
  database::Fence& fence() {
    return context_.drivers.fence(arguments_.at("side").get<std::string>(),
                                  arguments_.at("database"));
  }
  Json rights() const {
    std::string from = arguments_.at("rights_from");
    auto before = context_.notebook.before_of(from);
    if (!before) throw Error(Retry::never, "step " + from + " has recorded no rights");
    return before->at("rights");
  }

  const Json arguments_;
  const Context context_;
};

database::CopyOptions copy_options(const Json& arguments, engine::Notebook& notebook) {
  database::CopyOptions options;
  options.connections = arguments.value("connections", options.connections);
  options.on_progress = [&notebook](const database::CopyProgress& progress) {
    notebook.progress({{"rows", progress.rows},
                       {"rows_total", progress.rows_total},
                       {"bytes", progress.bytes},
                       {"doing", progress.doing}});
  };
  return options;
}

class CopyDatabase : public engine::Step {
 public:
  CopyDatabase(const plan::Step& step, const Context& context)
      : id_(step.id), arguments_(step.arguments), context_(context) {}

  /// A whole copy that this run did not begin is an old one, made before the fence: it is copied
  /// again, never believed. An intent alone is no beginning: the old copy goes first. A copy whose
  /// rows are not in the journal yet is not done: the report needs them.
  Observation observe() override {
    using Target = database::Transfer::Target;
    bool begun = told(context_.notebook, id_, "begun").has_value();
    switch (transfer().target()) {
      case Target::absent:
        return {State::absent, "nothing on NEW"};
      case Target::unfinished:
        return {State::partial, "an unfinished copy on NEW"};
      case Target::whole:
        return {begun && counted() ? State::done : State::partial, "a whole copy on NEW"};
      case Target::foreign:
        return {State::foreign, "NEW holds schemas of these names that are not ours"};
    }
    return {State::foreign, ""};
  }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token stop) override {
    if (!told(context_.notebook, id_, "begun")) {
      transfer().discard();
      if (counted()) context_.notebook.fact("copy", nullptr);  // Of an earlier try of the stage.
      context_.notebook.fact("begun", true);
    }
    // Whole, and we died before we said so: what was copied is known on NEW.
    auto copied = transfer().copied();
    if (!copied)
      copied =
          database::to_json(transfer().copy(copy_options(arguments_, context_.notebook), stop));
    context_.notebook.fact("copy", *copied);
  }
  void undo(const Json&, std::stop_token) override {
    context_.notebook.fact("begun", nullptr);
    transfer().discard();
  }

 private:
  bool counted() const { return told(context_.notebook, id_, "copy").has_value(); }

  database::Transfer& transfer() {
    return context_.drivers.transfer(arguments_.at("database").get<std::string>());
  }

  const std::string id_;
  const Json arguments_;
  const Context context_;
};

class VerifyDatabase : public engine::Step {
 public:
  VerifyDatabase(const plan::Step& step, const Context& context)
      : arguments_(step.arguments), context_(context) {}

  Observation observe() override { return {verified_ ? State::done : State::absent, ""}; }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token stop) override {
    auto result = context_.drivers.transfer(arguments_.at("database").get<std::string>())
                      .compare(copy_options(arguments_, context_.notebook), stop);
    Json differences = Json::array();
    for (const database::Difference& difference : result.differences)
      differences.push_back({{"where", difference.where}, {"text", difference.text}});
    context_.notebook.fact("verify", {{"tables", result.tables},
                                      {"rows", result.rows},
                                      {"mismatches", result.differences.size()},
                                      {"differences", differences},
                                      {"seconds", result.seconds}});
    if (!result.differences.empty())
      throw Error(
          Retry::never,
          fmt::format("OLD and NEW differ in {} places, first {}: {}", result.differences.size(),
                      result.differences[0].where, result.differences[0].text),
          Exit::mismatch)
          .remedy("see `hikkoshi verify` for all of them; nothing was opened on NEW");
    verified_ = true;
  }
  void undo(const Json&, std::stop_token) override {}

 private:
  const Json arguments_;
  const Context context_;
  bool verified_ = false;
};

class CleanDatabase : public engine::Step {
 public:
  CleanDatabase(const plan::Step& step, const Context& context)
      : arguments_(step.arguments), context_(context) {}

  Observation observe() override {
    return {database().remembers() ? State::absent : State::done, ""};
  }
  Json before() override { return Json::object(); }
  void apply(const Json&, std::stop_token) override { database().forget(); }
  void undo(const Json&, std::stop_token) override {}

 private:
  database::Database& database() {
    return context_.drivers.database(arguments_.at("side").get<std::string>(),
                                     arguments_.at("database"));
  }

  const Json arguments_;
  const Context context_;
};

}  // namespace

std::unique_ptr<engine::Step> make_fence_database(const plan::Step& step, const Context& context) {
  return std::make_unique<FenceDatabase>(step, context);
}

std::unique_ptr<engine::Step> make_copy_database(const plan::Step& step, const Context& context) {
  return std::make_unique<CopyDatabase>(step, context);
}

std::unique_ptr<engine::Step> make_verify_database(const plan::Step& step, const Context& context) {
  return std::make_unique<VerifyDatabase>(step, context);
}

std::unique_ptr<engine::Step> make_clean_database(const plan::Step& step, const Context& context) {
  return std::make_unique<CleanDatabase>(step, context);
}

std::unique_ptr<engine::Step> make_open_database(const plan::Step& step, const Context& context) {
  return std::make_unique<OpenDatabase>(step, context);
}

}  // namespace hikkoshi::steps
