"""The first process of a world: starts its servers, answers on a control socket, restarts nothing.

Run by world.py as `pid1.py FOLDER FD` inside new namespaces (or, in plain mode, outside of any);
writes "ready" or the reason of a failure to FD. Everything in the namespaces ends with it.
"""

import http.client
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time
import traceback

import databases
import dns_client
import kernel
import subservice
from settings import Settings

READY_WITHIN_S = 60
STOP_WITHIN_S = 10


def answers(server):
    """Whether the server does its work as seen from its address."""
    try:
        if server.answers == "dns":
            dns_client.resolve("frames.shop.test", (server.address, server.port), 0.5, 1)
        elif server.answers == "http":
            connection = http.client.HTTPConnection(server.address, server.port, timeout=2)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        elif server.answers == "none":
            return True
        else:
            socket.create_connection((server.address, server.port), 2).close()
        return True
    except (OSError, http.client.HTTPException, dns_client.DnsError):
        return False


class HostTree:
    """The mounts and the host name that a host's programs see; kept alive by open files."""

    def __init__(self, settings, host):
        ready_read, ready_write = os.pipe()
        wait_read, wait_write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(wait_write)
            self._make(settings, host, ready_write, wait_read)
        os.close(ready_write)
        os.close(wait_read)
        message = os.read(ready_read, 4096)
        if message != b"ready":
            raise RuntimeError(f"tree of {host.name}: {message.decode()}")
        self.files = [os.open(f"/proc/{child}/ns/{kind}", os.O_RDONLY) for kind in ("mnt", "uts")]
        os.close(wait_write)
        os.close(ready_read)
        os.waitpid(child, 0)

    def enter(self):
        for file in self.files:
            kernel.setns(file)

    @staticmethod
    def _make(settings, host, ready_write, wait_read):
        try:
            kernel.unshare_host()
            socket.sethostname(host.name)
            _mount_tree(settings, host)
            os.write(ready_write, b"ready")
            os.read(wait_read, 1)
        except BaseException:
            os.write(ready_write, traceback.format_exc().encode())
        os._exit(0)


def _cover(settings, target, mount):
    """Mounts something over `target`; if that hides the world's own folder, shows it again."""
    folder = os.open(settings.folder, os.O_PATH)
    mount()
    hidden = os.path.realpath(settings.folder)
    if os.path.commonpath([hidden, os.path.realpath(target)]) == os.path.realpath(target):
        os.makedirs(hidden, exist_ok=True)
        kernel.bind(f"/proc/self/fd/{folder}", hidden)
    os.close(folder)


def _mount_tree(settings, host):
    tree = settings.tree(host.name)
    home = os.path.expanduser("~")
    resolver = os.path.realpath("/etc/resolv.conf")
    # /var/lib holds what the product keeps on a host; nothing of it may reach the machine's own.
    for target, mode in (("/run", 0o755), ("/tmp", 0o1777), ("/var/lib", 0o755)):
        _cover(settings, target, lambda: kernel.mount_tmpfs(target, mode))
    for folder in ("/run/sshd", "/run/haproxy"):
        os.mkdir(folder, 0o755)
    if resolver.startswith("/run/"):
        os.makedirs(os.path.dirname(resolver), exist_ok=True)
        pathlib.Path(resolver).write_text((settings.path / "resolv.conf").read_text())
    if os.getuid() == 0:
        _unlock_root(tree)
    pairs = [("/srv", "srv"), ("/etc/haproxy", "etc/haproxy")]
    if home != "/" and os.path.isdir(home):
        pairs.append((home, "home"))
    for target, source in pairs:
        _cover(settings, target, lambda: kernel.bind(tree / source, target))


def _unlock_root(tree):
    """Without PAM sshd lets nobody in whose password field begins with "!" (some images)."""
    shadow = pathlib.Path("/etc/shadow")
    lines = shadow.read_text().splitlines(keepends=True) if shadow.exists() else []
    if any(line.startswith("root:!") for line in lines):
        own = tree / "etc/shadow"
        own.touch(mode=0o600)
        own.write_text("".join("root:*:20000:0:99999:7:::\n" if line.startswith("root:") else line
                               for line in lines))
        kernel.bind(own, shadow)


