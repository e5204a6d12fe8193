#!/usr/bin/env python3
"""The first real move, shown: a sub-service moves from OLD to NEW under load, in a world of its own.

  demo.py [--rows N | --mini] [--out DIR] [--keep] [--hikkoshi PROGRAM]

Plays the team: starts the world and a population of clients, runs Hikkoshi, looks at NEW behind the
page from an allowed address, approves, finishes, and looks for every acknowledged write on NEW.
Writes summary.json, report.html and report.json into the world's folder. Exit 0 when the move is
done and nothing failed, was lost or is there twice.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import world  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
QUIET_S = 8
AFTER_S = 6
# For --mini: a show of a minute, with small servers and TTLs.
MINI_TTL_S = 4
MINI_POLICY = "policy:\n  ttl: {ladder: [2s, 1s], margin: 0s, restore_after: 1s}\n"
TEAM, STRANGER = "127.30.0.5", "127.31.9.9"
NEW_BALANCER, NAME = "127.20.0.80", "frames.shop.test"


class Failed(Exception):
    """The demo cannot go on; the message says why."""


class Demo:
    """One showing; each method is one scene."""

    def __init__(self, given):
        self.given = given
        self.world = world.World("subservice", given.out)
        self.started = time.monotonic()

    @property
    def load_folder(self):
        return self.world.folder / "load"

    def say(self, text):
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", flush=True)

    def command(self, *words):
        overlay = ["--overlay", self.world.folder / "mini.yaml"] if self.given.mini else []
        return [self.given.hikkoshi, "-f", self.world.folder / "move.yaml", *overlay, *words]

    def hikkoshi(self, *words, check=True, capture=False):
        command = self.command(*words)
        self.say("$ hikkoshi " + " ".join(str(word) for word in words))
        done = self.world.execute(command, stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE if capture else None)
        if check and done.returncode not in (0, 3):
            raise Failed(f"hikkoshi {words[0]} ended with {done.returncode}")
        return done

    def load(self, *words, **options):
        return self.world.execute([sys.executable, "-B", HERE / "load.py", *words], **options)

    def begin(self):
        self.say("two environments of real servers come up")
        if self.given.mini:
            self.world.up(mini=True, ttl=MINI_TTL_S)
            (self.world.folder / "mini.yaml").write_text(MINI_POLICY)
        else:
            self.world.up(rows=self.given.rows)
        self.load_folder.mkdir()
        log = open(self.load_folder / "load.log", "w")
        self.clients = self.world.popen(
            [sys.executable, "-B", HERE / "load.py", "run", self.load_folder],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.say(f"clients are at work; {QUIET_S} s of quiet for comparison")
        time.sleep(QUIET_S)
        self.load("mark", self.load_folder, check=True)

    def prepare(self):
        self.hikkoshi("check")
        self.hikkoshi("doctor")
        self.hikkoshi("plan")

    def move(self):
        self.say("$ hikkoshi run")
        run = self.world.popen(self.command("run"), stdin=subprocess.DEVNULL)
        try:
            gate = self.wait_for_approval(run)
            if gate:
                self.look_behind_the_page()
                self.hikkoshi("gate", "approve", gate, "--who", "the team")
            code = run.wait(timeout=900)
        finally:
            if run.poll() is None:
                run.terminate()
                run.wait(timeout=60)
        if code != 0:
            raise Failed(f"hikkoshi run ended with {code}")

    def wait_for_approval(self, run):
        """The id of the gate that waits for a person; None when the run ended before."""
        while run.poll() is None:
            time.sleep(0.3)
            asked = self.world.execute(
                self.command("status", "--json"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL)
            if asked.returncode != 0 or not asked.stdout.strip():
                continue
            for gate in json.loads(asked.stdout).get("waiting", []):
                if gate["kind"] == "approval":
                    return gate["id"]
        return None

    def ask_new(self, source, path):
        """The status that an address gets from NEW's balancer."""
        done = self.world.execute(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5",
             "--interface", source, "-H", f"Host: {NAME}", f"http://{NEW_BALANCER}{path}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def look_behind_the_page(self):
        team, stranger = self.ask_new(TEAM, "/frames/1"), self.ask_new(STRANGER, "/frames/1")
        self.say(f"NEW answers the team {team}, a stranger {stranger}")
        if team != "200" or stranger != "503":
            raise Failed("NEW is not open to the team alone")

    def end(self):
        self.hikkoshi("finish")
        time.sleep(AFTER_S)
        self.load("stop", self.load_folder, check=True)
        self.clients.wait(timeout=30)
        checked = self.load("check", self.load_folder, stdout=subprocess.PIPE, text=True)
        if checked.returncode not in (0, 1):
            raise Failed(f"the clients' writes could not be looked for ({checked.returncode})")
        seen = json.loads((self.load_folder / "load.json").read_text())
        self.hikkoshi("report", "--outside", self.load_folder / "load.json", "--output",
                      self.world.folder, capture=True)
        report = json.loads((self.world.folder / "report.json").read_text())
        return summarise(report, seen)

    def down(self):
        if self.given.keep:
            self.say(f"the world stays up: lab/lab exec {self.world.name} -- ...")
        else:
            self.world.down()


def summarise(report, seen):
    keys = ("requests", "gap_ms", "background_gap_ms", "writes")
    return {"result": report["result"],
            **{key: seen[key] for key in keys},
            "databases": report["databases"], "dns": report["dns"],
            "stragglers": report["stragglers"],
            "forecast_s": report["forecast_s"], "actual_s": report["actual_s"]}


def faults_of(summary):
    """What the demo promised and did not keep."""
    faults = []
    if summary["result"] != "moved":
        faults.append(f"the move is {summary['result']}")
    for name, value in (("failed requests", summary["requests"]["failed"]),
                        ("lost writes", summary["writes"]["lost"]),
                        ("duplicated writes", summary["writes"]["duplicated"]),
                        ("differences", sum(d["mismatches"] for d in summary["databases"]))):
        if value != 0:
            faults.append(f"{value} {name}")
    if not summary["writes"]["acknowledged"] or not summary["databases"]:
        faults.append("nothing was written, or nothing copied: the demo showed nothing")
    return faults


def arguments():
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the largest table")
    parser.add_argument("--mini", action="store_true", help="2,000 rows, small servers and TTLs")
    parser.add_argument("--out", help="where worlds live (default lab/out)")
    parser.add_argument("--keep", action="store_true", help="leave the world up at the end")
    parser.add_argument("--hikkoshi", type=pathlib.Path,
                        default=HERE.parent / "build/release/src/app/hikkoshi")
    given = parser.parse_args()
    given.hikkoshi = given.hikkoshi.resolve()
    if not given.hikkoshi.exists():
        found = shutil.which("hikkoshi")
        parser.error(f"{given.hikkoshi} is not built" + (f"; {found} is another" if found else ""))
    return given


def main():
    demo = Demo(arguments())
    try:
        demo.begin()
        demo.prepare()
        demo.move()
        summary = demo.end()
    except (Failed, world.LabError, subprocess.SubprocessError) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    finally:
        demo.down()
    place = demo.world.folder / "summary.json"
    place.write_text(json.dumps(summary, indent=2) + "\n")
    print(json.dumps(summary, indent=2))
    demo.say(f"summary: {place}; report: {demo.world.folder / 'report.html'}")
    faults = faults_of(summary)
    for fault in faults:
        print(f"demo: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
