"""What one world is made with: its folder, sizes, addresses and ports."""

import dataclasses
import json
import pathlib
import pwd
import os

FAKE_PASSWORDS = {
    "old_mover_password": "not-a-secret-old-mover",
    "new_mover_password": "not-a-secret-new-mover",
    "app_password": "not-a-secret-frames",
    "owner_password": "not-a-secret-frames-owner",
    "main_password": "not-a-secret-mainproduct",
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """`mode` is "root" or "user" (in private namespaces) or "plain" (the machine's own loopback).

    `old` and `new` are the first two numbers of each side's addresses; `port_offset` is added to
    every port (0 in namespaces); `ttl` is that of the zone's names in seconds; `token` marks every
    process of the world in its environment.
    """
    name: str
    folder: str
    mode: str
    rows: int
    mini: bool
    token: str
    old: str = "127.10"
    new: str = "127.20"
    callers: str = "127.40"
    port_offset: int = 0
    ttl: int = 30

    @property
    def path(self):
        return pathlib.Path(self.folder)

    @property
    def plain(self):
        return self.mode == "plain"

    def port(self, ordinary):
        return ordinary + self.port_offset

    def tree(self, host):
        """The folder that holds what `host` sees as its /srv, /etc/haproxy and home."""
        return self.path / "hosts" / host

    def own(self, server):
        """The folder of one server's rendered configuration and state."""
        return self.path / "servers" / server

    def log(self, server):
        return self.path / "logs" / f"{server}.log"

    def addresses(self):
        return {
            "old_balancer": f"{self.old}.0.80", "new_balancer": f"{self.new}.0.80",
            "old_db": f"{self.old}.2.5", "new_db": f"{self.new}.2.5",
            "primary": f"{self.old}.5.53", "secondary": f"{self.old}.6.53",
            "resolver": f"{self.old}.7.53", "main_product": f"{self.old}.0.90",
        }

    def words(self):
        """What every configuration template may name: the same for all servers."""
        return FAKE_PASSWORDS | self.addresses() | {
            "world": self.folder, "token": self.token, "ttl": str(self.ttl),
            "user": pwd.getpwuid(os.getuid()).pw_name,
            "ssh_port": str(self.port(22)), "http_port": str(self.port(80)),
            "dns_port": str(self.port(53)), "db_port": str(self.port(3306)),
            "app_port": str(self.port(8080)),
        }

    def save(self):
        (self.path / "world.json").write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")

    @staticmethod
    def load(folder):
        return Settings(**json.loads((pathlib.Path(folder) / "world.json").read_text()))
