#!/usr/bin/env python3
"""The main product: calls the sub-service by name with keep-alive, and tells how that went.

It resolves http://frames.shop.test/ through the given resolver, keeps the address as long as its
TTL says, and serves its own counters as JSON, so that tests see the calling side too.
"""

import argparse
import http.client
import http.server
import json
import threading
import time

import dns_client

NAME = "frames.shop.test"
PAUSE_S = 0.25


class Caller:
    """Calls GET /frames/1 for ever from one thread; the counters may be read from others."""

    def __init__(self, source, resolver, port):
        self.source, self.resolver, self.port = source, resolver, port
        self.counters = {"calls": 0, "ok": 0, "paged": 0, "failed": 0, "address": "",
                         "last_failure": ""}
        self.connection, self.fresh_until = None, 0.0

    def run(self):
        while True:
            self.counters["calls"] += 1
            try:
                self.counters[self._call()] += 1
            except (OSError, http.client.HTTPException, dns_client.DnsError) as failure:
                self.counters["failed"] += 1
                self.counters["last_failure"] = f"{type(failure).__name__}: {failure}"
                self.connection = None
            time.sleep(PAUSE_S)

    def _call(self):
        connection = self._connected()
        connection.request("GET", "/frames/1", headers={"Host": NAME})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 503 and answer.getheader("Retry-After"):
            return "paged"
        if answer.status != 200:
            self.counters["last_failure"] = f"status {answer.status}"
            return "failed"
        return "ok"

    def _connected(self):
        if time.monotonic() >= self.fresh_until:
            addresses, ttl = dns_client.resolve(NAME, self.resolver)
            self.fresh_until = time.monotonic() + ttl
            if addresses[0] != self.counters["address"]:
                self.counters["address"], self.connection = addresses[0], None
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.counters["address"], self.port, timeout=10, source_address=(self.source, 0))
        return self.connection


def serve(caller, address):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(caller.counters).encode() + b"\n"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(address, Page).serve_forever()


def place(text):
    address, _, port = text.rpartition(":")
    return address, int(port)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", default="127.40.0.5")
    parser.add_argument("--resolver", type=place, default=("127.10.7.53", 53))
    parser.add_argument("--listen", type=place, default=("127.10.0.90", 80))
    parser.add_argument("--target-port", type=int, default=80)
    given = parser.parse_args()
    caller = Caller(given.source, given.resolver, given.target_port)
    threading.Thread(target=caller.run, daemon=True).start()
    serve(caller, given.listen)


if __name__ == "__main__":
    main()
