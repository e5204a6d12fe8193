"""What a world may leave behind when it is killed: processes (in plain mode), data, its folder."""

import contextlib
import os
import pathlib
import shutil
import signal
import time

from settings import Settings


_PROGRAMS = ("nginx", "php-fpm8.2")


def _marked(pid, settings):
    """Whether a process belongs to the world.

    Most carry its token in their environment. Some overwrite that with their title: sshd's
    sessions are known by their log, the workers of nginx and php-fpm by their working folder.
    """
    place = pathlib.Path(f"/proc/{pid}")
    token = f"HIKKOSHI_LAB_ID={settings.token}".encode()
    with contextlib.suppress(OSError):
        if token in (place / "environ").read_bytes().split(b"\0"):
            return True
    with contextlib.suppress(OSError):
        if os.readlink(place / "fd/2").startswith(f"{settings.folder}/logs/"):
            return True
    with contextlib.suppress(OSError):
        program = os.path.basename(os.readlink(place / "exe"))
        folder = os.readlink(place / "cwd")
        return program in _PROGRAMS and folder.startswith(f"{settings.folder}/servers/")
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
