"""What is found before the pivot leads back to OLD by itself: wrong rows, a NEW that does not work."""

import os
import signal
import unittest

import house
from house import STRANGER, eventually


class Faults(house.HouseTest):
    def run_to_its_end(self):
        run = self.house.start("run")
        code = run.wait()
        return run, code

    def assert_back_on_old(self, accounts_before):
        home = self.house
        self.assertEqual(home.database_facts("old"), accounts_before)
        self.assertNotIn("frames", home.database_facts("new")["schemas"])
        self.assertEqual(home.events("gate-open", "service/approve"), [])
        self.assertNotEqual(home.ask("new", STRANGER), "page")
        self.assert_old_serves()

    def test_a_row_changed_on_new_after_the_copy_is_named_and_stops_the_move(self):
        """An engine that stands still between copy and comparison gives time to change a row."""
        home = self.house
        before = home.database_facts("old")
        home.plan()
        run = home.start("run")
        home.wait_for(run, "step-done", "service/record-answers:frames")
        stood_still = self.change_a_row_while_the_engine_stands_still(run)
        self.assertTrue(stood_still)
        self.assertIn(run.wait(), (11, 13), run.words())
        [(_, step, body)] = home.events("step-failed")
        self.assertEqual(step, "service/verify-database:main")
        self.assertIn("orders", body["error"])
        self.assertIn("777", body["error"], "the key of the row")
        self.assert_back_on_old(before)

    def change_a_row_while_the_engine_stands_still(self, run):
        home = self.house
        # The copy is over when its objects are there; the comparison is asked for only after that.
        home.wait_for(run, "step-done", "service/copy-database:main")
        engine = run.engine()
        os.kill(engine, signal.SIGSTOP)
        self.addCleanup(house.signal_if_there, engine, signal.SIGCONT)
        home.sql("new", "SET sql_log_bin = 0; UPDATE frames.orders SET quantity = quantity + 1"
                        " WHERE id = 777")
        os.kill(engine, signal.SIGCONT)
        return not home.events("gate-waiting", "service/approve")

    def test_an_application_that_does_not_work_on_new_leads_back(self):
        home = self.house
        before = home.database_facts("old")
        home.plan()
        run = home.start("run")
        home.wait_for(run, "step-done", "prepare/examine:all")
        settings = home.folder / "hosts/new-app2/srv/frames/.env"
        with house.changed(settings, "DB_USERNAME=frames", "DB_USERNAME=nobody"):
            self.assert_exit(run, 11)
            failed = [body["error"] for _, step, body in home.events("step-failed")
                      if step == "service/check-service:frames"]
            self.assertIn("app2/healthz answers 500", failed[0])
            self.assert_back_on_old(before)
        # NEW is mended: the same run goes on, with a new approval.
        after = home.last_event()
        again = home.start("run")
        home.wait_for_approval(again, after)
        home.approve()
        self.assert_exit(again, 0)
        self.assertEqual(home.add_frame("new", "mended"), "201")


if __name__ == "__main__":
    unittest.main()
