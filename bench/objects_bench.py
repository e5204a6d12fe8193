#!/usr/bin/env python3
"""make bench-objects: objects from one account to another, by peers and by Hikkoshi."""

import os
import pathlib
import shutil
import sys

import contest
import listing_server
import measure
import object_store
import place
from object_store import ACCOUNTS

ROOT = pathlib.Path(__file__).resolve().parent.parent
LABELS = {"hikkoshi": "Hikkoshi", "rclone": "rclone", "aws": "aws s3 sync", "s5cmd": "s5cmd"}
PEERS_WORKERS = "16"


def number(name, default):
    return int(os.environ.get(name, default))


def credentials(account, prefix="AWS_"):
    key, secret = ACCOUNTS[account]
    return {f"{prefix}ACCESS_KEY_ID": key, f"{prefix}SECRET_ACCESS_KEY": secret}


def rclone_environment(endpoint):
    """Two remotes, without a configuration file."""
    words = {"RCLONE_CONFIG": "/dev/null"}
    for account in ACCOUNTS:
        start = f"RCLONE_CONFIG_{account.upper()}_"
        words |= {f"{start}TYPE": "s3", f"{start}PROVIDER": "Ceph", f"{start}ENDPOINT": endpoint,
                  f"{start}NO_CHECK_BUCKET": "true", **credentials(account, start)}
    return words


class Way:
    """How one program copies the bucket `old` of one account to `new` of the other."""

    def __init__(self, folder, server_side):
        self.folder, self.server_side = folder, server_side
        self.log, self.files = folder / "log", folder / "files"

    def rclone(self, endpoint):
        more = ["--server-side-across-configs"] if self.server_side else []
        return measure.pipe(
            ["rclone", "sync", "old:old", "new:new", "--transfers", PEERS_WORKERS, "--checkers",
             PEERS_WORKERS, *more], log=self.log, environment=rclone_environment(endpoint))

    def aws(self, endpoint):
        settings = self.folder / "aws"
        settings.write_text("[default]\nregion = default\ns3 =\n"
                            f"  max_concurrent_requests = {PEERS_WORKERS}\n")
        common = {"AWS_CONFIG_FILE": str(settings), "AWS_PAGER": ""}
        # Debian's, whatever else is called aws. Of tags it knows no store but its own: without the
        # last option its copies of large objects fail here.
        command = [os.environ.get("AWS", "/usr/bin/aws"), "--endpoint-url", endpoint, "s3", "sync",
                   "--only-show-errors", "--copy-props", "metadata-directive"]
        return self._by_way_of_files(
            lambda source, target, account: [*command, source, target], common,
            "s3://old", "s3://new")

    def s5cmd(self, endpoint):
        command = [os.environ["S5CMD"], "--endpoint-url", endpoint, "--log", "error", "cp"]
        return self._by_way_of_files(
            lambda source, target, account: [
                *command, f"{source}/*" if "://" in str(source) else f"{source}/",
                f"{target}/"], {}, "s3://old", "s3://new")

    def _by_way_of_files(self, command, environment, source, target):
        """They know one account at a time, so a stream goes through files."""
        if self.server_side:
            return measure.pipe(command(source, target, "new"), log=self.log,
                                environment=environment | credentials("new"))
        try:
            return measure.together([
                measure.pipe(command(one, two, account), log=self.log,
                             environment=environment | credentials(account))
                for one, two, account in ((source, self.files, "old"),
                                          (self.files, target, "new"))])
        finally:
            shutil.rmtree(self.files, ignore_errors=True)

    def hikkoshi(self, endpoint, ledger=None):
        ledger = ledger or self.folder / "ledger"
        try:
            return measure.pipe(
                [program(), "copy", endpoint, "old", endpoint, "new", ledger,
                 "server" if self.server_side else "stream"], log=self.log,
                environment=credentials("old", "OLD_") | credentials("new", "NEW_"))
        finally:
            if ledger.parent == self.folder and ledger.name == "ledger":
                for left in self.folder.glob("ledger*"):
                    left.unlink()


def program():
    return os.environ.get("OBJECTS") or ROOT / "build" / "release" / "bench" / "objects_bench"


def ways():
    names = ["hikkoshi", "rclone", "aws"] + (["s5cmd"] if os.environ.get("S5CMD") else [])
    return contest.chosen({name: name for name in names})


