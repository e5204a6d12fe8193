#!/usr/bin/env python3
"""An S3 server: Ceph's RADOS Gateway with its data in memory, for the lab and for the drivers' tests.

Makes the accounts and buckets it is told to, then writes FOLDER/ready (JSON: endpoint, accounts)
and stays until it is told to end; its daemons end with it, however it ends. FOLDER is made new.
"""

import argparse
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.parse
import uuid

sys.dont_write_bytecode = True
import kernel  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
READY_WITHIN_S = 60
REGION = "default"


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of the gateway; 0: a free one")
    parser.add_argument("--mon-port", type=int, default=0, help="of the monitor; 0: a free one")
    parser.add_argument("--account", action="append", default=[], metavar="NAME:KEY:SECRET")
    parser.add_argument("--bucket", action="append", default=[], metavar="ACCOUNT/BUCKET")
    parser.add_argument("--reader", action="append", default=[], metavar="ACCOUNT/BUCKET:OTHER",
                        help="another account that may read this bucket")
    parser.add_argument("--megabytes", type=int, default=2048, help="that the store may hold")
    return parser.parse_args(arguments)


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Daemons:
    """The programs of one gateway, in its folder."""

    def __init__(self, options):
        self.folder = options.folder.resolve()
        self.address, self.port = options.address, options.port or free_port(options.address)
        self.mon_port = options.mon_port or free_port(options.address)
        self.fsid = str(uuid.uuid4())
        self.running = {}
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("mon", "osd"):
            (self.folder / name).mkdir(parents=True)
        words = {"fsid": self.fsid, "folder": str(self.folder), "address": self.address,
                 "port": str(self.port), "mon_port": str(self.mon_port),
                 "bytes": str(options.megabytes << 20)}
        text = string.Template((HERE / "conf/ceph.conf").read_text()).substitute(words)
        (self.folder / "ceph.conf").write_text(text)
        # The command's own settings would otherwise come from the machine's /etc/ceph.
        self.environment = os.environ | {"CEPH_CONF": str(self.folder / "ceph.conf")}

    def run(self, *argv):
        done = subprocess.run(argv, env=self.environment, cwd=self.folder, text=True, timeout=30,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(argv)}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, *argv):
        with open(self.folder / f"{argv[0]}.out", "ab") as log:
            self.running[argv[0]] = subprocess.Popen(
                argv, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, preexec_fn=kernel.die_with_parent)

    def bring_up(self):
        self.run("monmaptool", "--create", "--clobber", "--addv", "a",
                 f"[v1:{self.address}:{self.mon_port}]", "--fsid", self.fsid, "monmap")
        self.run("ceph-mon", "-i", "a", "--mkfs", "--monmap", "monmap")
        (self.folder / "mon/done").touch()
        self.start("ceph-mon", "-f", "-i", "a")
        osd = str(uuid.uuid4())
        self.run("ceph", "--connect-timeout", "20", "osd", "new", osd)
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self.start("ceph-osd", "-f", "-i", "0")
        self.start("radosgw", "-f", "-n", "client.rgw")
        self.wait_for_gateway()

    def wait_for_gateway(self):
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended: see {self.folder}")
            try:
                connection = http.client.HTTPConnection(self.address, self.port, timeout=2)
                connection.request("GET", "/")
                connection.getresponse().read()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def make_account(self, name, key, secret):
        self.run("radosgw-admin", "user", "create", f"--uid={name}", f"--display-name={name}",
                 f"--access-key={key}", f"--secret-key={secret}")

    def end(self):
        # Nothing is to be kept, and the daemons take their time with SIGTERM.
        for process in self.running.values():
            process.kill()
            process.wait()


def signed_put(address, port, path, query, body, key, secret):
    """An S3 request by AWS Signature Version 4."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    host = f"{address}:{port}"
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    names = "host;x-amz-content-sha256;x-amz-date"
    canonical = "\n".join(["PUT", urllib.parse.quote(path), f"{query}=" if query else "",
                           f"host:{host}", f"x-amz-content-sha256:{digest}", f"x-amz-date:{now}",
                           "", names, digest])
    words = "\n".join(["AWS4-HMAC-SHA256", now, scope,
                       hashlib.sha256(canonical.encode()).hexdigest()])
    signature = f"AWS4{secret}".encode()
    for part in (now[:8], REGION, "s3", "aws4_request", words):
        signature = hmac.new(signature, part.encode(), hashlib.sha256).digest()
    connection = http.client.HTTPConnection(address, port, timeout=30)
    connection.request("PUT", path + (f"?{query}" if query else ""), body, {
        "x-amz-date": now, "x-amz-content-sha256": digest,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, "
                         f"Signature={signature.hex()}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status >= 300:
        raise RuntimeError(f"PUT {path}: {answer.status} {text}")


def reader_policy(bucket, other):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam:::user/{other}"]},
        "Action": ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectTagging", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}]}).encode()


def prepare(daemons, options):
    accounts = {}
    for text in options.account:
        name, key, secret = text.split(":")
        daemons.make_account(name, key, secret)
        accounts[name] = (key, secret)
    at = (daemons.address, daemons.port)
    for text in options.bucket:
        account, bucket = text.split("/")
        signed_put(*at, f"/{bucket}", "", b"", *accounts[account])
    for text in options.reader:
        place, other = text.split(":")
        account, bucket = place.split("/")
        signed_put(*at, f"/{bucket}", "policy", reader_policy(bucket, other), *accounts[account])
    ready = {"endpoint": f"http://{daemons.address}:{daemons.port}",
             "accounts": {name: {"key": key} for name, (key, _) in accounts.items()}}
    (daemons.folder / "ready.new").write_text(json.dumps(ready) + "\n")
    os.rename(daemons.folder / "ready.new", daemons.folder / "ready")


def main():
    options = parse(sys.argv[1:])
    daemons = Daemons(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        daemons.bring_up()
        prepare(daemons, options)
        pid, status = os.wait()
        raise RuntimeError(f"a daemon (pid {pid}) ended with {os.waitstatus_to_exitcode(status)}")
    finally:
        daemons.end()


if __name__ == "__main__":
    main()
