// What every database driver and its twin in memory must do; both run the same tests.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "database/database.h"

namespace hikkoshi::database {

enum class Side { old_side, new_side };

/// Two servers of one kind. OLD begins with the schema `frames`: the table `orders` with rows of
/// the ids 1 to 100, the application's account with rights on it, an enabled event. NEW is empty
/// but for the schema `others`, which is nobody's business.
class DatabaseWorld {
 public:
  virtual ~DatabaseWorld() = default;
  virtual Database& database(Side side) = 0;
  virtual Fence& fence(Side side) = 0;
  virtual Transfer& transfer() = 0;

  /// A fresh login of the application inserts a row with this id; whether it was accepted.
  virtual bool app_inserts(Side side, int id) = 0;
  /// Likewise in a session of the application on OLD that has been open since the world began.
  virtual bool old_session_inserts(int id) = 0;
  /// All rights of the application on OLD, in the server's own words.
  virtual std::string old_rights() = 0;

  virtual void change_on_new(int id) = 0;  ///< Writes over a row behind everybody's back.
  virtual void remove_on_new(int id) = 0;
  virtual void restart_old() = 0;         ///< Without a warning.
  virtual void make_schema_on_new() = 0;  ///< A schema `frames` of somebody else's.
  virtual bool others_are_there() = 0;    ///< Whether `others` on NEW is as it was.
};

/// How a world is made, and what it is called in a failed test's name.
struct WorldMaker {
  std::string name;
  std::function<std::unique_ptr<DatabaseWorld>()> make;

  friend void PrintTo(const WorldMaker& maker, std::ostream* out) { *out << maker.name; }
};

/// Runs `call` and gives the Error that it throws; one with Exit::ok when it throws none.
template <typename Function>
Error failure(Function&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return {Retry::safe, "nothing was thrown", Exit::ok};
}

/// The suite; a driver's test file instantiates it with its world.
class DatabaseContract : public testing::TestWithParam<WorldMaker> {
 protected:
  std::unique_ptr<DatabaseWorld> world_ = GetParam().make();
};

}  // namespace hikkoshi::database
