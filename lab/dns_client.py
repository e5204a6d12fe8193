"""A small DNS client: asks one server for a name's IPv4 addresses and how long they may be kept."""

import os
import socket
import struct

_TYPE_A = 1
_HEADER = struct.Struct("!6H")


class DnsError(Exception):
    """The server did not answer, or not with an address."""


def _encode_name(name):
    labels = name.rstrip(".").split(".")
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def _skip_name(message, offset):
    while True:
        length = message[offset]
        if length >= 0xC0:
            return offset + 2
        offset += 1 + length
        if length == 0:
            return offset


def _parse(message, identity):
    """The addresses in an answer and the smallest TTL on the way to them (RFC 1035, section 4)."""
    found_identity, flags, questions, answers, _, _ = _HEADER.unpack_from(message)
    if found_identity != identity or not flags & 0x8000:
        return None
    if flags & 0xF:
        raise DnsError(f"rcode {flags & 0xF}")
    offset = _HEADER.size
    for _ in range(questions):
        offset = _skip_name(message, offset) + 4
    addresses, ttls = [], []
    for _ in range(answers):
        offset = _skip_name(message, offset)
        kind, _, ttl, length = struct.unpack_from("!HHIH", message, offset)
        offset += 10
        ttls.append(ttl)
        if kind == _TYPE_A:
            addresses.append(socket.inet_ntoa(message[offset:offset + length]))
        offset += length
    if not addresses:
        raise DnsError("no address")
    return addresses, min(ttls)


def resolve(name, server, timeout=1.0, attempts=3):
    """Returns (addresses, ttl in seconds). `server` is (address, port). Raises DnsError."""
    for _ in range(attempts):
        identity = int.from_bytes(os.urandom(2), "big")
        query = (_HEADER.pack(identity, 0x0100, 1, 0, 0, 0) + _encode_name(name)
                 + struct.pack("!HH", _TYPE_A, 1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.connect(server)
            try:
                sock.send(query)
                answer = _parse(sock.recv(4096), identity)
            except OSError:
                continue
            if answer:
                return answer
    raise DnsError(f"{server[0]} does not answer")
