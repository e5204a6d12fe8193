#include "database/testing/move_of.h"

#include <gtest/gtest.h>

namespace hikkoshi::database::mariadb {
namespace {

std::string ask(LocalServer& server, const std::string& query) {
  Connection root = server.root();
  root.attempt("USE frames");  // NEW may not have it yet.
  std::string text;
  for (const Row& row : root.query(query)) {
    if (!text.empty()) text += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += '|';
      text += row[i].value_or("NULL");
    }
  }
  return text;
}

}  // namespace

std::string differences(const Comparison& comparison) {
  std::string text;
  for (const Difference& one : comparison.differences) text += one.where + ": " + one.text + "\n";
  return text;
}

MoveOf::MoveOf(const std::vector<std::string>& statements) {
  std::vector<std::string> all{"CREATE DATABASE frames", "USE frames"};
  all.insert(all.end(), statements.begin(), statements.end());
  servers_.old_server().run(all);
}

CopyResult MoveOf::copy() {
  CopyOptions options{.connections = 2, .on_progress = [&](const CopyProgress&) {
                        ++chunks_;
                      }};
  return transfer_.copy(options, {});
}

std::string MoveOf::compare() {
  return differences(transfer_.compare({.connections = 2, .on_progress = {}}, {}));
}

std::string MoveOf::old_side(const std::string& query) {
  return ask(servers_.old_server(), query);
}
std::string MoveOf::new_side(const std::string& query) {
  return ask(servers_.new_server(), query);
}

std::string MoveOf::copied(const std::string& query) {
  copy();
  EXPECT_EQ(compare(), "");
  const std::string text = old_side(query);
  EXPECT_EQ(new_side(query), text);
  return text;
}

}  // namespace hikkoshi::database::mariadb
