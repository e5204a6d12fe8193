"""A miniature world with a move to make: what the lab tests see, do and compare.

HIKKOSHI names the program; worlds live in HIKKOSHI_LAB_OUT (a folder of the test's own if unset).
"""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LAB = HERE.parents[1] / "lab"
sys.path.insert(0, str(LAB))
sys.dont_write_bytecode = True
import leftovers  # noqa: E402
import world  # noqa: E402

PROGRAM = os.environ.get("HIKKOSHI", "hikkoshi")
NAME = "frames.shop.test"
TEAM, STRANGER = "127.30.0.5", "127.31.9.9"
BALANCER = {"old": "127.10.0.80", "new": "127.20.0.80"}
DATABASE = {"old": "127.10.2.5", "new": "127.20.2.5"}
HOST = {"old-bastion": "127.10.0.10", "old-edge": "127.10.0.20", "old-web1": "127.10.1.11",
        "new-bastion": "127.20.0.10", "new-edge": "127.20.0.20", "new-app1": "127.20.1.11",
        "new-app2": "127.20.1.12"}
APPLICATION = ("frames", "not-a-secret-frames")
EXAMPLE_TTL = "ttl:      {ladder: [12s, 6s, 3s], margin: 1s, restore_after: 5s}"
SHORT_TTL = "ttl:      {ladder: [2s, 1s], margin: 0s, restore_after: 1s}"
PATIENCE_S = 240


def eventually(condition, what, seconds=PATIENCE_S, pause=0.02):
    """The condition's first true value; an AssertionError if there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {what}")


def children_of(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(word) for word in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def command_line(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def signal_if_there(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@contextlib.contextmanager
def changed(path, old, new):
    """A file in which `old`, which stands there once, is `new` for a while."""
    text = path.read_text()
    if text.count(old) != 1:
        raise AssertionError(f"{old!r} stands {text.count(old)} times in {path}")
    path.write_text(text.replace(old, new))
    try:
        yield
    finally:
        path.write_text(text)


class Run:
    """One `hikkoshi run` (or another verb) in the background; its words go to a file."""

    def __init__(self, house, words):
        self.house = house
        self.log = house.folder / f"run-{time.monotonic_ns()}.log"
        with open(self.log, "w") as log:
            self.outside = house.world.popen(house.command(*words), stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log)

    def supervisor(self):
        """Its process id as seen from here; None when there is none (any more)."""
        return next(iter(children_of(self.outside.pid)), None)

    def engine(self):
        """The process id of the engine, the supervisor's child; None when there is none now."""
        supervisor = self.supervisor()
        return next(iter(children_of(supervisor)), None) if supervisor else None

    def alive(self):
        return self.outside.poll() is None

    def wait(self):
        return self.outside.wait(timeout=PATIENCE_S)

    def words(self):
        return self.log.read_text(errors="replace")

    def end(self):
        """For a test that fails: nothing of it goes on."""
        if self.alive():
            self.outside.kill()
            self.outside.wait()