class Machine:
    """The running world: its servers' processes and the requests about them."""

    def __init__(self, settings):
        self.settings = settings
        self.servers = {server.name: server for server in subservice.servers(settings)}
        self.trees = {}
        self.pids = {}
        self.ended = {}
        self.listener = self._listen()

    def _listen(self):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        os.chdir(self.settings.folder)
        listener.bind("control.sock")
        os.chdir("/")
        listener.listen(16)
        return listener

    def bring_up(self):
        if self.settings.plain:
            kernel.adopt_orphans()
        else:
            self._enter_private_world()
        self._start_wave(0)
        databases.prepare(self.settings)
        self._start_wave(1)
        self.wait_until_ready([server for server in self.servers.values() if server.wave <= 1])
        for wave in (2, 3):
            self.wait_until_ready(self._start_wave(wave))

    def _start_wave(self, number):
        wave = [server for server in self.servers.values() if server.wave == number]
        for server in wave:
            self.start(server)
        return wave

    def _enter_private_world(self):
        kernel.raise_loopback()
        if os.getuid() != 0:
            pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
        resolver = os.path.realpath("/etc/resolv.conf")
        kernel.bind(self.settings.path / "resolv.conf", resolver)
        for host in subservice.hosts(self.settings):
            self.trees[host.name] = HostTree(self.settings, host)

    def start(self, server):
        self.settings.own(server.name).mkdir(exist_ok=True)
        tree = self.trees.get(server.host)

        def prepare():
            if tree:
                tree.enter()
            if self.settings.plain:
                kernel.die_with_parent()
            else:
                kernel.drop_ambient_capabilities()

        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "LANG": "C.UTF-8", "HIKKOSHI_LAB_ID": self.settings.token,
                       "HOME": os.path.expanduser("~"), "PYTHONDONTWRITEBYTECODE": "1"}
        with open(self.settings.log(server.name), "ab") as log:
            process = subprocess.Popen(server.argv, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, env=environment, start_new_session=True,
                                       preexec_fn=prepare,
                                       cwd=self.settings.own(server.name))
        self.pids[server.name] = process.pid
        self.ended.pop(server.name, None)
        # The processes are reaped by reap(), not by this object.
        process.returncode = 0

    def wait_until_ready(self, servers):
        deadline = time.monotonic() + READY_WITHIN_S
        waiting = list(servers)
        while waiting:
            self.reap()
            for server in waiting:
                if server.name not in self.pids:
                    raise RuntimeError(f"{server.name} ended: see {self.settings.log(server.name)}")
            waiting = [server for server in waiting if not answers(server)]
            if waiting and time.monotonic() > deadline:
                raise RuntimeError("no answer from " + ", ".join(s.name for s in waiting))
            time.sleep(0.02 if waiting else 0)

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for name, running in list(self.pids.items()):
                if running == pid:
                    del self.pids[name]
                    self.ended[name] = os.waitstatus_to_exitcode(status)

    def serve(self):
        """Answers requests, one JSON line each, until told to stop."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            readable, _, _ = select.select([self.listener, wake_read], [], [])
            if wake_read in readable:
                os.read(wake_read, 4096)
            self.reap()
            if self.listener in readable:
                self._answer_one()

    def _answer_one(self):
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(10)
            try:
                line = connection.makefile("r").readline()
                if not line:
                    return  # Somebody only asked which process listens here.
                try:
                    reply = self.handle(json.loads(line))
                except (KeyError, ValueError, RuntimeError) as failure:
                    reply = {"error": str(failure)}
                connection.sendall(json.dumps(reply).encode() + b"\n")
            except OSError:
                traceback.print_exc()

    def handle(self, request):
        if request["do"] == "status":
            return {"servers": [self.describe(server) for server in self.servers.values()]}
        if request["do"] == "stop":
            self.stop_everything()
        server = self.servers.get(request["server"])
        if server is None:
            raise ValueError(f"no server {request['server']}; there are {', '.join(self.servers)}")
        if request["do"] == "signal":
            self.signal(server, signal.Signals[request["signal"]])
        elif request["do"] == "restart":
            self.restart(server)
        else:
            raise ValueError(f"what is {request['do']}?")
        return {"ok": True}

    def describe(self, server):
        return {"name": server.name, "host": server.host, "address": server.address,
                "port": server.port, "pid": self.pids.get(server.name),
                "exit": self.ended.get(server.name),
                "answers": server.name in self.pids and answers(server)}

    def signal(self, server, number):
        """SIGKILL goes to the server's whole group, any other signal to its main process."""
        if server.name not in self.pids:
            raise ValueError(f"{server.name} does not run")
        pid = self.pids[server.name]
        if number == signal.SIGKILL:
            os.killpg(pid, number)
            self._wait_for_end(server)
        else:
            os.kill(pid, number)

    def _wait_for_end(self, server):
        deadline = time.monotonic() + STOP_WITHIN_S
        while server.name in self.pids and time.monotonic() < deadline:
            self.reap()
            time.sleep(0.01)

    def restart(self, server):
        if server.name in self.pids:
            self.signal(server, signal.SIGTERM)
            self._wait_for_end(server)
        if server.name in self.pids:
            self.signal(server, signal.SIGKILL)
        self.start(server)
        self.wait_until_ready([server])

    def stop_everything(self):
        """In namespaces the kernel ends what is left when the first process exits."""
        while self.settings.plain and self.pids:
            for pid in self.pids.values():
                os.killpg(pid, signal.SIGKILL)
            time.sleep(0.01)
            self.reap()
        os._exit(0)


def main():
    settings = Settings.load(sys.argv[1])
    report = int(sys.argv[2])
    machine = Machine(settings)
    signal.signal(signal.SIGTERM, lambda *_: machine.stop_everything())
    try:
        machine.bring_up()
        # Where nobody waits any longer (`up` was killed), this fails, and the world ends.
        os.write(report, b"ready")
    except BaseException as failure:
        traceback.print_exc()
        os.write(report, (str(failure) or type(failure).__name__).encode()[:4000])
        machine.stop_everything()
    os.close(report)
    machine.serve()


if __name__ == "__main__":
    main()
