// Database servers in memory: the twins of the real ones for tests of everything above.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/locked.h"
#include "database/database.h"

namespace hikkoshi::database {

/// What a server in memory holds. A table's rows are key and content.
struct MemContents {
  std::map<std::string, std::map<std::string, std::string>> tables;  ///< "frames.orders": rows.
  std::set<std::string> accounts;        ///< All that may log in: "app@%".
  std::set<std::string> writers;         ///< Those of them with rights on the schemas that move.
  std::map<std::string, bool> events;    ///< "frames.forget": enabled.
  std::map<std::string, bool> sessions;  ///< Open ones by account: may it write?
  std::set<std::string> fenced;          ///< Whom a fence took rights from.
  std::set<std::string> made;            ///< Tables and accounts that a copy of ours made.
  bool copy_begun = false, copy_whole = false;
  Json copied;         ///< What the whole copy was.
  std::string holder;  ///< The run that holds the epoch.
  std::uint64_t epoch = 0;
};

/// A server that several objects share. Thread-safe.
class MemServer {
 public:
  MemServer(std::string name, std::vector<std::string> schemas)
      : name_(std::move(name)), schemas_(std::move(schemas)) {}

  const std::string& name() const { return name_; }
  const std::vector<std::string>& schemas() const { return schemas_; }
  bool moves(const std::string& table) const;  ///< Whether it is in a schema that moves.

  template <typename Function>
  auto with(Function&& function) {
    return contents_.with(std::forward<Function>(function));
  }

  /// A write of an application: false when it is refused. With `in_session` it is made in the
  /// account's open session, which may be older than a fence.
  bool write(const std::string& account, const std::string& table, const std::string& key,
             const std::string& content, bool in_session = false);

  /// Called with "close old.main" and the like before a call of Database, Fence or Transfer has any
  /// effect, and with "copied new.main" after half of a copy; it may throw.
  std::function<void(std::string_view call)> on_call;

  /// Findings of `examine`.
  std::vector<Finding> findings;

 private:
  std::string name_;
  std::vector<std::string> schemas_;
  Locked<MemContents> contents_;
};

/// Its server must live as long as it does; likewise below.
class MemDatabase : public Database {
 public:
  explicit MemDatabase(MemServer& server) : server_(server) {}
  std::string name() const override { return server_.name(); }
  Inventory inventory() override;
  std::vector<Finding> examine(Role role) override;
  std::vector<std::string> grants(Role role) override;
  void raise_epoch(const std::string& run, std::uint64_t epoch) override;
  void drop_epoch(const std::string& run) override;
  bool remembers() override;
  void forget() override;

 private:
  MemServer& server_;
};

class MemFence : public Fence {
 public:
  explicit MemFence(MemServer& server) : server_(server) {}
  Json rights() override;
  void close(const Json& rights) override;
  void open(const Json& rights) override;
  FenceState state(const Json& rights) override;

 private:
  MemServer& server_;
};

class MemTransfer : public Transfer {
 public:
  MemTransfer(MemServer& source, MemServer& target) : source_(source), target_(target) {}
  std::vector<Finding> examine() override { return findings; }
  CopyResult copy(const CopyOptions& options, std::stop_token stop) override;
  Target target() override;
  Comparison compare(const CopyOptions& options, std::stop_token stop) override;
  std::optional<Json> copied() override;
  void discard() override;

  std::vector<Finding> findings;  ///< Of `examine`.

 private:
  MemServer& source_;
  MemServer& target_;
};

}  // namespace hikkoshi::database
