"""What a way of doing something costs: seconds, CPU and memory of the programs that do it."""

import dataclasses
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))
import kernel  # noqa: E402  (the lab's, found by the line above)


@dataclasses.dataclass
class Cost:
    """Of one run. CPU and memory are those of the programs, not of the servers they talk to."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    rss_mib: float = 0.0  # The largest of programs that ran in turn, the sum of those of a pipe.
    servers: dict = dataclasses.field(default_factory=dict)  # CPU seconds by the server's name.


class Failed(Exception):
    """A program ended with a failure; its last words are the message."""


# What a user has set for these programs is not what is measured.
_FOREIGN = ("AWS_", "RCLONE_", "S3_", "MYSQL_", "MARIADB_")


def _start(argv, stdin, stdout, stderr, environment):
    return subprocess.Popen([str(word) for word in argv], stdin=stdin, stdout=stdout,
                            stderr=stderr, preexec_fn=kernel.die_with_parent,
                            env=_environment() | environment)


def _environment():
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


def _wait(process):
    """Waits for the program; its CPU seconds and its largest memory, its children's included."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pipe(*commands, log, environment=None):
    """Runs commands with pipes between them, to their end. `log` is the path of what they say, with
    what the last one prints; `environment` is added to ours."""
    cost = Cost()
    begun = time.monotonic()
    with open(log, "wb") as words:
        processes = []
        before = subprocess.DEVNULL
        for at, argv in enumerate(commands):
            last = at + 1 == len(commands)
            processes.append(_start(argv, before, words if last else subprocess.PIPE, words,
                                    environment or {}))
            if at:
                before.close()
            before = processes[-1].stdout
        for process in processes:
            cpu, rss = _wait(process)
            cost.cpu_s += cpu
            cost.rss_mib += rss
    cost.seconds = time.monotonic() - begun
    for argv, process in zip(commands, processes):
        if process.returncode != 0:
            with open(log, errors="replace") as words:
                raise Failed(f"{argv[0]} ended with {process.returncode}: {words.read()[-2000:]}")
    return cost


def together(costs):
    """The cost of runs one after the other."""
    return Cost(sum(c.seconds for c in costs), sum(c.cpu_s for c in costs),
                max(c.rss_mib for c in costs))


def cpu_of(pid):
    """CPU seconds that a living process has used."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
