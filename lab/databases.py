"""The databases' first contents, made once for each size and kept in a cache beside the worlds."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time

import subservice

# Nothing is lost if making the rows is interrupted: it starts again from nothing.
_SEEDING = ("skip-log-bin\ninnodb_flush_log_at_trx_commit=0\ninnodb_doublewrite=OFF\n"
            "innodb_flush_method=nosync\ninnodb_stats_auto_recalc=OFF\n"
            "innodb_buffer_pool_size=512M")


def prepare(settings):
    """Puts a data folder for OLD and for NEW in place."""
    cache = settings.path.parent / ".cache"
    cache.mkdir(exist_ok=True)
    for side in ("old", "new"):
        target = subservice.database_folder(settings, side)
        target.parent.mkdir(exist_ok=True)
        with open(cache / "lock", "w") as lock:
            # Two worlds that come up together shall not make the same rows twice, nor remove
            # what the other is copying.
            fcntl.flock(lock, fcntl.LOCK_EX)
            seed = _seed(settings, side, cache)
            subprocess.run(["cp", "-a", "--reflink=auto", str(seed), str(target)], check=True)


def _script(settings, side):
    rows = settings.rows
    frames = max(50, rows // 100)
    words = settings.words() | {
        "rows": str(rows), "frames": str(frames), "all_frames": str(frames + 40),
        "customers": str(max(50, rows // 50)), "pictures": str(max(20, frames // 10))}
    return subservice.template(f"sql/{side}.sql", words)


def _seed(settings, side, cache):
    script = _script(settings, side)
    version = subprocess.run(["mariadbd", "--version"], check=True, capture_output=True).stdout
    config = subservice.database_config(settings, "DATA", 1, "skip-networking", _SEEDING)
    key = hashlib.sha256(version + config.encode() + script.encode()).hexdigest()[:16]
    size = f"{settings.rows if side == 'old' else 'empty'}{'-mini' if settings.mini else ''}"
    finished = cache / f"{side}-{size}-{key}"
    if not finished.exists():
        making = cache / f"making-{side}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _make(settings, making, script)
        for outdated in cache.glob(f"{side}-{size}-" + "?" * len(key)):
            shutil.rmtree(outdated)
        os.rename(making / "data", finished)
        shutil.rmtree(making)
    return finished


def _make(settings, making, script):
    data, config = making / "data", making / "my.cnf"
    root = ["--user=root"] if os.getuid() == 0 else []
    with open(settings.log("seeding"), "ab") as log:
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}",
                        "--auth-root-authentication-method=normal", "--skip-test-db", *root],
                       check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        config.write_text(subservice.database_config(settings, data, 1, "skip-networking",
                                                     _SEEDING))
        server = subprocess.Popen(["mariadbd", f"--defaults-file={config}", *root],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_for_socket(data / "mysqld.sock", server)
            # The client's path is relative because a socket's path has 107 bytes at most.
            subprocess.run(["mariadb", "--no-defaults", "--default-character-set=utf8mb4",
                            "-S", "mysqld.sock", "-uroot"], cwd=data,
                           input=_PRELUDE + script + "\nSHUTDOWN;\n", text=True, check=True,
                           stdout=log, stderr=log)
            if server.wait(60) != 0:
                raise RuntimeError(f"the server that makes the rows ended with {server.returncode}")
        finally:
            server.kill()


_PRELUDE = """SET sql_log_bin = 0;
DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');
FLUSH PRIVILEGES;
"""


def _wait_for_socket(path, server):
    deadline = time.monotonic() + 60
    while not path.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server that makes the rows did not start")
        time.sleep(0.02)
