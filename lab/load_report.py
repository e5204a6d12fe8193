"""Turns what the clients saw into numbers (requests, gaps, a timeline); looks for their writes."""

import json
import os
import subprocess

RESULTS = ("ok", "paged", "failed")
WARM_UP_S = 1.0


class NoAnswer(Exception):
    """The database could not be asked; the message is its own."""


def read_events(folder):
    """The lines of events.log as dictionaries (at, kind, client, result, ...), in order of time."""
    events = []
    with open(folder / "events.log") as file:
        for line in file:
            if line.endswith("\n"):  # A killed program may have left half a line.
                events.append(json.loads(line))
    return sorted(events, key=lambda event: event["at"])


def marked_start(folder):
    """When the file mark-start was made (seconds since the epoch); None without it."""
    try:
        return (folder / "mark-start").stat().st_mtime
    except FileNotFoundError:
        return None


def summary(folder):
    """What was seen from outside; the keys are described in README.md."""
    events = read_events(folder)
    if not events:
        raise ValueError(f"no request is recorded in {folder}")
    first, last = events[0]["at"], events[-1]["at"]
    start = marked_start(folder)
    boundary = first if start is None else start
    users = [event for event in events if event["client"] != "team"]
    run = [event for event in users if event["at"] >= boundary]
    quiet = [event for event in users if first + WARM_UP_S <= event["at"] < boundary]
    team = [event for event in events if event["client"] == "team" and event["at"] >= boundary]
    acknowledged = sum(event["kind"] == "write" and event["result"] == "ok" for event in events)
    paged = [event["at"] for event in run if event["result"] == "paged"]
    return {
        "began": first, "run_began": boundary, "ended": last,
        "requests": counted(run), "background": counted(quiet), "allow_list": counted(team),
        "gap_ms": gaps(run, boundary, last, ("ok", "paged")),
        "gap_overall_ms": gaps(run, boundary, last, ("ok",)),
        "background_gap_ms": gaps(quiet, first + WARM_UP_S, boundary, ("ok",)),
        "page_seen_ms": round((paged[-1] - paged[0]) * 1000, 1) if paged else 0.0,
        "latency_ms": latencies(run), "background_latency_ms": latencies(quiet),
        "by_server": tally(event["server"] for event in run if event["server"]),
        "writes": {"acknowledged": acknowledged},
        "timeline": timeline(events, boundary),
    }


def tally(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items()))


def counted(events):
    by_result = tally(event["result"] for event in events)
    failed = [event for event in events if event["result"] == "failed"]
    return {"total": len(events)} | {result: by_result.get(result, 0) for result in RESULTS} | {
        "by_reason": tally(f"{event['kind']}: {event['reason']}" for event in failed)}


def gaps(events, start, end, results):
    """For reads and for writes the longest time without one of `results`, edges included."""
    longest = {}
    for kind in ("read", "write"):
        times = [event["at"] for event in events
                 if event["kind"] == kind and event["result"] in results]
        edges = [start, *times, max(end, start)]
        steps = [later - earlier for earlier, later in zip(edges, edges[1:])]
        longest[kind] = round(max(steps) * 1000, 1) if events else None
    return longest


def latencies(events):
    times = sorted(event["ms"] for event in events if event["result"] == "ok")
    if not times:
        return {}
    return {"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "max": times[-1]}


def timeline(events, boundary):
    """One entry for each second; `t` counts from the run's beginning, negative before it."""
    seconds = {}
    for event in events:
        second = int((event["at"] - boundary) // 1)
        entry = seconds.setdefault(second, {"t": second, "ok": 0, "paged": 0, "failed": 0,
                                            "team_ok": 0, "team_paged": 0, "team_failed": 0})
        team = "team_" if event["client"] == "team" else ""
        entry[team + event["result"]] += 1
    empty = dict.fromkeys(("ok", "paged", "failed", "team_ok", "team_paged", "team_failed"), 0)
    return [seconds.get(second, {"t": second} | empty)
            for second in range(min(seconds), max(seconds) + 1)]


def check_writes(folder, side, database, user, password):
    """Looks for every acknowledged write in the table frames of the server at (address, port)."""
    run = (folder / "run-id").read_text().strip()
    acknowledged = set((folder / "acknowledged.log").read_text().split())
    query = ("SELECT client_id, COUNT(*) FROM frames.frames "
             f"WHERE client_id LIKE '{run}-%' GROUP BY client_id")
    answer = subprocess.run(
        ["mariadb", "--no-defaults", "-h", database[0], "-P", str(database[1]), "-u", user, "-N",
         "-B", "-e", query], env=os.environ | {"MYSQL_PWD": password},
        capture_output=True, text=True)
    if answer.returncode != 0:
        raise NoAnswer(answer.stderr.strip())
    found = {name: int(count) for name, count in
             (line.split("\t") for line in answer.stdout.splitlines())}
    lost = sorted(acknowledged - found.keys())
    duplicated = sorted(name for name, count in found.items() if count > 1)
    return {"acknowledged": len(acknowledged), f"found_on_{side}": len(acknowledged) - len(lost),
            "lost": len(lost), "duplicated": len(duplicated),
            "unacknowledged_found": len(found.keys() - acknowledged),
            "lost_ids": lost[:20], "duplicated_ids": duplicated[:20]}
