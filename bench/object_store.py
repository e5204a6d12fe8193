"""A store with two accounts for the benchmarks: the lab's gateway with its data in memory."""

import concurrent.futures
import datetime
import hashlib
import hmac
import http.client
import json
import random
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree

import measure

LAB = measure.HERE.parent / "lab"
REGION = "default"
ACCOUNTS = {"old": ("OLDKEY", "oldsecret"), "new": ("NEWKEY", "newsecret")}


class Store:
    """A context. Account `old` has the bucket of the same name, which `new` may read."""

    def __init__(self, folder, megabytes):
        self.folder, self.megabytes = folder, megabytes
        self.endpoint, self._process = None, None

    def __enter__(self):
        # On a busy machine its object daemon now and then ends while it starts.
        for left in (2, 1, 0):
            try:
                self._start()
                return self
            except measure.Failed:
                self.__exit__()
                if not left:
                    raise

    def _start(self):
        accounts = [word for name, (key, secret) in ACCOUNTS.items()
                    for word in ("--account", f"{name}:{key}:{secret}")]
        with open(self.folder.with_suffix(".log"), "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-B", LAB / "gateway.py", self.folder, *accounts,
                 "--bucket", "old/old", "--reader", "old/old:new",
                 "--megabytes", str(self.megabytes)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=measure.kernel.die_with_parent)
        deadline = time.monotonic() + 90
        while not (self.folder / "ready").exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise measure.Failed(self._last_words())
            time.sleep(0.02)
        self.endpoint = json.loads((self.folder / "ready").read_text())["endpoint"]

    def _last_words(self):
        logs = [self.folder.with_suffix(".log"), *sorted(self.folder.glob("*.out"))]
        return "".join(f"{log.name}:\n{log.read_text()[-2000:]}\n" for log in logs)

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, account):
        return Client(self.endpoint.removeprefix("http://"), *ACCOUNTS[account])


class Client:
    """The few requests that the benchmarks need, by AWS Signature Version 4. Thread-safe: each
    thread has a connection of its own."""

    def __init__(self, host, key, secret):
        self.host, self.key, self.secret = host, key, secret
        self._local = threading.local()

    def _headers(self, method, path, query, body):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        names = "host;x-amz-content-sha256;x-amz-date"
        canonical = "\n".join([method, path, query, f"host:{self.host}",
                               f"x-amz-content-sha256:{digest}", f"x-amz-date:{now}", "", names,
                               digest])
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        signature = f"AWS4{self.secret}".encode()
        for part in (now[:8], REGION, "s3", "aws4_request", text):
            signature = hmac.new(signature, part.encode(), hashlib.sha256).digest()
        return {"x-amz-date": now, "x-amz-content-sha256": digest,
                "Authorization": f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, "
                                 f"SignedHeaders={names}, Signature={signature.hex()}"}

    def request(self, method, path, query="", body=b""):
        path = urllib.parse.quote(path)
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection(self.host, timeout=60)
        self._local.connection.request(method, path + (f"?{query}" if query else ""), body,
                                       self._headers(method, path, query, body))
        answer = self._local.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise measure.Failed(f"{method} {path}: {answer.status} {text[:300]}")
        return text

    def fill(self, bucket, count, size):
        """Objects of random bytes, in folders of a hundred."""
        randomness = random.Random(count)

        def put(number):
            body = contents[number % len(contents)]
            self.request("PUT", f"/{bucket}/{key_of(number)}", body=number.to_bytes(8) + body[8:])
        contents = [randomness.randbytes(size) for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(put, range(count)))

    def listing(self, bucket):
        """Sizes and etags by key; etags of parts are nobody's digest, and left out."""
        found, after = {}, ""
        while True:
            page = self.request("GET", f"/{bucket}", "list-type=2&start-after="
                                + urllib.parse.quote(after, safe=""))
            root = xml.etree.ElementTree.fromstring(page)
            space = root.tag.partition("}")[0] + "}"
            for entry in root.iter(f"{space}Contents"):
                after = entry.findtext(f"{space}Key")
                etag = entry.findtext(f"{space}ETag").strip('"')
                found[after] = (entry.findtext(f"{space}Size"), "" if "-" in etag else etag)
            if root.findtext(f"{space}IsTruncated") != "true":
                return found


def key_of(number):
    return f"images/{number // 100:05}/{number % 100:02}.jpeg"
