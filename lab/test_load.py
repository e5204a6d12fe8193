"""Checks the load program's arithmetic and manners without a world."""

import http.server
import json
import os
import pathlib
import socket
import struct
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import dns_client  # noqa: E402
import load_report  # noqa: E402
from load_client import Client, Habits  # noqa: E402


def event(at, kind="read", result="ok", client="careful", reason="", ms=1.0):
    return {"at": at, "kind": kind, "client": client, "result": result, "ms": ms, "reason": reason,
            "address": "127.10.0.80", "server": "web1"}


class Summary(unittest.TestCase):
    """load_report.summary over events written by hand; the run begins at second 10."""

    def summary(self, events, mark=10.0):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "events.log").write_text("".join(json.dumps(one) + "\n" for one in events))
        if mark is not None:
            (folder / "mark-start").touch()
            os.utime(folder / "mark-start", (mark, mark))
        return load_report.summary(folder)

    def test_a_gap_that_the_page_explains_is_not_a_gap_but_stands_in_the_overall_one(self):
        seen = self.summary([event(9.0), event(10.5), event(11.0, result="paged"),
                             event(12.0, result="paged"), event(12.5)])
        self.assertEqual(seen["gap_ms"]["read"], 1000.0)
        self.assertEqual(seen["gap_overall_ms"]["read"], 2000.0)
        self.assertEqual(seen["page_seen_ms"], 1000.0)

    def test_failures_are_neither_answers_nor_pages(self):
        seen = self.summary([event(10.1), event(11.0, result="failed", reason="refused"),
                             event(12.1)])
        self.assertEqual(seen["gap_ms"]["read"], 2000.0)
        self.assertEqual(seen["requests"]["by_reason"], {"read: refused": 1})
        self.assertEqual((seen["requests"]["total"], seen["requests"]["failed"]), (3, 1))

    def test_an_outage_that_lasts_until_the_end_counts(self):
        seen = self.summary([event(10.1), event(10.2, kind="write"), event(13.2)])
        self.assertEqual(seen["gap_ms"]["write"], 3000.0)

    def test_the_quiet_stretch_is_measured_apart_and_without_its_first_second(self):
        seen = self.summary([event(0.0), event(1.0), event(4.0), event(9.9), event(10.1)])
        self.assertEqual(seen["background_gap_ms"]["read"], 5900.0)
        self.assertEqual(seen["background"]["total"], 3)
        self.assertEqual(seen["requests"]["total"], 1)

    def test_the_team_is_counted_apart_from_the_users(self):
        seen = self.summary([event(10.1), event(10.2, client="team", result="failed",
                                                reason="status 500")])
        self.assertEqual(seen["requests"]["failed"], 0)
        self.assertEqual(seen["allow_list"]["failed"], 1)

    def test_every_second_is_on_the_timeline_even_an_empty_one(self):
        seen = self.summary([event(9.5), event(10.5), event(13.5, result="paged")])
        self.assertEqual([entry["t"] for entry in seen["timeline"]], [-1, 0, 1, 2, 3])
        self.assertEqual([entry["ok"] for entry in seen["timeline"]], [1, 1, 0, 0, 0])
        self.assertEqual(seen["timeline"][-1]["paged"], 1)

    def test_half_a_line_at_the_end_is_no_event(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "events.log").write_text(json.dumps(event(1.0)) + "\n" + '{"at": 2.0, "ki')
        self.assertEqual(len(load_report.read_events(folder)), 1)


class FakeResolver:
    """Answers every question for an A record from a list of (address, ttl); the last one stays."""

    def __init__(self, answers):
        self.answers, self.asked = list(answers), 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = self.socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            address, ttl = self.answers[min(self.asked, len(self.answers) - 1)]
            self.asked += 1
            header = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
            record = struct.pack("!HHHIH", 0xC00C, 1, 1, ttl, 4) + socket.inet_aton(address)
            self.socket.sendto(header + query[12:] + record, client)


class Page(http.server.BaseHTTPRequestHandler):
    """Answers as its server's `script` says: (status, headers) for one request after another."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, headers = self.server.script.pop(0) if self.server.script else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class OneClient(unittest.TestCase):
    """A Client against a server and a resolver in this process."""

    def serve(self, address, script=(), port=0):
        server = http.server.ThreadingHTTPServer((address, port), Page)
        server.script = list(script)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def client(self, habits, answers, port):
        self.resolver = FakeResolver(answers)
        client = Client("127.31.0.1", habits, self.resolver.place, port, "run-test")
        self.addCleanup(client.close)
        return client

    def test_a_page_is_a_503_that_says_when_to_come_back_and_nothing_else(self):
        port = self.serve("127.0.0.1", [(503, {"Retry-After": "30"}), (503, {}), (200, {})])
        client = self.client(Habits("stubborn"), [("127.0.0.1", 60)], port)
        outcomes = [client.request(False) for _ in range(3)]
        self.assertEqual([one.result for one in outcomes], ["paged", "failed", "ok"])
        self.assertEqual(outcomes[1].reason, "status 503")

    def test_one_that_respects_ttls_follows_the_name_and_a_stubborn_one_does_not(self):
        port = self.serve("127.0.0.1")
        self.serve("127.0.0.2", port=port)
        for habits, expected in ((Habits("careful", respects_ttl=True), "127.0.0.2"),
                                 (Habits("stubborn"), "127.0.0.1")):
            client = self.client(habits, [("127.0.0.1", 0), ("127.0.0.2", 60)], port)
            outcomes = [client.request(False) for _ in range(2)]
            self.assertEqual([one.result for one in outcomes], ["ok", "ok"])
            self.assertEqual(outcomes[1].address, expected)

    def test_a_ttl_that_is_not_over_is_not_asked_again(self):
        port = self.serve("127.0.0.1")
        client = self.client(Habits("careful", respects_ttl=True), [("127.0.0.1", 600)], port)
        for _ in range(5):
            client.request(False)
        self.assertEqual(self.resolver.asked, 1)

    def test_a_browser_asks_again_when_its_connection_is_worn(self):
        port = self.serve("127.0.0.1")
        client = self.client(Habits("browser", reconnects_after=3), [("127.0.0.1", 0)], port)
        for _ in range(6):
            client.request(False)
        self.assertEqual(self.resolver.asked, 2)

    def test_a_refused_connection_is_a_failure_with_its_reason(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        client = self.client(Habits("stubborn"), [("127.0.0.1", 60)], port)
        outcome = client.request(True)
        self.assertEqual((outcome.result, outcome.reason), ("failed", "refused"))

    def test_a_write_is_acknowledged_by_201_alone(self):
        port = self.serve("127.0.0.1")
        client = self.client(Habits("stubborn"), [("127.0.0.1", 60)], port)
        outcome = client.request(True)  # The server knows no POST and answers 501.
        self.assertEqual(outcome.result, "failed")
        self.assertEqual(client.acknowledged, [])


class Resolving(unittest.TestCase):
    def test_a_server_that_answers_nothing_is_an_error(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            with self.assertRaises(dns_client.DnsError):
                dns_client.resolve("frames.shop.test", silent.getsockname(), 0.05, 2)


if __name__ == "__main__":
    unittest.main()
