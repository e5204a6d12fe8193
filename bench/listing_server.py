"""A store that only lists: a million keys that nobody had to write. Listings are made as asked for
(Amazon Simple Storage Service API Reference, ListObjects and ListObjectsV2)."""

import http.server
import threading
import urllib.parse


def key_of(number):
    return f"images/{number:07}.jpeg"


def first_after(after, count):
    """The number of the first key that sorts after `after`."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if key_of(middle) <= after:
            low = middle + 1
        else:
            high = middle
    return low


def page(query, count):
    """The answer to a listing; `query` is its parameters."""
    limit = min(int(query.get("max-keys", 1000)), 1000)
    after = max(query.get("start-after", ""), query.get("continuation-token", ""),
                query.get("marker", ""))
    begin = first_after(after, count) if after else 0
    end = min(begin + limit, count)
    entries = "".join(
        f"<Contents><Key>{key_of(number)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        f"<ETag>&#34;{number:032x}&#34;</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass>"
        "</Contents>" for number in range(begin, end))
    more = end < count
    token = (f"<NextContinuationToken>{key_of(end - 1)}</NextContinuationToken>"
             f"<NextMarker>{key_of(end - 1)}</NextMarker>" if more else "")
    return ('<?xml version="1.0" encoding="UTF-8"?>'
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>old</Name>'
            f"<Prefix></Prefix><MaxKeys>{limit}</MaxKeys><KeyCount>{end - begin}</KeyCount>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):  # The name that http.server calls.
        place = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(place.query, keep_blank_values=True))
        body = page(query, self.server.count).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that goes is no fault of ours."""


class ListingServer:
    """A context; its `endpoint` lists `count` keys in every bucket."""

    def __init__(self, count):
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.count = count
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
