#!/usr/bin/env python3
"""How long `hikkoshi check` takes: on a move file of 10,000 lines, and on hostile files.

Prints a table; judges nothing but that the program ends by itself. The files are made anew in a
temporary folder. HIKKOSHI names the program (a release build, for figures that mean something).
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

MIB = 1 << 20
HALF = (1 << 19) - 64  # The most that is read at all.


def large_move(lines):
    """A good move file of about `lines` lines: hosts, services and stages in equal measure."""
    services = lines // 14
    side = {}
    for name, network in (("old", 1), ("new", 2)):
        hosts = [f"    {name}-{n}:\n      ssh: ops@10.{network}.{n // 250}.{n % 250 + 1}\n"
                 for n in range(services)]
        side[name] = f"{name}:\n  hosts:\n" + "".join(hosts)
    body = [f"  service-{n}:\n    kind: web\n"
            f"    old: {{hosts: [old-{n}], port: 8080}}\n    new: {{hosts: [new-{n}], port: 8080}}\n"
            f"    health: /healthz\n    check:\n      - /\n      - /item/{n}\n"
            for n in range(services)]
    stages = [f"  - name: stage-{n}\n    move: [service-{n}]\n" for n in range(services)]
    return (f"move: large\n{side['old']}{side['new']}services:\n{''.join(body)}"
            f"stages:\n{''.join(stages)}")


def hostile():
    """Name and content of each; bytes."""
    ten = 10 * MIB
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    return {
        "10 MB of one line": b"move: " + b"x" * ten,
        "10 MB of lines": b"move: photo\n" * (ten // 12),
        "10 MB of brackets": b"[" * ten,
        "10 MB of braces and colons": b"{a: " * (ten // 4),
        "10 MB of NULs": b"\0" * ten,
        "10 MB of spaces": b" " * ten,
        "10 MB of UTF-16": "move: photo\n".encode("utf-16") + b"\n\0" * (ten // 2),
        "512 KB of brackets": b"[" * HALF,
        "512 KB of indentation": b"".join(b" " * n + b"a:\n" for n in range(1000)),
        "512 KB of dashes": b"- " * (HALF // 2),
        "512 KB of question marks": b"? " * (HALF // 2),
        "512 KB of quotes": b"'" * HALF,
        "512 KB of percent signs": b"%" * HALF,
        "512 KB of anchors": b"".join(b"- &a%d x\n" % n for n in range(45_000)),
        "512 KB of unknown keys": b"".join(b"k%d: 1\n" % n for n in range(45_000)),
        "512 KB of equal keys": b"key: 1\n" * 74_000,
        "512 KB of carriage returns": b"move: photo\r\n" + b"# x\r\n" * (HALF // 6),
        "512 KB in one value": b"move: photo\nold: {hosts: {a: {ssh: " + b"x" * (HALF - 64) + b"}}}\n",
        "512 KB in one quoted value": b'move: "' + b"\\x41" * (HALF // 4 - 9) + b'"\n',
        "512 KB of services in a circle": b"move: m\nservices:\n" + b"".join(
            b"  s%d: {kind: worker, old: {hosts: [a]}, new: {hosts: [b]}, uses: [s%d]}\n"
            % (n, n + 1) for n in range(6_000)),
        "512 KB of names that dangle": b"move: m\nservices:\n" + b"".join(
            b"  s%d: {kind: worker, old: {hosts: [a]}, new: {hosts: [b]}, balancer: b%d}\n"
            % (n, n) for n in range(6_000)),
        "alias bomb": bomb.encode(),
        "byte order mark alone": b"\xef\xbb\xbf",
    }


def once(program, path):
    """(exit code, seconds, CPU seconds) of one `check`."""
    begun = time.monotonic()
    process = subprocess.Popen([program, "check", "-f", str(path)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3, 65):
        raise SystemExit(f"{path}: ended with {process.returncode}")
    return process.returncode, time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def cost_of(program, path, rounds):
    """(exit code, median seconds, median CPU seconds) of `check`."""
    codes, seconds, cpu = zip(*(once(program, path) for _ in range(rounds)))
    return codes[-1], statistics.median(seconds), statistics.median(cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args()
    program = os.environ.get("HIKKOSHI", "build/release/src/app/hikkoshi")
    print(f"{'file':<34} {'bytes':>10} {'exit':>4} {'ms':>8} {'CPU ms':>8}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "move.yaml"
        files = {f"a good one of {options.lines:,} lines": large_move(options.lines).encode()}
        for name, content in (files | hostile()).items():
            path.write_bytes(content)
            code, seconds, cpu = cost_of(program, path, options.rounds)
            print(f"{name:<34} {len(content):>10,} {code:>4} {seconds * 1000:>8.1f} "
                  f"{cpu * 1000:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