class House:
    """One world, its move file made short, and the state folder beside it."""

    def __init__(self, name, out):
        self.world = world.World(name, out)
        self.runs = []

    @property
    def folder(self):
        return self.world.folder

    @property
    def move_file(self):
        return self.folder / "move.yaml"

    @property
    def state(self):
        return self.folder / ".hikkoshi"

    def build(self, ttl=4):
        self.world.up(mini=True, ttl=ttl)
        self.edit_move_file(EXAMPLE_TTL, SHORT_TTL)
        return self

    def tear_down(self):
        for run in self.runs:
            run.end()
        if (self.folder / "world.json").exists():
            self.world.down()
        leftovers.remove(self.folder)

    def edit_move_file(self, old, new):
        text = self.move_file.read_text()
        if text.count(old) != 1:
            raise AssertionError(f"{old!r} stands {text.count(old)} times in the move file")
        self.move_file.write_text(text.replace(old, new))

    # Hikkoshi

    def command(self, *words):
        return [PROGRAM, "-f", self.move_file, *words]

    def hikkoshi(self, *words):
        """Runs it to its end; returncode, stdout and stderr are there."""
        return self.world.execute(self.command(*words), stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, timeout=PATIENCE_S)

    def start(self, *words):
        run = Run(self, words or ("run",))
        self.runs.append(run)
        return run

    def plan(self):
        done = self.hikkoshi("plan", "--json")
        if done.returncode != 0:
            raise AssertionError(f"no plan: {done.stderr}")
        return json.loads(done.stdout)["plan"]

    def approve(self):
        return self.hikkoshi("gate", "approve", "service/approve", "--who", "the team")

    # The journal, as anybody may read it

    def journal(self, query, *values):
        if not (self.state / "journal.db").exists():
            return []
        with contextlib.suppress(sqlite3.OperationalError):
            with contextlib.closing(
                    sqlite3.connect(f"file:{self.state}/journal.db?mode=ro", uri=True)) as journal:
                return journal.execute(query, values).fetchall()
        return []

    def events(self, kind, subject="%", after=0):
        """(seq, subject, body) of each event of a kind, oldest first."""
        rows = self.journal("SELECT seq, subject, body FROM event WHERE kind = ? AND subject LIKE ?"
                            " AND seq > ? ORDER BY seq", kind, subject, after)
        return [(seq, subject, json.loads(body)) for seq, subject, body in rows]

    def last_event(self):
        return (self.journal("SELECT max(seq) FROM event") or [(None,)])[0][0] or 0

    def wait_for(self, run, kind, subject="%", after=0):
        """Returns when the journal has such an event; fails when the run ends without it."""
        def there():
            found = self.events(kind, subject, after)
            if not found and not run.alive():
                found = self.events(kind, subject, after)
                if not found:
                    raise AssertionError(f"it ended ({run.wait()}) before {kind} {subject}:\n"
                                         + run.words())
            return found
        return eventually(there, f"{kind} {subject}\n{run.words()}", pause=0.005)

    def wait_for_approval(self, run, after=0):
        self.wait_for(run, "gate-waiting", "service/approve", after)

    # The world

    def sql(self, side, statements):
        """As root of a database, over its socket; lines of the answer."""
        done = subprocess.run(
            ["mariadb", "--no-defaults", "-N", "-u", "root", "-S", "mysqld.sock"],
            cwd=self.folder / "databases" / side, input=statements, text=True,
            capture_output=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{side}: {statements}: {done.stderr}")
        return done.stdout.splitlines()

    def application_sql(self, side, statement):
        """As the application does it, over the network; the finished process."""
        user, password = APPLICATION
        return self.world.execute(
            ["env", f"MYSQL_PWD={password}", "mariadb", "--no-defaults", "-N", "-h",
             DATABASE[side], "-u", user, "frames", "-e", statement],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def ask(self, side, source, path="/frames/1"):
        """What an address gets from a side's balancer: "page", or the status."""
        done = self.world.execute(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %header{retry-after}",
             "--max-time", "10",
             "--interface", source, "-H", f"Host: {NAME}", f"http://{BALANCER[side]}{path}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        status, _, retry_after = done.stdout.partition(" ")
        return "page" if status == "503" and retry_after else status

    def add_frame(self, side, key):
        """A stranger's write through a balancer; the status."""
        done = self.world.execute(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10",
             "--interface", STRANGER, "-H", f"Host: {NAME}", "-d", json.dumps({"id": key}),
             f"http://{BALANCER[side]}/frames"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def records(self):
        """{server: lines} of what both authoritative servers say about the names, TTLs too."""
        def lines(server):
            found = []
            for name in (NAME, "img.shop.test"):
                done = self.world.execute(
                    ["dig", "+noall", "+answer", "+norecurse", f"@{server}", name, "A"],
                    stdout=subprocess.PIPE, text=True, check=True)
                found += [" ".join(line.split()) for line in done.stdout.splitlines()]
            return sorted(set(found))
        return {server: lines(server) for server in ("127.10.5.53", "127.10.6.53")}

    def files(self):
        """{path: bytes} of every configuration file on every host; `reloaded` is the mark that the
        application's own reload command makes."""
        found = {}
        for place in sorted((self.folder / "hosts").glob("*/*")):
            if place.name in ("srv", "etc"):
                found |= {str(file.relative_to(self.folder)): file.read_bytes()
                          for file in place.rglob("*")
                          if file.is_file() and file.name != "reloaded"}
        return found

    def strays(self):
        """{pid: words} of what must not outlive a run: Hikkoshi, its SSH clients, their sessions on
        the hosts. Programs of this world are known by its namespace of process ids."""
        inside = os.readlink(f"/proc/{self.world.first_process()}/ns/pid")
        exes = {}
        for pid in (int(entry) for entry in os.listdir("/proc") if entry.isdigit()):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/ns/pid") == inside:
                    exes[pid] = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        sessions = [child for pid, exe in exes.items() if exe == "sshd"
                    for child in children_of(pid)]
        ours = [pid for pid, exe in exes.items() if exe in ("ssh", os.path.basename(PROGRAM))]
        return {pid: command_line(pid) for pid in ours + sessions}

    def on_host(self, host, command):
        """What a shell on a host says, logged in as the move file does: "old-web1"."""
        side, _, name = host.partition("-")
        bastion = HOST[f"{side}-bastion"]
        way = [] if name == "bastion" else ["-o", f"ProxyCommand=ssh -F ssh_config -W %h:%p {bastion}"]
        done = self.world.execute(["ssh", "-F", "ssh_config", *way, HOST[host], command],
                                  cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{host}: {command}: {done.stderr}")
        return done.stdout.splitlines()

    def kept_by_hikkoshi(self):
        """What Hikkoshi keeps for itself outside of what a move changes: {place: what is there}."""
        found = {f"{side}: schema": [name for name in self.sql(side, "SHOW DATABASES")
                                     if name == "hikkoshi"] for side in ("old", "new")}
        found |= {f"{host}: epochs": self.on_host(host, "ls -d /var/lib/hikkoshi ~/.hikkoshi"
                                                        " 2>/dev/null || true") for host in HOST}
        return {place: there for place, there in found.items() if there}

    def database_facts(self, side):
        """Accounts with their rights, schemas and events of a side. Not the schema `hikkoshi`: the
        record of who may act there outlives a run that went back, until `finish`."""
        accounts = self.sql(side, "SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user"
                                  " ORDER BY 1")
        return {f"SHOW GRANTS FOR {account}": sorted(self.sql(side, f"SHOW GRANTS FOR {account}"))
                for account in accounts} | {
                "schemas": sorted(set(self.sql(side, "SHOW DATABASES")) - {"hikkoshi"}),
                "events": self.sql(side, "SELECT EVENT_SCHEMA, EVENT_NAME, STATUS, DEFINER FROM"
                                         " information_schema.EVENTS ORDER BY 1, 2")}

    def facts(self):
        """{what: value} of all that a move changes, and must give back when it goes back."""
        found = self.files() | {f"records of {server}": lines
                                for server, lines in self.records().items()}
        for side in ("old", "new"):
            found |= {f"{side}: {what}": value
                      for what, value in self.database_facts(side).items()}
        return found


def remove_abandoned(out):
    """Houses whose test was killed; their names end with its process id."""
    for place in pathlib.Path(out).glob("*-*"):
        owner = place.name.rpartition("-")[2]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            with contextlib.suppress(world.LabError, FileNotFoundError):
                House(place.name, out).tear_down()


class HouseTest(unittest.TestCase):
    """Gives each test a house of its own, and takes it down however the test ends."""

    TTL = 4  # Seconds; of the names, before the move.
    maxDiff = None

    def setUp(self):
        out = os.environ.get("HIKKOSHI_LAB_OUT")
        if not out:
            out = tempfile.mkdtemp(prefix="hikkoshi-")
            self.addCleanup(shutil.rmtree, out)
        pathlib.Path(out).mkdir(parents=True, exist_ok=True)
        remove_abandoned(out)
        self.house = House(f"{self._testMethodName[5:25]}-{os.getpid()}", out)
        self.addCleanup(self.house.tear_down)
        self.house.build(self.TTL)

    def assert_exit(self, run, code):
        """That a run (or a finished process) ends so; its words when not."""
        if isinstance(run, Run):
            got, words = run.wait(), run.words()
        else:
            got, words = run.returncode, run.stdout + run.stderr
        self.assertEqual(got, code, words)

    def assert_old_serves(self):
        """OLD answers everybody, takes writes by the balancer and by the application's account."""
        house = self.house
        self.assertEqual(house.ask("old", STRANGER), "200")
        self.assertEqual(house.add_frame("old", f"after-{time.monotonic_ns()}"), "201")
        written = house.application_sql("old", "INSERT INTO customers (email, name, created) VALUES"
                                               f" ('{time.monotonic_ns()}', 'x', NOW())")
        self.assertEqual(written.returncode, 0, written.stderr)

    def assert_as_before(self, before, but=()):
        """All is byte for byte as it was, but for what begins with one of `but`; NEW's balancer
        shows no page."""
        now = self.house.facts()
        changed = {what: (before.get(what, "nothing"), now.get(what, "nothing"))
                   for what in before.keys() | now.keys()
                   if before.get(what) != now.get(what) and not what.startswith(tuple(but))}
        self.assertEqual(changed, {})
        self.assertNotEqual(self.house.ask("new", STRANGER), "page")
