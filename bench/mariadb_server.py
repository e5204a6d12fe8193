"""MariaDB servers of our own for the benchmarks, with the settings of one in production."""

import os
import shutil
import subprocess
import time

import measure
import subservice  # The lab's: its configuration of a MariaDB server is ours too.
from measure import kernel

# What a server in production has: durable, a binlog in rows, memory for its data.
_DURABILITY = """sync_binlog=1
innodb_flush_log_at_trx_commit=1
innodb_flush_method={flush}
innodb_log_buffer_size=32M
log_bin=bin
binlog_format=ROW
max_allowed_packet=1G
event_scheduler=OFF"""


def _as_root():
    return ["--user=root"] if os.getuid() == 0 else []


def install(folder):
    """An empty data folder that others are copied from."""
    folder.mkdir(parents=True)
    subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={folder}",
                    "--auth-root-authentication-method=normal", "--skip-test-db", *_as_root()],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class Server:
    """One server on a unix socket; a context. Its data end with it."""

    def __init__(self, name, folder, template, number):
        self.name, self.folder, self.number = name, folder, number
        self.socket = folder / "s"
        self._template = template
        self._process = None

    def __enter__(self):
        data = self.folder / "data"
        self.folder.mkdir()
        shutil.copytree(self._template, data)
        config = self.folder / "my.cnf"
        on_memory = os.statvfs(self.folder).f_fsid == os.statvfs("/dev/shm").f_fsid
        config.write_text(subservice.template("conf/mariadb.cnf", {
            "data": str(data), "server_id": str(self.number), "network": "skip-networking",
            "durability": _DURABILITY.format(flush="fsync" if on_memory else "O_DIRECT"),
            "buffer_pool": os.environ.get("BUFFER_POOL", "2G"),
            "redo": os.environ.get("REDO", "1G")}) + f"socket={self.socket}\n")
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                ["mariadbd", f"--defaults-file={config}", *_as_root()], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=kernel.die_with_parent)
        self._wait()
        return self

    def _wait(self):
        deadline = time.monotonic() + 120
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise measure.Failed((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu(self):
        return measure.cpu_of(self._process.pid)

    def client(self, *more):
        """The argument vector of a command-line client."""
        return ["mariadb", "--no-defaults", "--default-character-set=utf8mb4",
                f"--socket={self.socket}", "-uroot", "-N", "-B", *more]

    def run(self, script):
        """Statements; the last one's rows as lists of texts."""
        done = subprocess.run(self.client(), input=script, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise measure.Failed(f"{self.name}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]
