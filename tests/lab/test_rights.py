"""The statements of `doctor --grants`, and nothing else, are enough for the whole move."""

import json
import unittest

import house


class Rights(house.HouseTest):
    def accounts_as_doctor_makes_them(self):
        """{side: what SHOW GRANTS says} of the accounts that the printed statements make."""
        told = self.house.hikkoshi("--json", "doctor", "--grants")
        self.assert_exit(told, 0)
        found = {}
        for side in ("old", "new"):
            statements = json.loads(told.stdout)[f"{side}.main"]
            self.house.sql(side, ";\n".join(
                ["SET sql_log_bin = 0"]
                + [statement.replace("`mover`", "twin") for statement in statements] + [""]))
            found[side] = self.grants(side, "twin")
            self.house.sql(side, "SET sql_log_bin = 0; DROP USER twin")
        return found

    def grants(self, side, user):
        lines = self.house.sql(side, f"SHOW GRANTS FOR {user}")
        return sorted(line.partition(" IDENTIFIED BY")[0].replace(f"`{user}`", "`mover`")
                      for line in lines)

    def complaints(self):
        """All that doctor does not find good, be it a right too few or one too many."""
        findings = json.loads(self.house.hikkoshi("--json", "doctor").stdout)["findings"]
        return [finding for finding in findings if finding["weight"] != "ok"]

    def test_the_least_rights_make_the_whole_move_and_doctor_is_content(self):
        home = self.house
        self.assertEqual(self.accounts_as_doctor_makes_them(),
                         {side: self.grants(side, "mover") for side in ("old", "new")})
        self.assertEqual(self.complaints(), [])
        home.sql("new", "SET GLOBAL log_bin_trust_function_creators=OFF")
        [finding] = self.complaints()
        self.assertIn("SET GLOBAL log_bin_trust_function_creators=ON on new", finding["remedy"])
        home.sql("new", "SET GLOBAL log_bin_trust_function_creators=ON")

    def test_an_account_that_no_fence_holds_must_be_acknowledged(self):
        home = self.house
        home.sql("old", "SET sql_log_bin = 0; CREATE USER backup@localhost;"
                        "GRANT SELECT, INSERT ON *.* TO backup@localhost")
        [finding] = self.complaints()
        self.assertIn("`backup`@`localhost` (INSERT)", finding["text"])
        self.assertIn("`acknowledged`", finding["remedy"])
        before, _, after = home.move_file.read_text().partition("schemas: [frames]")
        home.move_file.write_text(before + "acknowledged: [backup@localhost]\n      "
                                  "schemas: [frames]" + after)
        self.assertEqual(self.complaints(), [])

    def test_a_whole_move_leaves_nothing_of_hikkoshi_on_the_servers(self):
        home = self.house
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
