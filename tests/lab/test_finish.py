"""`hikkoshi finish` leaves nothing of Hikkoshi behind: after a rollback, after a cutover that undid
itself, after a whole move; also when it is killed on the way."""

import os
import signal
import unittest

import house


class Finish(house.HouseTest):
    def assert_no_trace(self):
        self.assertEqual(self.house.kept_by_hikkoshi(), {})

    def move(self):
        self.house.plan()
        run = self.house.start("run")
        self.house.wait_for_approval(run)
        self.house.approve()
        self.assert_exit(run, 0)

    def test_after_a_rollback_all_is_as_before_and_another_run_may_come(self):
        home = self.house
        self.assertEqual(home.kept_by_hikkoshi(), {})
        before = home.facts()
        self.move()
        self.assert_exit(home.hikkoshi("rollback", "--lose-writes-since-cutover"), 0)
        self.assertIn("old: schema", home.kept_by_hikkoshi())
        self.assertIn("old-web1: epochs", home.kept_by_hikkoshi())
        finished = home.hikkoshi("finish")
        self.assert_exit(finished, 0)
        self.assertIn("nothing of the run is left", finished.stderr)
        self.assert_no_trace()
        self.assert_as_before(before)
        self.assert_old_serves()
        self.assert_exit(home.hikkoshi("finish"), 0)
        self.assert_no_trace()
        self.assert_exit(home.hikkoshi("rollback"), 14)
        again = home.start("run")
        home.wait_for_approval(again, home.last_event())
        again.end()

    def test_after_an_abort_in_the_cutover_it_takes_the_preparation_back_too(self):
        home = self.house
        before = home.facts()
        home.plan()
        run = home.start("run")
        home.wait_for_approval(run)
        self.assert_exit(home.hikkoshi("finish"), 20)
        self.assert_exit(home.hikkoshi("abort", "--who", "the team"), 0)
        self.assert_exit(run, 11)
        self.assert_exit(home.hikkoshi("finish"), 0)
        self.assert_no_trace()
        self.assert_as_before(before)
        self.assert_old_serves()

    def test_killed_anywhere_near_its_end_it_leaves_nothing_when_it_has_ended(self):
        home = self.house
        self.move()
        for moment in (("step-done", "finish/clean-database:old.main"),
                       ("step-done", "finish/clean-database:new.main")):
            run = home.start("finish")
            home.wait_for(run, *moment)
            killed = run.engine()
            if killed:
                house.signal_if_there(killed, signal.SIGKILL)
            supervisor = run.supervisor()
            if supervisor:
                house.signal_if_there(supervisor, signal.SIGKILL)
            run.wait()
            self.assertFalse(killed and os.path.exists(f"/proc/{killed}/exe"))
        self.assert_exit(home.hikkoshi("finish"), 0)
        self.assert_no_trace()
        # A move that is finished keeps OLD fenced and its data where they are.
        self.assertIn("frames", home.sql("old", "SHOW DATABASES"))
        self.assertEqual(home.add_frame("new", "after-finish"), "201")


if __name__ == "__main__":
    unittest.main()
