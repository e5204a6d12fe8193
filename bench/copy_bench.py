#!/usr/bin/env python3
"""make bench-copy: a database from one MariaDB server to another, by peers and by Hikkoshi."""

import concurrent.futures
import os
import pathlib
import shutil
import sys

import contest
import copy_data
import mariadb_server
import measure
import place

ROOT = pathlib.Path(__file__).resolve().parent.parent
LABELS = {
    "hikkoshi": "Hikkoshi",
    "floor": "floor: LOAD DATA from files",
    "mariadb_dump": "mariadb-dump | mariadb",
    "mydumper": "mydumper, myloader (Debian)",
    "mydumper_new": "mydumper, myloader (newer)",
}
# What a load from files can be told to be quick; the load of the floor only.
_QUICK = "SET sql_log_bin=0, unique_checks=1, foreign_key_checks=0, sql_mode='NO_AUTO_VALUE_ON_ZERO'"


class Copying:
    """The ways, each onto a NEW server that was just installed. OLD stays as it is."""

    def __init__(self, folder, old, template):
        self.folder, self.old, self.template = folder, old, template
        self.expected = copy_data.fingerprint(old)

    def way(self, steps):
        """A function that runs `steps(new, log)`, which returns a Cost, and checks its copy."""
        def run():
            with mariadb_server.Server("new", self.folder / "new", self.template, 2) as new:
                before = self.old.cpu(), new.cpu()
                cost = steps(new, self.folder / "log")
                cost.servers = {"old": self.old.cpu() - before[0], "new": new.cpu() - before[1]}
                if copy_data.fingerprint(new) != self.expected:
                    raise measure.Failed("the copy differs from its source")
                return cost
        return run

    def hikkoshi(self, new, log):
        return measure.pipe([program("COPY", "bench/copy_bench"), self.old.socket, new.socket,
                             copy_data.SCHEMA, *os.environ.get("CONNECTIONS", "").split()],
                            log=log)

    def mariadb_dump(self, new, log):
        return measure.pipe(
            ["mariadb-dump", "--no-defaults", f"--socket={self.old.socket}", "-uroot",
             "--single-transaction", "--quick", "--databases", copy_data.SCHEMA],
            new.client(), log=log)

    def mydumper(self, dumper, loader):
        """One worker a core; the dump lies on memory like everything else."""
        def run(new, log):
            dump, threads = self.folder / "dump", ["-t", str(os.cpu_count())]
            try:
                return measure.together([
                    measure.pipe([dumper, "-S", self.old.socket, "-u", "root", *threads,
                                  "-B", copy_data.SCHEMA, "-o", dump], log=log),
                    measure.pipe([loader, "-S", new.socket, "-u", "root", *threads, "-d", dump],
                                 log=log)])
            finally:
                shutil.rmtree(dump, ignore_errors=True)
        return run

    def write_files(self):
        """The floor's rows, as the server itself writes them."""
        for name in copy_data.names():
            self.old.run(f"SELECT * INTO OUTFILE '{self.folder / name}' CHARACTER SET binary"
                         f" FROM {copy_data.SCHEMA}.{name}")

    def floor(self, new, log):
        """The server alone: nothing is read, sent or converted but the files that it loads."""
        cost = measure.pipe(new.client("-e", ";".join(
            [f"CREATE DATABASE {copy_data.SCHEMA} CHARACTER SET utf8mb4",
             *(copy_data.definition(name, keys=False) for name in copy_data.names())])), log=log)

        def load(name):
            table = f"{copy_data.SCHEMA}.{name}"
            return measure.pipe(new.client("-e", ";".join([
                _QUICK,
                f"LOAD DATA INFILE '{self.folder / name}' INTO TABLE {table} CHARACTER SET binary",
                f"ALTER TABLE {table} ADD KEY {copy_data.added_key(name)}"])),
                log=log.with_suffix(f".{name}"))

        begun = measure.time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            loads = list(pool.map(load, copy_data.names()))
        cost.seconds += measure.time.monotonic() - begun
        cost.cpu_s += sum(c.cpu_s for c in loads)
        cost.rss_mib = max(c.rss_mib for c in loads)
        return cost


def program(variable, path):
    """A program of our build; another one where the environment names it."""
    return os.environ.get(variable) or ROOT / "build" / "release" / path


def ways_of(copying):
    ways = {"hikkoshi": copying.hikkoshi, "mydumper": copying.mydumper("mydumper", "myloader"),
            "mariadb_dump": copying.mariadb_dump, "floor": copying.floor}
    if os.environ.get("MYDUMPER") and os.environ.get("MYLOADER"):
        ways["mydumper_new"] = copying.mydumper(os.environ["MYDUMPER"], os.environ["MYLOADER"])
    return {name: copying.way(steps) for name, steps in contest.chosen(ways).items()}


def main():
    with place.Place(needs_mib=6 * copy_data.mib() + 4096) as folder:
        empty = folder / "empty"
        mariadb_server.install(empty)
        with mariadb_server.Server("old", folder / "old", empty, 1) as old:
            print(f"making {copy_data.TABLES} x {copy_data.rows():,} rows", flush=True)
            copy_data.fill(old)
            copying = Copying(folder, old, empty)
            ways = ways_of(copying)
            if "floor" in ways:
                copying.write_files()
            costs = contest.compete(ways, contest.rounds())
            facts = {"rows": copy_data.rows(), "tables": copy_data.TABLES,
                     "cores": os.cpu_count(), "data": str(folder.parent)}
            contest.publish("copy", costs, LABELS,
                            f"{copy_data.TABLES} tables x {copy_data.rows():,} rows and "
                            f"{copy_data.rows() // 100:,} pictures, from server to server", facts)


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as failure:
        sys.exit(f"bench: {failure}")
