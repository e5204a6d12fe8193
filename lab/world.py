"""Worlds of real servers, seen from outside: up, run something inside, ask, kill, down, clean.

    world = up("subservice", mini=True)
    with world.popen(["hikkoshi", "check", "move.yaml"], cwd=world.folder) as process: ...
    world.down()

Failures are LabError. Nothing here is thread-safe but popen and execute.
"""

import contextlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time

import kernel
import leftovers
import subservice
from settings import FAKE_PASSWORDS, Settings

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_ROWS = 1_000_000
MINI_ROWS = 2_000
_NAMESPACES = ("user", "mnt", "uts", "ipc", "net", "pid")


class LabError(Exception):
    """The lab could not do what it was asked; the message says why."""


def out_folder(out=None):
    return pathlib.Path(out or os.environ.get("HIKKOSHI_LAB_OUT") or HERE / "out").absolute()


def namespace_command(mode):
    """The command that starts a program as the first process of new namespaces."""
    who = [] if mode == "root" else ["-U", "--map-current-user", "--keep-caps"]
    return ["unshare", *who, "-n", "-m", "--uts", "--ipc", "--pid", "--fork", "--kill-child",
            "--mount-proc"]


def possible_mode():
    mode = "root" if os.getuid() == 0 else "user"
    tried = subprocess.run([*namespace_command(mode), "true"], capture_output=True, text=True)
    if tried.returncode == 0:
        return mode
    print(f"lab: no private namespaces here ({tried.stderr.strip()}): plain loopback instead",
          file=sys.stderr)
    return "plain"


