#include "database/mem_database.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::database {
namespace {

void called(MemServer& server, std::string_view what) {
  if (server.on_call) server.on_call(fmt::format("{} {}", what, server.name()));
}

std::string schema_of(const std::string& table) {
  return table.substr(0, table.find('.'));
}

using Rows = std::map<std::string, std::string>;
using Tables = std::map<std::string, Rows>;

Tables moving_tables(MemServer& server) {
  Tables moving;
  for (const auto& [name, rows] : server.with([](MemContents& all) { return all.tables; })) {
    if (server.moves(name)) moving[name] = rows;
  }
  return moving;
}

std::string first_keys(const Rows& old_rows, const Rows& new_rows) {
  std::string text;
  for (const auto& [key, content] : old_rows) {
    const auto found = new_rows.find(key);
    if (found == new_rows.end())
      text += fmt::format("; id={} is missing on new", key);
    else if (found->second != content)
      text += fmt::format("; id={} differs", key);
  }
  for (const auto& [key, content] : new_rows) {
    if (!old_rows.contains(key)) text += fmt::format("; id={} is on new only", key);
  }
  return text;
}

}  // namespace

bool MemServer::moves(const std::string& table) const {
  return std::find(schemas_.begin(), schemas_.end(), schema_of(table)) != schemas_.end();
}

bool MemServer::write(const std::string& account, const std::string& table, const std::string& key,
                      const std::string& content, bool in_session) {
  return contents_.with([&](MemContents& all) {
    if (in_session) {
      const auto session = all.sessions.find(account);
      if (session == all.sessions.end() || !session->second) return false;
    } else if (moves(table) && !all.writers.contains(account)) {
      return false;
    }
    all.tables[table][key] = content;
    return true;
  });
}

Inventory MemDatabase::inventory() {
  called(server_, "inventory");
  Inventory inventory{.product = "memory 1", .schemas = {}, .tables = {}};
  server_.with([&](MemContents& all) {
    std::set<std::string> schemas;
    for (const auto& [name, rows] : all.tables) {
      schemas.insert(schema_of(name));
      if (!server_.moves(name)) continue;
      std::uint64_t bytes = 0;
      for (const auto& [key, content] : rows) bytes += key.size() + content.size();
      inventory.tables.push_back(
          {schema_of(name), name.substr(name.find('.') + 1), rows.size(), bytes, "memory"});
    }
    inventory.schemas.assign(schemas.begin(), schemas.end());
  });
  return inventory;
}

std::vector<Finding> MemDatabase::examine(Role) {
  called(server_, "examine");
  return server_.findings;
}

std::vector<std::string> MemDatabase::grants(Role) {
  return {"GRANT ALL TO mover"};
}

void MemDatabase::drop_epoch(const std::string& run) {
  called(server_, "drop_epoch");
  server_.with([&](MemContents& all) {
    if (all.holder != run) return;
    all.holder.clear();
    all.epoch = 0;
  });
}

bool MemDatabase::remembers() {
  return server_.with([](MemContents& all) {
    return all.epoch != 0 || !all.fenced.empty() || !all.made.empty() || all.copy_begun;
  });
}

void MemDatabase::forget() {
  called(server_, "forget");
  server_.with([](MemContents& all) {
    all.holder.clear();
    all.epoch = 0;
    all.fenced.clear();
    all.made.clear();
    all.copy_begun = all.copy_whole = false;
  });
}

void MemDatabase::raise_epoch(const std::string& run, std::uint64_t epoch) {
  called(server_, "raise_epoch");
  server_.with([&](MemContents& all) {
    if (all.epoch > epoch || (all.epoch == epoch && all.holder != run)) {
      throw Error(Retry::never,
                  fmt::format("{}: the run {} holds this server with epoch {}; ours is {}",
                              server_.name(), all.holder, all.epoch, epoch),
                  Exit::needs_human);
    }
    all.holder = run;
    all.epoch = epoch;
  });
}

Json MemFence::rights() {
  called(server_, "rights");
  return server_.with([&](MemContents& all) {
    if (all.writers.empty()) {
      throw Error(Retry::never, server_.name() + ": no account has rights on the schemas",
                  Exit::refused);
    }
    return Json{{"writers", all.writers}, {"events", all.events}};
  });
}

void MemFence::close(const Json&) {
  called(server_, "close");
  server_.with([](MemContents& all) {
    all.fenced.merge(all.writers);
    all.writers.clear();
    for (auto& [name, enabled] : all.events) enabled = false;
    for (const std::string& account : all.fenced) all.sessions.erase(account);
  });
}

