"""One client of the sub-service: resolves its name, keeps its connection, reads and writes."""

import dataclasses
import http.client
import json
import random
import select
import socket
import time

import dns_client

NAMES = ("frames.shop.test", "img.shop.test")
PATIENCE_S = 10
RETRY_BEHIND_PAGE_S = 0.5
REREAD = 20


@dataclasses.dataclass(frozen=True)
class Habits:
    """How a client treats names and connections.

    `respects_ttl`: asks again when the TTL is over and moves its connection to a new address.
    `reconnects_after`: requests on one connection, after which it looks at the name again if the
    TTL is over; None keeps the connection. A client with neither never asks twice.
    """
    kind: str
    respects_ttl: bool = False
    reconnects_after: int | None = None


HABITS = (
    [Habits("careful", respects_ttl=True)] * 5
    + [Habits("browser", reconnects_after=30)] * 3
    + [Habits("stubborn")] * 2
)
TEAM = Habits("team", respects_ttl=True)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One request as its client saw it. `result` is ok, paged or failed; `ended` is monotonic."""
    kind: str
    result: str
    ended: float
    seconds: float
    reason: str = ""
    address: str = ""
    server: str = ""
    write_id: str = ""


class Client:
    """Makes requests one after another; not thread-safe. `run` begins the ids of its writes."""

    def __init__(self, source, habits, resolver, port, run):
        self.source, self.habits, self.resolver, self.port = source, habits, resolver, port
        self.name = random.choice(NAMES)
        self.write_prefix = f"{run}-{source.replace('.', '-')}"
        self.acknowledged = []
        self.writes = 0
        self.address, self.fresh_until = "", 0.0
        self.connection, self.requests_on_connection = None, 0

    def request(self, is_write):
        """Makes one request and returns its Outcome; failures are outcomes too."""
        began = time.monotonic()
        kind = "write" if is_write else "read"
        server = write_id = ""
        try:
            self._look_at_name()
            if is_write:
                result, reason, server, write_id = self._write()
            else:
                result, reason, server = self._read()
        except (OSError, http.client.HTTPException, dns_client.DnsError) as failure:
            result, reason = "failed", _in_words(failure)
            self.close()
        ended = time.monotonic()
        return Outcome(kind, result, ended, ended - began, reason, self.address, server, write_id)

    def _look_at_name(self):
        connected = self.connection is not None
        worn = (self.habits.reconnects_after is not None
                and self.requests_on_connection >= self.habits.reconnects_after)
        if worn:
            self.close()
        asks = not self.address or self.habits.respects_ttl or (
            self.habits.reconnects_after is not None and (worn or not connected))
        if asks and time.monotonic() >= self.fresh_until:
            addresses, ttl = dns_client.resolve(self.name, self.resolver)
            self.fresh_until = time.monotonic() + ttl
            if addresses[0] != self.address:
                self.close()
                self.address = addresses[0]

    def close(self):
        """Closes the connection; the next request opens another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _connected(self):
        if self.connection is not None and self.connection.sock is not None:
            # Like every pool: a connection that the server has closed is not used again.
            if select.select([self.connection.sock], [], [], 0)[0]:
                self.close()
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.address, self.port, timeout=PATIENCE_S, source_address=(self.source, 0))
            self.requests_on_connection = 0
        self.requests_on_connection += 1
        return self.connection

    def _exchange(self, method, path, body=None):
        connection = self._connected()
        connection.request(method, path, body, {"Host": self.name})
        answer = connection.getresponse()
        answer.read()
        return answer

    def _read(self):
        own = bool(self.acknowledged) and random.random() < 0.3
        if own:
            path = f"/frames/by-id/{random.choice(self.acknowledged)}"
        else:
            path = random.choice(["/", f"/frames/{random.randint(1, 50)}"])
        answer = self._exchange("GET", path)
        result, reason = _judge(answer, 200)
        if own and answer.status == 404:
            reason = "acknowledged write not found"
        return result, reason, answer.getheader("X-Served-By", "")

    def _write(self):
        self.writes += 1
        write_id = f"{self.write_prefix}-{self.writes}"
        body = json.dumps({"id": write_id, "title": f"Frame {write_id}"})
        answer = self._exchange("POST", "/frames", body)
        result, reason = _judge(answer, 201)
        if result == "ok":
            self.acknowledged = self.acknowledged[1 - REREAD:] + [write_id]
        return result, reason, answer.getheader("X-Served-By", ""), write_id


def _judge(answer, wanted):
    if answer.status == wanted:
        return "ok", ""
    if answer.status == 503 and answer.getheader("Retry-After"):
        return "paged", ""
    return "failed", f"status {answer.status}"


def _in_words(failure):
    if isinstance(failure, dns_client.DnsError):
        return f"dns: {failure}"
    if isinstance(failure, (TimeoutError, socket.timeout)):
        return "timeout"
    if isinstance(failure, ConnectionRefusedError):
        return "refused"
    if isinstance(failure, (ConnectionResetError, BrokenPipeError)):
        return "reset"
    return type(failure).__name__