class World:
    """One world by its name; its folder is OUT/NAME."""

    def __init__(self, name, out=None):
        if not name or name.startswith((".", "-")) or "/" in name:
            raise LabError(f"no name for a world: {name!r}")
        self.name = name
        self.folder = out_folder(out) / name

    @property
    def settings(self):
        try:
            return Settings.load(self.folder)
        except FileNotFoundError:
            raise LabError(f"there is no world {self.name} in {self.folder.parent}") from None

    # Up

    def up(self, rows=None, mini=False, plain=False, port_offset=None, **options):
        """Starts the world and returns when all of its servers answer.

        `options` are fields of Settings: old, new, callers (address beginnings), ttl (seconds).
        """
        if self.first_process():
            raise LabError(f"{self.name} is up already")
        leftovers.remove(self.folder)
        mode = "plain" if plain else possible_mode()
        if mode == "plain" and os.getuid() == 0 and not os.path.isdir("/run/sshd"):
            raise LabError("outside of namespaces sshd needs /run/sshd to run as root: make it, "
                           "or be an ordinary user")
        if port_offset is None:
            port_offset = 20000 if mode == "plain" else 0
        self.folder.mkdir(parents=True)
        settings = Settings(
            name=self.name, folder=str(self.folder), mode=mode, mini=mini,
            rows=rows or (MINI_ROWS if mini else DEFAULT_ROWS), token=secrets.token_hex(8),
            port_offset=port_offset, **options)
        settings.save()
        subservice.render(settings)
        self._start(settings)
        return self

    def _start(self, settings):
        report_read, report_write = os.pipe()
        argv = [] if settings.plain else namespace_command(settings.mode)
        with open(settings.log("pid1"), "ab") as log:
            outer = subprocess.Popen(
                [*argv, sys.executable, "-B", str(HERE / "pid1.py"), settings.folder,
                 str(report_write)],
                pass_fds=[report_write], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd="/",
                env=os.environ | {"HIKKOSHI_LAB_ID": settings.token})
        os.close(report_write)
        try:
            # One read: unshare holds the other end open for as long as the world lives.
            message = os.read(report_read, 8192).decode(errors="replace")
        except BaseException:
            outer.kill()
            raise
        finally:
            os.close(report_read)
        if message != "ready":
            outer.kill()
            outer.wait()
            leftovers.kill_marked(settings)
            raise LabError(f"{self.name} did not come up: {message or 'it was killed'}; "
                           f"see {settings.path / 'logs'}")
        # It is meant to outlive us, and is nobody's zombie: init reaps it.
        outer.returncode = 0

    # Inside

    def environment(self):
        """What the world adds to the environment of a program that runs inside."""
        return {"OLD_DB_PASSWORD": FAKE_PASSWORDS["old_mover_password"],
                "NEW_DB_PASSWORD": FAKE_PASSWORDS["new_mover_password"],
                "HIKKOSHI_LAB_ID": self.settings.token,
                "HIKKOSHI_LAB_WORLD": str(self.folder)}

    def popen(self, argv, **options):
        """subprocess.Popen of a program inside the world. The returned process stands outside and
        passes SIGTERM, SIGINT and SIGHUP on; when it is killed, so is the program (not the
        program's own children: the world's end takes them)."""
        command = [sys.executable, "-B", str(HERE / "lab"), "--out", str(self.folder.parent),
                   "exec", self.name, "--", *[str(word) for word in argv]]
        return subprocess.Popen(command, **options)

    def execute(self, argv, **options):
        """subprocess.run of a program inside the world."""
        command = [sys.executable, "-B", str(HERE / "lab"), "--out", str(self.folder.parent),
                   "exec", self.name, "--", *[str(word) for word in argv]]
        return subprocess.run(command, **options)

    def enter_and_run(self, argv):
        """Turns the calling process into the outside half of popen; returns the exit code."""
        pid = self.first_process()
        if not pid:
            raise LabError(f"{self.name} is not up")
        here = os.getcwd()
        environment = os.environ | self.environment()
        if not self.settings.plain:
            _join(pid)
        child = os.fork()
        if child == 0:
            kernel.die_with_parent()
            with contextlib.suppress(OSError):
                os.chdir(here)
            try:
                os.execvpe(argv[0], argv, environment)
            except OSError as failure:
                print(f"lab: {argv[0]}: {failure.strerror}", file=sys.stderr)
                os._exit(127)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda caught, _: os.kill(child, caught))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code if code >= 0 else 128 - code

    # Asked and told

    def first_process(self):
        """The pid of the world's first process as seen from here; None when there is none."""
        with contextlib.closing(self._connect()) as connection:
            return kernel.peer_pid(connection) if connection.fileno() >= 0 else None

    def _connect(self):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # A socket's path has 107 bytes at most; the folder's descriptor is always short.
            folder = os.open(self.folder, os.O_PATH)
        except FileNotFoundError:
            connection.close()
            return connection
        try:
            connection.connect(f"/proc/self/fd/{folder}/control.sock")
        except (ConnectionRefusedError, FileNotFoundError):
            connection.close()
        finally:
            os.close(folder)
        return connection

    def _ask(self, request):
        with contextlib.closing(self._connect()) as connection:
            if connection.fileno() < 0:
                raise LabError(f"{self.name} is not up")
            try:
                connection.sendall(json.dumps(request).encode() + b"\n")
                reply = json.loads(connection.makefile("r").readline() or '{"error": "it ended"}')
            except OSError:
                raise LabError(f"{self.name} ended while it was asked") from None
        if "error" in reply:
            raise LabError(reply["error"])
        return reply

    def status(self):
        """The world's servers as a list of dictionaries (name, address, port, pid, answers...)."""
        return self._ask({"do": "status"})["servers"]

    def kill(self, server, signal_name="KILL"):
        name = signal_name.upper()
        name = name if name.startswith("SIG") else f"SIG{name}"
        self._ask({"do": "signal", "server": server, "signal": name})

    def restart(self, server):
        """Stops the server by SIGTERM if it runs, starts it, and waits until it answers."""
        self._ask({"do": "restart", "server": server})

    # Down

    def down(self, keep_data=False):
        """Ends every process of the world at once. Logs and configuration stay in its folder."""
        settings = self.settings
        pid = self.first_process()
        if pid:
            _kill_and_wait(pid)
        leftovers.kill_marked(settings)
        leftovers.tidy(self.folder, keep_data)


def _join(pid):
    """Moves the calling process (its children, for the process ids) into the world of `pid`."""
    handles = []
    for kind in _NAMESPACES:
        path = f"/proc/{pid}/ns/{kind}"
        if os.readlink(path) != os.readlink(f"/proc/self/ns/{kind}"):
            handles.append(os.open(path, os.O_RDONLY))
    for handle in handles:
        kernel.setns(handle)
        os.close(handle)


def _kill_and_wait(pid):
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)
    deadline = time.monotonic() + 20
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.01)


def up(name, out=None, **options):
    """Starts the world `name` (see World.up) and returns it."""
    return World(name, out).up(**options)


def clean(out=None):
    """Removes every world in `out` without a first process, and all it left; returns names."""
    folder = out_folder(out)
    removed = []
    for place in sorted(folder.iterdir()) if folder.is_dir() else []:
        if place.name.startswith(".") or not (place / "world.json").is_file():
            continue
        world = World(place.name, folder)
        if not world.first_process():
            leftovers.remove(place)
            removed.append(place.name)
    shutil.rmtree(folder / ".cache" / "making-old", ignore_errors=True)
    shutil.rmtree(folder / ".cache" / "making-new", ignore_errors=True)
    return removed
