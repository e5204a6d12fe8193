#!/usr/bin/env python3
"""A population of clients of the sub-service, and what it saw from outside.

  load.py run DIR      run clients until SIGTERM, SIGINT or a file DIR/stop; write DIR/load.json
  load.py mark DIR     the quiet stretch ends here (the same as making DIR/mark-start, or SIGUSR1)
  load.py stop DIR     make DIR/stop and wait for DIR/load.json
  load.py check DIR    look for every acknowledged write on NEW; completes and prints load.json;
                       ends with 1 if one is lost or there twice, with 2 if it could not look

Runs inside a world (lab exec NAME -- lab/load.py ...). Files in DIR: events.log, one JSON line for
each request; acknowledged.log, one id for each acknowledged write; both survive a kill.
"""

import argparse
import json
import os
import pathlib
import random
import secrets
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
import load_report  # noqa: E402
from load_client import Client, HABITS, RETRY_BEHIND_PAGE_S, TEAM  # noqa: E402
from main_product import place  # noqa: E402

WRITE_SHARE = 0.35
USUAL_ADDRESS = {"old": "127.10.2.5", "new": "127.20.2.5"}


class Recorder:
    """Writes outcomes down as they come; thread-safe."""

    def __init__(self, folder):
        self._lock = threading.Lock()
        self._events = open(folder / "events.log", "w", buffering=1)
        self._acknowledged = open(folder / "acknowledged.log", "w", buffering=1)
        # Monotonic time, counted from one look at the clock: a clock that is set makes no gap.
        self._epoch = time.time() - time.monotonic()

    def add(self, client, outcome):
        line = json.dumps({
            "at": round(self._epoch + outcome.ended, 4), "kind": outcome.kind, "client": client,
            "result": outcome.result, "ms": round(outcome.seconds * 1000, 2),
            "reason": outcome.reason, "address": outcome.address, "server": outcome.server})
        with self._lock:
            self._events.write(line + "\n")
            if outcome.write_id and outcome.result == "ok":
                self._acknowledged.write(outcome.write_id + "\n")


def behave(client, pause_s, recorder, stopping):
    """One client's life: a request, a pause of random length, the next request."""
    stopping.wait(random.uniform(0, pause_s))
    while not stopping.is_set():
        outcome = client.request(random.random() < WRITE_SHARE)
        recorder.add(client.habits.kind, outcome)
        if outcome.result == "paged":
            pause = RETRY_BEHIND_PAGE_S * random.uniform(0.8, 1.2)
        else:
            pause = pause_s * random.uniform(0.5, 1.5) - outcome.seconds
        stopping.wait(max(0.02, pause))


def population(given, run):
    """The clients: habits in fixed shares, each from an address of its own, and one of the team."""
    clients = [Client(given.team, TEAM, given.resolver, given.port, run)]
    for number in range(given.clients):
        source = f"{given.users}.{number // 200}.{number % 200 + 1}"
        habits = HABITS[number % len(HABITS)]
        clients.append(Client(source, habits, given.resolver, given.port, run))
    return clients


def run(given):
    given.dir.mkdir(parents=True, exist_ok=True)
    for left in ("mark-start", "stop", "load.json"):
        (given.dir / left).unlink(missing_ok=True)
    name = f"run-{secrets.token_hex(4)}"
    (given.dir / "run-id").write_text(name + "\n")
    (given.dir / "pid").write_text(f"{os.getpid()}\n")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGUSR1, lambda *_: (given.dir / "mark-start").touch())
    recorder = Recorder(given.dir)
    clients = population(given, name)
    pause_s = len(clients) / given.rate
    threads = [threading.Thread(target=behave, args=(client, pause_s, recorder, stopping))
               for client in clients]
    for thread in threads:
        thread.start()
    while not stopping.wait(0.05):
        if (given.dir / "stop").exists():
            stopping.set()
    for thread in threads:
        thread.join()
    write_report(given.dir, load_report.summary(given.dir))


def write_report(folder, report):
    partial = folder / "load.json.partial"
    partial.write_text(json.dumps(report, indent=1) + "\n")
    partial.rename(folder / "load.json")


def stop(given):
    (given.dir / "stop").touch()
    deadline = time.monotonic() + 30
    while not (given.dir / "load.json").exists():
        if time.monotonic() > deadline:
            sys.exit(f"load: nothing wrote {given.dir}/load.json; does it run?")
        time.sleep(0.05)


def check(given):
    report = load_report.summary(given.dir)
    password = os.environ.get(f"{given.side.upper()}_DB_PASSWORD", "")
    database = given.database or (USUAL_ADDRESS[given.side], 3306)
    try:
        report["writes"] = load_report.check_writes(given.dir, given.side, database, given.user,
                                                    password)
    except load_report.NoAnswer as failure:
        print(f"load: {failure}", file=sys.stderr)
        return 2
    write_report(given.dir, report)
    print(json.dumps({key: value for key, value in report.items() if key != "timeline"}, indent=1))
    return 1 if report["writes"]["lost"] or report["writes"]["duplicated"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "mark", "stop", "check"])
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--clients", type=int, default=39, help="besides the one of the team")
    parser.add_argument("--rate", type=float, default=80, help="requests a second, all together")
    parser.add_argument("--users", default="127.31", help="the users' addresses begin so")
    parser.add_argument("--team", default="127.30.0.5", help="the address in the allow-list")
    parser.add_argument("--resolver", type=place, default=("127.10.7.53", 53))
    parser.add_argument("--port", type=int, default=80, help="of the balancers")
    parser.add_argument("--side", choices=["old", "new"], default="new", help="where check looks")
    parser.add_argument("--database", type=place, help="its address, if not the usual one")
    parser.add_argument("--user", default="mover")
    given = parser.parse_args()
    given.dir = given.dir.absolute()
    if given.verb == "mark":
        (given.dir / "mark-start").touch()
        return 0
    return {"run": run, "stop": stop, "check": check}[given.verb](given) or 0


if __name__ == "__main__":
    sys.exit(main())
