"""The statements of `doctor --grants`, and nothing else, are enough for the whole move."""

import json
import unittest

import house


class Rights(house.HouseTest):
    def replace_the_mover(self):
        told = self.house.hikkoshi("--json", "doctor", "--grants")
        self.assert_exit(told, 0)
        for side in ("old", "new"):
            statements = json.loads(told.stdout)[f"{side}.main"]
            self.house.sql(side, ";\n".join(
                ["SET sql_log_bin = 0", "DROP USER mover@'%'"]
                + [statement.replace("<password>", f"not-a-secret-{side}-mover")
                   for statement in statements] + [""]))

    def complaints_about_databases(self):
        """What doctor does not find good there, be it a right too few or one too many."""
        findings = json.loads(self.house.hikkoshi("--json", "doctor").stdout)["findings"]
        found = [finding for finding in findings
                 if "database" in finding["thing"] or "transfer" in finding["thing"]]
        return [finding for finding in found if finding["weight"] != "ok"]

    def test_the_least_rights_make_the_whole_move_and_doctor_is_content(self):
        home = self.house
        self.replace_the_mover()
        [finding] = self.complaints_about_databases()
        self.assertIn("SET GLOBAL log_bin_trust_function_creators=ON on new", finding["remedy"])
        home.sql("new", "SET GLOBAL log_bin_trust_function_creators=ON")
        self.assertEqual(self.complaints_about_databases(), [])

        home.plan()
        run = home.start("run")
        home.wait_for_approval(run)
        home.approve()
        self.assert_exit(run, 0)
        self.assertEqual(home.add_frame("new", "by-least-rights"), "201")
        self.assert_exit(home.hikkoshi("finish"), 0)
        for side in ("old", "new"):
            self.assertNotIn("hikkoshi", home.sql(side, "SHOW DATABASES"))


if __name__ == "__main__":
    unittest.main()
