"""What is found before the pivot leads back to OLD by itself: wrong rows, a NEW that does not work."""

import subprocess
import unittest

import house
from house import STRANGER

CHANGE = """DELIMITER //
BEGIN NOT ATOMIC
  DECLARE changed INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET changed = 0;
  WHILE changed < 1 DO
    UPDATE frames.orders SET quantity = quantity + 1 WHERE id = 777;
    SET changed = ROW_COUNT();
    DO SLEEP(0.005);
  END WHILE;
END//
"""


class Faults(house.HouseTest):
    def assert_back_on_old(self, accounts_before):
        home = self.house
        self.assertEqual(home.database_facts("old"), accounts_before)
        self.assertNotIn("frames", home.database_facts("new")["schemas"])
        self.assertEqual(home.events("gate-open", "service/approve"), [])
        self.assertNotEqual(home.ask("new", STRANGER), "page")
        self.assert_old_serves()

    def test_a_row_changed_on_new_after_the_copy_is_named_and_stops_the_move(self):
        home = self.house
        before = home.database_facts("old")
        home.plan()
        run = home.start("run")
        home.wait_for(run, "stage-begun", "service")
        changing = self.change_the_row_as_soon_as_it_is_on_new()
        self.assert_exit(run, 13)
        self.assertEqual(changing.wait(timeout=60), 0)
        [(_, step, body)] = home.events("step-failed")
        self.assertEqual(step, "service/verify-database:main")
        self.assertRegex(body["error"], r"frames\.orders.*\b777\b")
        self.assertIn("777", run.words())
        self.assert_back_on_old(before)

    def change_the_row_as_soon_as_it_is_on_new(self):
        """Somebody with all rights on NEW, at work while we copy; the finished work is its end."""
        client = subprocess.Popen(
            ["mariadb", "--no-defaults", "-u", "root", "-S", "mysqld.sock"],
            cwd=self.house.folder / "databases/new", stdin=subprocess.PIPE, text=True)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        client.stdin.write(CHANGE)
        client.stdin.close()
        return client

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
