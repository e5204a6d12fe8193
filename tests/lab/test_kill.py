"""kill -9 in the middle: a move goes on from wherever it died, loses nothing, repeats nothing."""

import signal
import subprocess
import sys
import unittest

import house
from house import LAB, eventually

# (event, step): as soon as the journal says so, somebody dies. Intents are moments inside a step.
# A critical stage is intended as a whole before it begins, so there it is the end of the step
# before which tells that one runs.
MOMENTS = [
    ("step-intended", "prepare/prepare-balancer:old.edge"),
    ("step-done", "prepare/lower-ttl:public#1"),
    ("step-intended", "prepare/push-config:frames@app2"),
    ("stage-begun", "service"),
    ("step-done", "service/show-page:old.edge"),
    ("step-done", "service/fence-database:main"),
    ("step-done", "service/copy-database:main"),
    ("step-done", "service/verify-database:main"),
    ("gate-open", "service/approve"),
    ("step-done", "service/hide-page:old.edge"),
    ("step-intended", "dns/switch-record:public"),
]


class Kill(house.HouseTest):
    def setUp(self):
        super().setUp()
        self.load_folder = self.house.folder / "load"
        self.load_folder.mkdir()
        self.load = self.house.world.popen(
            [sys.executable, "-B", LAB / "load.py", "run", self.load_folder, "--clients", "6",
             "--rate", "12"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(self.end_load)
        self.house.plan()
        (self.load_folder / "mark-start").touch()

    def end_load(self):
        if self.load.poll() is None:
            self.load.terminate()
            self.load.wait(timeout=60)

    def moments(self):
        """The moments, each told where in the history to look from; approves in between."""
        for number, (kind, subject) in enumerate(MOMENTS):
            if kind == "gate-open":
                self.house.wait_for_approval(self.run_now)
                self.house.approve()
            self.house.wait_for(self.run_now, kind, subject)
            yield number

    def assert_moved_once(self):
        house = self.house
        for verb in ("stage-undoing", "undo-intended", "rollback-begun"):
            self.assertEqual(house.events(verb), [])
        done = [subject for _, subject, _ in house.events("step-done")]
        self.assertEqual(sorted(set(done)), sorted(done), "a step was done twice")
        for side in ("old", "new"):
            config = house.files()[f"hosts/{side}-edge/etc/haproxy/haproxy.cfg"].decode()
            self.assertEqual(config.count("\nbackend hikkoshi_forward"), 1, config)
        done = house.world.execute([sys.executable, "-B", LAB / "load.py", "stop",
                                    self.load_folder])
        self.assertEqual(done.returncode, 0)
        self.load.wait(timeout=60)
        checked = house.world.execute([sys.executable, "-B", LAB / "load.py", "check",
                                       self.load_folder], text=True, capture_output=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(house.hikkoshi("finish").returncode, 0)
        leftover = [name for name in house.files() if "hikkoshi" in name]
        self.assertEqual([name for name in leftover if "/old-edge/" not in name], [])

    def assert_nothing_left(self):
        """No engine, no SSH master, no session on a host."""
        eventually(lambda: not self.house.strays(), "nothing of hikkoshi is left", 30)

    def test_the_engine_dies_and_its_supervisor_starts_another(self):
        self.run_now = self.house.start("run")
        killed = []
        for _ in self.moments():
            killed.append(eventually(self.run_now.engine, "an engine"))
            house.signal_if_there(killed[-1], signal.SIGKILL)
        self.assert_exit(self.run_now, 0)
        self.assertEqual(len(set(killed)), len(MOMENTS))
        self.assertEqual(self.run_now.words().count("the engine died"), len(MOMENTS))
        self.assert_moved_once()
        self.assert_nothing_left()

    def test_engine_and_supervisor_die_and_run_goes_on(self):
        self.run_now = self.house.start("run")
        for _ in self.moments():
            victims = [self.run_now.supervisor(), self.run_now.engine()]
            for victim in victims:
                if victim:
                    house.signal_if_there(victim, signal.SIGKILL)
            self.assertNotEqual(self.run_now.wait(), 0)
            self.run_now = self.house.start("run")
        self.assert_exit(self.run_now, 0)
        self.assert_moved_once()
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
