"""The fence is durable: a restart of OLD's MariaDB does not open it."""

import unittest

import house


class Fence(house.HouseTest):
    WRITE = "INSERT INTO customers (email, name, created) VALUES ('fence', 'x', NOW())"

    def assert_fenced(self):
        refused = self.house.application_sql("old", self.WRITE)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("denied", refused.stderr)
        self.assertEqual(self.house.sql("old", "SELECT COUNT(*) FROM frames.customers WHERE email ="
                                               " 'fence'"), ["0"])

    def test_a_restart_of_the_server_leaves_it_shut_and_the_run_goes_on(self):
        home = self.house
        home.plan()
        run = home.start("run")
        home.wait_for_approval(run)
        self.assert_fenced()
        home.world.restart("old-db")
        self.assert_fenced()
        home.world.kill("old-db")
        home.world.restart("old-db")
        self.assert_fenced()
        home.approve()
        self.assert_exit(run, 0)
        self.assert_fenced()
        self.assertEqual(home.application_sql("new", self.WRITE).returncode, 0)
        verified = home.journal("SELECT value FROM fact WHERE key = 'verify'")
        self.assertIn('"mismatches":0', verified[0][0])


if __name__ == "__main__":
    unittest.main()
