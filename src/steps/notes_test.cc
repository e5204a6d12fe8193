#include "steps/notes.h"

#include <gtest/gtest.h>

#include "steps/attempt.h"
#include "steps/testing/trial.h"

namespace hikkoshi::steps {

TEST(Notes, a_fact_that_was_taken_back_is_not_told) {
  MemRecords records;
  MemNotebook notebook(records, "step");
  EXPECT_FALSE(told(notebook, "step", "at"));
  notebook.fact("at", "now");
  EXPECT_EQ(told(notebook, "step", "at"), Json("now"));
  EXPECT_FALSE(told(notebook, "another", "at"));
  notebook.fact("at", nullptr);
  EXPECT_FALSE(told(notebook, "step", "at"));
}

TEST(Notes, work_that_was_cut_off_leaves_its_mark_until_it_comes_to_its_end) {
  MemRecords records;
  MemNotebook notebook(records, "step");
  EXPECT_FALSE(cut_off(notebook, "step"));
  EXPECT_TRUE(attempt([&] { whole(notebook, [] { throw death(); }); }));
  EXPECT_TRUE(cut_off(MemNotebook(records, "step"), "step"));
  whole(notebook, [&] { EXPECT_TRUE(cut_off(notebook, "step")); });
  EXPECT_FALSE(cut_off(notebook, "step"));
}

}  // namespace hikkoshi::steps
