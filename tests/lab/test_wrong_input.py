"""What a person gets wrong ends with its own exit code, and changes nothing."""

import unittest

import house


class WrongInput(house.HouseTest):
    """One world for all; each test leaves it, and the files beside the move file, as they were."""

    def setUp(self):
        super().setUp()
        self.before = self.house.facts()

    def test_each_has_its_code_and_changes_nothing(self):
        home = self.house
        for wrong in (self.no_plan, self.bad_move_file, self.unknown_host_key, self.stale_plan,
                      self.wrong_password, self.second_run):
            with self.subTest(wrong.__name__):
                wrong()
        house.eventually(lambda: not home.strays(), "nothing of hikkoshi is left", 30)

    def no_plan(self):
        """Nobody is at a terminal who could look at one."""
        self.assert_exit(self.house.hikkoshi("run"), 64)
        self.assert_unchanged()

    def bad_move_file(self):
        with house.changed(self.house.move_file, "kind: web", "kind: webb"):
            done = self.house.hikkoshi("check")
            self.assert_exit(done, 65)
            self.assertIn("webb", done.stdout + done.stderr)
            self.assert_exit(self.house.hikkoshi("plan"), 65)
            self.assert_exit(self.house.hikkoshi("run"), 64)

    def unknown_host_key(self):
        """The second host behind OLD's bastion is not who it was."""
        known = self.house.folder / "known_hosts"
        lines = known.read_text().splitlines()
        [web1] = [line for line in lines if line.startswith("127.10.1.11 ")]
        [edge] = [line for line in lines if line.startswith("127.10.0.20 ")]
        forged = web1.split()[0] + " " + " ".join(edge.split()[1:])
        self.house.plan()
        with house.changed(known, web1, forged):
            done = self.house.hikkoshi("run")
            self.assert_exit(done, 77)
            self.assertIn("web1", done.stderr)
        self.assert_unchanged()

    def stale_plan(self):
        self.house.plan()
        with house.changed(self.house.move_file, "retry_after: 30s", "retry_after: 31s"):
            self.assert_exit(self.house.hikkoshi("run"), 15)
        self.assert_unchanged()

    def second_run(self):
        home = self.house
        home.plan()
        earlier = home.last_event()
        first = home.start("run")
        home.wait_for(first, "run-begun", after=earlier)
        second = home.hikkoshi("run")
        self.assert_exit(second, 20)
        first.outside.terminate()
        self.assert_exit(first, 130)
        self.assert_exit(home.hikkoshi("rollback"), 0)
        self.assert_unchanged()

    def wrong_password(self):
        self.house.plan()
        with house.changed(self.house.folder / "tsig.key", "hikkoshi:", "hikkoshi:AAAA"):
            done = self.house.hikkoshi("run")
            self.assert_exit(done, 77)
        self.assert_exit(self.house.hikkoshi("rollback"), 0)
        self.assert_unchanged()

    def assert_unchanged(self):
        self.assert_as_before(self.before)


if __name__ == "__main__":
    unittest.main()