def check(store):
    """Every object is on NEW with its size, and with its digest where the etag is one."""
    old, new = store.client("old").listing("old"), store.client("new").listing("new")
    wrong = [key for key, (size, etag) in old.items()
             if key not in new or new[key][0] != size or (etag and new[key][1] not in ("", etag))]
    if wrong or len(old) != len(new):
        raise measure.Failed(f"{len(wrong)} of {len(old)} objects differ, {len(new)} are on NEW: "
                             f"{wrong[:3]}")


def copying(folder, name, count, size, server_side):
    """One contest; each way onto a store that holds nothing but OLD's objects."""
    def run(way):
        def steps():
            store_mib = 4 * count * max(size, 4096) // 2**20 + 1024
            with object_store.Store(folder / "store", store_mib) as store:
                store.client("new").request("PUT", "/new")
                store.client("old").fill("old", count, size)
                cost = getattr(Way(folder, server_side), way)(store.endpoint)
                check(store)
                return cost
        return steps
    costs = contest.compete({way: run(way) for way in ways()}, contest.rounds())
    kind = "the server copies" if server_side else "every byte is read and written"
    return contest.publish(f"objects-{name}", costs, LABELS,
                           f"{count:,} objects of {size:,} bytes; {kind}",
                           {"objects": count, "bytes": size, "server_side": server_side})


def unchanged(folder, count):
    """A second pass over objects that are all there: what following a bucket costs."""
    with object_store.Store(folder / "store", 4 * count * 4096 // 2**20 + 1024) as store:
        store.client("new").request("PUT", "/new")
        store.client("old").fill("old", count, 16)
        way = Way(folder, server_side=False)
        ledger = folder / "kept"
        print(f"first pass over {count:,} objects", flush=True)
        way.hikkoshi(store.endpoint, ledger)
        check(store)
        environment = rclone_environment(store.endpoint)
        # By etag, as we do: by time rclone asks for each object's metadata, which takes far longer.
        passes = {
            "hikkoshi": lambda: way.hikkoshi(store.endpoint, ledger),
            "rclone": lambda: measure.pipe(
                ["rclone", "sync", "--checksum", "--fast-list", "old:old", "new:new", "--checkers",
                 PEERS_WORKERS], log=folder / "log", environment=environment)}
        costs = contest.compete(contest.chosen(passes), contest.rounds())
    return contest.publish("objects-unchanged", costs, LABELS,
                           f"a second pass over {count:,} unchanged objects", {"objects": count})


def listing(folder, count):
    """Keys from a server that makes them up: what matters is the memory."""
    with listing_server.ListingServer(count) as server:
        environment = (rclone_environment(server.endpoint) | credentials("old", "OLD_")
                       | credentials("new", "NEW_"))

        def run(argv):
            cost = measure.pipe(argv, log=folder / "log", environment=environment)
            seen = (folder / "log").read_text()
            if str(count) not in seen.replace(",", ""):
                raise measure.Failed(f"{count} keys expected: {seen[-300:]}")
            return cost
        listings = {
            "hikkoshi": lambda: run([program(), "list", server.endpoint, "old"]),
            "rclone": lambda: run(["rclone", "size", "--json", "--fast-list", "old:old"])}
        costs = contest.compete(contest.chosen(listings), contest.rounds())
    return contest.publish("objects-listing", costs, LABELS, f"listing {count:,} keys",
                           {"keys": count})


def contests(folder):
    small, large = number("SMALL", 5000), number("LARGE", 20)
    small_size, large_size = number("SMALL_BYTES", 4096), number("LARGE_BYTES", 16 << 20)
    return {
        "small-stream": lambda: copying(folder, "small-stream", small, small_size, False),
        "small-server": lambda: copying(folder, "small-server", small, small_size, True),
        "large-stream": lambda: copying(folder, "large-stream", large, large_size, False),
        "large-server": lambda: copying(folder, "large-server", large, large_size, True),
        "unchanged": lambda: unchanged(folder, number("UNCHANGED", 100_000)),
        "listing": lambda: listing(folder, number("KEYS", 1_000_000)),
    }


def main():
    with place.Place(needs_mib=2048) as folder:
        all_of_them = contests(folder)
        wanted = os.environ.get("CONTESTS", " ".join(all_of_them)).replace(",", " ").split()
        for name in wanted:
            if name not in all_of_them:
                sys.exit(f"bench: no contest is called {name}; there are {', '.join(all_of_them)}")
            all_of_them[name]()


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as failure:
        sys.exit(f"bench: {failure}")
