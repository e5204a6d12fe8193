"""Back after the whole move: refused, because NEW holds writes; with the flag, all is as before."""

import unittest

import house
from house import STRANGER


class Rollback(house.HouseTest):
    def test_needs_the_word_that_writes_are_lost_and_then_brings_old_back(self):
        home = self.house
        before = home.facts()
        home.plan()
        run = home.start("run")
        home.wait_for_approval(run)
        home.approve()
        self.assert_exit(run, 0)
        self.assertEqual(home.add_frame("new", "written-on-new"), "201")
        moved = home.facts()

        refused = home.hikkoshi("rollback")
        self.assert_exit(refused, 14)
        self.assertIn("--lose-writes-since-cutover", refused.stderr)
        self.assertEqual(home.facts(), moved)
        self.assertEqual(home.add_frame("new", "still-writable"), "201")

        self.assert_exit(home.hikkoshi("rollback", "--lose-writes-since-cutover"), 0)
        self.assert_as_before(before)
        self.assert_old_serves()
        self.assertEqual(home.ask("old", STRANGER), "200")
        self.assertEqual(home.sql("old", "SELECT COUNT(*) FROM frames.frames WHERE client_id ="
                                         " 'written-on-new'"), ["0"])
        self.assert_exit(home.hikkoshi("rollback"), 0)


if __name__ == "__main__":
    unittest.main()