void MemFence::open(const Json& rights) {
  called(server_, "open");
  server_.with([&](MemContents& all) {
    for (const Json& writer : rights.at("writers")) {
      if (!all.accounts.contains(writer.get<std::string>())) {
        throw Error(Retry::never, server_.name() + ": no account " + writer.get<std::string>());
      }
      all.writers.insert(writer.get<std::string>());
    }
    for (const auto& [name, enabled] : rights.at("events").items()) {
      all.events[name] = enabled.get<bool>();
    }
    all.fenced.clear();
  });
}

FenceState MemFence::state(const Json& rights) {
  called(server_, "state");
  return server_.with([&](MemContents& all) {
    const bool quiet = std::none_of(all.events.begin(), all.events.end(),
                                    [](const auto& event) { return event.second; });
    if (all.writers.empty() && quiet) return FenceState::fenced;
    const bool whole =
        Json(all.writers) == rights.at("writers") && Json(all.events) == rights.at("events");
    return whole ? FenceState::open : FenceState::partial;
  });
}

CopyResult MemTransfer::copy(const CopyOptions& options, std::stop_token stop) {
  called(target_, "copy");
  if (target() == Target::foreign) {
    throw Error(Retry::never, target_.name() + ": the schemas are there and not from us",
                Exit::refused);
  }
  discard();
  target_.with([](MemContents& all) { all.copy_begun = true; });
  CopyResult result;
  CopyProgress progress;
  const Tables tables = moving_tables(source_);
  for (const auto& table : tables) {
    const auto& name = table.first;
    const auto& rows = table.second;
    target_.with([&](MemContents& all) { all.made.insert(name); });
    if (stop.stop_requested()) throw Error(Retry::safe, "stopped as asked", Exit::interrupted);
    target_.with([&](MemContents& all) { all.tables[name] = rows; });
    called(target_, "copied");
    result.tables.push_back({name, rows.size(), rows.size(), 0});
    progress.rows += rows.size();
    progress.doing = name;
    if (options.on_progress) options.on_progress(progress);
  }
  std::set<std::string> accounts;
  auto events = source_.with([&](MemContents& all) {
    accounts = all.writers;
    accounts.insert(all.fenced.begin(), all.fenced.end());
    return all.events;
  });
  target_.with([&](MemContents& all) {
    for (const std::string& account : accounts) {
      if (all.accounts.insert(account).second) all.made.insert(account);
    }
    for (const auto& [name, enabled] : events) all.events[name] = false;
    result.objects = {{"events", events.size()}, {"users", accounts.size()}};
    result.position = "memory:1";
    all.copied = to_json(result);
    all.copy_whole = true;
  });
  return result;
}

std::optional<Json> MemTransfer::copied() {
  return target_.with(
      [](MemContents& all) { return all.copy_whole ? std::optional(all.copied) : std::nullopt; });
}

Transfer::Target MemTransfer::target() {
  const Tables tables = moving_tables(target_);
  return target_.with([&](MemContents& all) {
    if (all.copy_whole) return Target::whole;
    if (all.copy_begun) return Target::unfinished;
    return tables.empty() ? Target::absent : Target::foreign;
  });
}

Comparison MemTransfer::compare(const CopyOptions&, std::stop_token) {
  called(target_, "compare");
  Comparison comparison;
  const Tables old_side = moving_tables(source_);
  Tables new_side = moving_tables(target_);
  for (const auto& [name, rows] : old_side) {
    ++comparison.tables;
    comparison.rows += rows.size();
    const auto found = new_side.find(name);
    if (found == new_side.end()) {
      comparison.differences.push_back({"table " + name, "is missing on new"});
      continue;
    }
    if (rows != found->second) {
      comparison.differences.push_back(
          {name, fmt::format("{} rows on old, {} on new{}", rows.size(), found->second.size(),
                             first_keys(rows, found->second))});
    }
    new_side.erase(found);
  }
  for (const auto& [name, rows] : new_side) {
    comparison.differences.push_back({"table " + name, "is on new only"});
  }
  return comparison;
}

void MemTransfer::discard() {
  called(target_, "discard");
  target_.with([](MemContents& all) {
    for (const std::string& made : all.made) {
      all.tables.erase(made);
      all.accounts.erase(made);
      all.writers.erase(made);
    }
    if (all.copy_begun) all.events.clear();
    all.made.clear();
    all.copy_begun = all.copy_whole = false;
  });
}

}  // namespace hikkoshi::database
