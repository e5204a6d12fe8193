"""A gate that is shut: --no-wait stops there, says until when, and has changed no record."""

import json
import unittest

import house
from house import STRANGER


class Gates(house.HouseTest):
    TTL = 600  # So that copies of the old TTL outlive the cutover, on any machine.

    def test_names_do_not_switch_while_copies_of_the_old_ttl_may_live(self):
        home = self.house
        home.edit_move_file(house.SHORT_TTL, "ttl: {ladder: [2s], margin: 0s, restore_after: 1s}")
        home.plan()
        first = home.start("run", "--no-wait")
        home.wait_for_approval(first)
        lowered = home.records()
        home.approve()
        self.assert_exit(first, 10)
        (_, gate, body) = home.events("gate-waiting")[-1]
        self.assertEqual(gate, "dns/ttl-expired:public#1")
        told = home.journal("SELECT value FROM fact WHERE key = 'ttl'")
        self.assertEqual(json.loads(told[0][0])["old_ttl"], self.TTL)
        self.assertIn(body["opens_at"][:19], first.words())

        second = home.hikkoshi("--json", "run", "--no-wait")
        self.assert_exit(second, 10)
        answer = json.loads(second.stdout)
        self.assertEqual((answer["gate"], answer["opens_at"][:19]), (gate, body["opens_at"][:19]))
        self.assertEqual(home.records(), lowered)
        for lines in lowered.values():
            self.assertIn(f"{house.NAME}. 2 IN A {house.BALANCER['old']}", lines)
        # Whoever still comes to OLD by the old name is served by NEW.
        self.assertEqual(home.add_frame("old", "late"), "201")
        self.assertEqual(home.sql("new", "SELECT COUNT(*) FROM frames.frames WHERE client_id ="
                                         " 'late'"), ["1"])
        self.assertEqual(home.ask("old", STRANGER), "200")


if __name__ == "__main__":
    unittest.main()
