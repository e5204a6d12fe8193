"""The disk of the state directory gets full while the page is up: the cutover goes back."""

import os
import signal
import subprocess
import unittest

import house
from house import STRANGER


class FullDisk(house.HouseTest):
    def setUp(self):
        if os.getuid() != 0:
            self.skipTest("only root may mount a small disk in a world")
        super().setUp()
        self.disk = self.house.folder / "small-disk"
        self.disk.mkdir()

    def inside(self, script):
        """By a shell in the world, where mounts are its own."""
        done = self.house.world.execute(["sh", "-c", script], stdin=subprocess.DEVNULL, text=True,
                                        capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_leads_back_by_itself_and_is_no_outage(self):
        home = self.house
        self.inside(f"mount -t tmpfs -o size=24m,mode=777 small {self.disk}")
        self.addCleanup(self.inside, f"umount {self.disk}")
        state = self.disk / "state"
        before = home.database_facts("old")
        self.assert_exit(home.hikkoshi("--state", state, "plan"), 0)
        run = home.start("--state", state, "run")
        house.eventually(lambda: home.ask("old", STRANGER) == "page", "the page", pause=0.2)
        self.inside(f"cat /dev/zero > {self.disk}/filler || true")
        self.assert_exit(run, 11)
        self.assertIn("disk", run.words())
        self.assertEqual(home.database_facts("old"), before)
        self.assertNotIn("frames", home.database_facts("new")["schemas"])
        self.assert_old_serves()
        # No cutover begins without room for the way back; what the first one gave back is taken too.
        self.inside(f"cat /dev/zero >> {self.disk}/filler || true")
        again = home.hikkoshi("--state", state, "run")
        self.assertNotEqual(again.returncode, 0)
        self.assertNotEqual(home.ask("old", STRANGER), "page")
        self.inside(f"rm {self.disk}/filler")
        third = home.start("--state", state, "run")
        house.eventually(lambda: home.ask("old", STRANGER) == "page", "the page", pause=0.2)
        house.signal_if_there(third.supervisor(), signal.SIGINT)
        self.assert_exit(third, 130)
        self.assert_old_serves()


if __name__ == "__main__":
    unittest.main()
