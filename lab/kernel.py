"""The few Linux calls that Python 3.11 lacks: mount, unshare, setns, prctl, and raising "lo"."""

import ctypes
import fcntl
import os
import signal
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000

_MS_BIND = 4096
_MS_REC = 16384
_MS_PRIVATE = 1 << 18
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(what, result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source, target, kind, flags, options=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    data = None if options is None else options.encode()
    _checked(f"mount {source} on {target}",
             _libc.mount(*encoded, ctypes.c_ulong(flags), data))


def bind(source, target):
    """Shows the file or folder `source` at `target`, which must exist."""
    _mount(source, target, None, _MS_BIND | _MS_REC)


def mount_tmpfs(target, mode):
    _mount("lab", target, "tmpfs", 0, f"mode={mode:o}")


def unshare_host():
    """Gives the calling process its own mounts and its own host name."""
    _checked("unshare", _libc.unshare(CLONE_NEWNS | CLONE_NEWUTS))
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)


def setns(fd, kind=0):
    _checked("setns", _libc.setns(fd, kind))


def die_with_parent():
    """SIGKILL for the calling process as soon as the one that started it is gone."""
    _checked("prctl", _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def adopt_orphans():
    """Processes below the calling one that lose their parent become its children."""
    _checked("prctl", _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def drop_ambient_capabilities():
    """Programs started from here on get no capability from the user namespace's owner."""
    _checked("prctl", _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def peer_pid(sock):
    """The process that listens at the other end of a connected UNIX socket, as seen from here."""
    size = struct.calcsize("3i")
    return struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0]
