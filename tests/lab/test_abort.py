"""`hikkoshi abort` before the pivot: OLD is back in service by itself, and after `rollback` all is
as it was."""

import unittest

import house
from house import STRANGER, TEAM

# What prepares the cutover without effect stays for another try: rules, configuration and TTLs.
PREPARED = ("hosts/", "records of")


class Abort(house.HouseTest):
    def abort(self, run, before):
        """Aborts the cutover, then rolls back what was prepared for it."""
        asked = self.house.hikkoshi("abort", "--who", "the team")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assert_exit(run, 11)
        self.assert_as_before(before, but=PREPARED)
        self.assertNotIn("frames", self.house.database_facts("new")["schemas"])
        self.assert_old_serves()
        self.assert_exit(self.house.hikkoshi("rollback"), 0)
        self.assert_as_before(before)
        self.assert_old_serves()

    def test_while_the_approval_is_waited_for(self):
        before = self.house.facts()
        self.house.plan()
        run = self.house.start("run")
        self.house.wait_for_approval(run)
        self.assertEqual(self.house.ask("old", STRANGER), "page")
        self.assertEqual(self.house.ask("new", STRANGER), "page")
        self.assertEqual(self.house.ask("new", TEAM), "200")
        self.abort(run, before)

    def test_during_the_copy(self):
        before = self.house.facts()
        self.house.plan()
        run = self.house.start("run")
        self.house.wait_for(run, "step-intended", "service/fence-database:main")
        self.abort(run, before)
        self.assertFalse(self.house.events("gate-waiting", "service/approve"))


if __name__ == "__main__":
    unittest.main()
