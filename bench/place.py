"""Where a benchmark keeps its servers and their data: a private folder that nothing of remains."""

import fcntl
import os
import pathlib
import shutil
import signal
import sys
import tempfile

PREFIX = "hikkoshi-bench-"


def _parent():
    """DATA=, or memory: then no disk's mood is in the figures."""
    return pathlib.Path(os.environ.get("DATA", "/dev/shm"))


def _sweep(parent):
    """Removes the folders of benchmarks that were killed: nobody holds their lock."""
    for folder in parent.glob(PREFIX + "*"):
        try:
            with open(folder / "lock", "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


class Place:
    """A context: the folder is there inside of it, and gone after it, also after SIGTERM."""

    def __init__(self, needs_mib):
        parent = _parent()
        free = shutil.disk_usage(parent).free >> 20
        if free < needs_mib:
            sys.exit(f"bench: {parent} has {free} MiB free, and {needs_mib} are needed: "
                     "name another folder with DATA=, or fewer rows with ROWS=")
        _sweep(parent)
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self._lock = open(self.path / "lock", "a")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit("bench: stopped"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()
