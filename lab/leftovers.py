"""What a world may leave behind when it is killed: processes (in plain mode), data, its folder."""

import contextlib
import os
import pathlib
import shutil
import signal
import time

from settings import Settings


def _marked(pid, settings):
    """Whether a process belongs to the world: by its environment, or because it logs there.

    sshd overwrites its environment with its title; its log is how its sessions are known.
    """
    try:
        if f"HIKKOSHI_LAB_ID={settings.token}".encode() in pathlib.Path(
                f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            return True
        log = os.readlink(f"/proc/{pid}/fd/2")
        return log.startswith(f"{settings.folder}/logs/")
    except OSError:
        return False


def _lineage():
    """This process and those that started it: never to be killed."""
    pid, found = os.getpid(), set()
    while pid > 1:
        found.add(pid)
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pid = int(fields[1])
    return found


def marked_processes(settings):
    safe = _lineage()
    return [int(entry) for entry in os.listdir("/proc")
            if entry.isdigit() and int(entry) not in safe and _marked(int(entry), settings)]


def kill_marked(settings):
    """Kills what carries the world's mark until nothing does."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = marked_processes(settings)
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def tidy(folder, keep_data=False):
    """Leaves only logs and configuration in a dead world's folder."""
    (folder / "control.sock").unlink(missing_ok=True)
    if not keep_data:
        shutil.rmtree(folder / "databases", ignore_errors=True)


def remove(folder):
    """Kills what is left of a world and removes its folder."""
    with contextlib.suppress(FileNotFoundError):
        kill_marked(Settings.load(folder))
    if folder.exists():
        shutil.rmtree(folder)
