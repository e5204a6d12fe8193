"""The world "subservice": which hosts and servers there are, and their configuration files."""

import base64
import dataclasses
import os
import pathlib
import secrets
import shutil
import string
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "subservice"


@dataclasses.dataclass(frozen=True)
class Server:
    """One program that the world runs. `host` is the host whose tree it sees ("" for none);
    `answers` is how it shows that it is ready: "tcp", "dns" or "http" at `address`:`port`, or
    "none". Waves start one after another: most servers, databases, balancers, callers."""
    name: str
    argv: list
    address: str
    port: int
    host: str = ""
    answers: str = "tcp"
    wave: int = 0


@dataclasses.dataclass(frozen=True)
class Host:
    """A machine of the world, reached by SSH, with a file tree of its own."""
    name: str
    address: str


def hosts(settings):
    old, new = settings.old, settings.new
    return [
        Host("old-bastion", f"{old}.0.10"), Host("old-edge", f"{old}.0.20"),
        Host("old-web1", f"{old}.1.11"),
        Host("new-bastion", f"{new}.0.10"), Host("new-edge", f"{new}.0.20"),
        Host("new-app1", f"{new}.1.11"), Host("new-app2", f"{new}.1.12"),
    ]


def app_hosts(settings):
    return [host for host in hosts(settings) if host.name in ("old-web1", "new-app1", "new-app2")]


def run_folder(settings, host):
    return settings.tree(host) / "run" if settings.plain else pathlib.Path("/run")


def srv_folder(settings, host):
    return settings.tree(host) / "srv" if settings.plain else pathlib.Path("/srv")


def haproxy_config(settings, host):
    base = settings.tree(host) if settings.plain else pathlib.Path("/")
    return base / "etc/haproxy/haproxy.cfg"


def database_folder(settings, side):
    return settings.path / "databases" / side


def servers(settings):
    """All servers of the world."""
    return (_dns(settings) + _ssh(settings) + _databases(settings) + _applications(settings)
            + _balancers(settings) + [_main_product(settings)])


def _dns(settings):
    at, port = settings.addresses(), settings.port(53)
    found = [Server(f"dns-{role}", ["knotd", "-c", f"{settings.own(f'dns-{role}')}/knot.conf"],
                    at[role], port, answers="dns") for role in ("primary", "secondary")]
    resolver = ["unbound", "-d", "-c", f"{settings.own('resolver')}/unbound.conf"]
    return found + [Server("resolver", resolver, at["resolver"], port, answers="dns")]


def _ssh(settings):
    # sshd insists on being started by its absolute path.
    return [Server(host.name, ["/usr/sbin/sshd", "-D", "-e", "-f",
                               f"{settings.own(host.name)}/sshd.conf"],
                   host.address, settings.port(22), host.name) for host in hosts(settings)]


def _databases(settings):
    root = ["--user=root"] if os.getuid() == 0 else []
    found = []
    for name, address in (("old-db", "old_db"), ("new-db", "new_db")):
        argv = ["mariadbd", f"--defaults-file={settings.own(name)}/my.cnf", *root]
        found.append(Server(name, argv, settings.addresses()[address], settings.port(3306), wave=1))
    return found


def _applications(settings):
    found = []
    root = ["-R"] if os.getuid() == 0 else []
    for host in app_hosts(settings):
        php, web = f"{host.name}-php", f"{host.name}-nginx"
        socket = str(run_folder(settings, host.name) / "php.sock")
        argv = ["php-fpm8.2", "-F", *root, "-y", f"{settings.own(php)}/php-fpm.conf"]
        found.append(Server(php, argv, socket, 0, host.name, "none"))
        argv = ["nginx", "-e", "stderr", "-c", f"{settings.own(web)}/nginx.conf"]
        found.append(Server(web, argv, host.address, settings.port(8080), host.name, "http"))
    return found


def _balancers(settings):
    found = []
    for side in ("old", "new"):
        host = f"{side}-edge"
        run = run_folder(settings, host)
        argv = ["haproxy", "-W", "-S", f"{run}/haproxy/master.sock,level,admin",
                "-f", str(haproxy_config(settings, host)), "-p", f"{run}/haproxy.pid"]
        found.append(Server(f"{side}-haproxy", argv, settings.addresses()[f"{side}_balancer"],
                            settings.port(80), host, "http", wave=2))
    return found


def _main_product(settings):
    at = settings.addresses()
    argv = [sys.executable, str(HERE / "main_product.py"), "--from", f"{settings.callers}.0.5",
            "--resolver", f"{at['resolver']}:{settings.port(53)}",
            "--listen", f"{at['main_product']}:{settings.port(80)}",
            "--target-port", str(settings.port(80))]
    return Server("main-product", argv, at["main_product"], settings.port(80), wave=3)


def render(settings):
    """Writes every file that the servers and the mover read, but for the databases' data."""
    (settings.path / "logs").mkdir()
    (settings.path / "secrets").mkdir(mode=0o700)
    words = settings.words() | {"tsig_secret": base64.b64encode(secrets.token_bytes(32)).decode()}
    _write(settings.path / "tsig.key", f"hmac-sha256:hikkoshi:{words['tsig_secret']}\n", 0o600)
    _render_dns(settings, words)
    _render_ssh(settings, words)
    _render_databases(settings, words)
    for host in app_hosts(settings):
        _render_application(settings, host, words)
    _render_balancer(settings, "old", ["web1"], words)
    _render_balancer(settings, "new", ["app1", "app2"], words)
    _write(settings.path / "resolv.conf", f"nameserver {words['resolver']}\n")
    _copy_move_file(settings)


def _write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)


def template(name, words):
    return string.Template((HERE / name).read_text()).substitute(words)


def _render_dns(settings, words):
    for role in ("primary", "secondary", "resolver"):
        own = settings.own("resolver" if role == "resolver" else f"dns-{role}")
        # Without the folder of its journal Knot answers every update with SERVFAIL.
        (own / "db").mkdir(parents=True)
        names = {"own": str(own), "address": words[role]}
        source = "unbound.conf" if role == "resolver" else f"knot_{role}.conf"
        target = "unbound.conf" if role == "resolver" else "knot.conf"
        _write(own / target, template(f"conf/{source}", words | names), 0o600)
    _write(settings.own("dns-primary") / "shop.test.zone", template("conf/shop.test.zone", words))


def _render_ssh(settings, words):
    client_key = settings.path / "secrets" / "id_ed25519"
    _make_key(client_key, "mover")
    shutil.copy(f"{client_key}.pub", settings.path / "secrets" / "authorized_keys")
    known = []
    for host in hosts(settings):
        own = settings.own(host.name)
        names = {"own": str(own), "address": host.address}
        _write(own / "sshd.conf", template("conf/sshd.conf", words | names))
        _make_key(own / "ssh_host_key", host.name)
        kind, key = (own / "ssh_host_key.pub").read_text().split()[:2]
        port = settings.port(22)
        place = host.address if port == 22 else f"[{host.address}]:{port}"
        known.append(f"{place} {kind} {key}\n")
        for folder in ("srv", "home", "etc/haproxy", "run/haproxy"):
            (settings.tree(host.name) / folder).mkdir(parents=True)
    _write(settings.path / "known_hosts", "".join(known))
    _write(settings.path / "ssh_config", template("conf/ssh_config", words))


def _make_key(path, comment):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)],
                   check=True, stdin=subprocess.DEVNULL)


def _render_databases(settings, words):
    for number, side in ((1, "old"), (2, "new")):
        network = f"bind-address={words[f'{side}_db']}\nport={words['db_port']}"
        durability = ("log_bin=binlog\nbinlog_format=ROW\nsync_binlog=1\nlog_slave_updates=ON\n"
                      "innodb_flush_log_at_trx_commit=1")
        if side == "new":  # The mover has no SUPER, and there are triggers and functions to make.
            durability += "\nlog_bin_trust_function_creators=ON"
        _write(settings.own(f"{side}-db") / "my.cnf",
               database_config(settings, database_folder(settings, side), number, network,
                               durability))


def database_config(settings, data, number, network, durability):
    return template("conf/mariadb.cnf", {
        "data": str(data), "server_id": str(number), "network": network, "durability": durability,
        "buffer_pool": "32M" if settings.mini else "256M",
        "redo": "8M" if settings.mini else "96M"})


def _render_application(settings, host, words):
    srv = settings.tree(host.name) / "srv" / "frames"
    shutil.copytree(HERE / "app", srv)
    _write(srv / ".env", template("conf/app.env", words), 0o640)
    root = os.getuid() == 0
    names = {"address": host.address, "host": host.name.split("-")[1],
             "srv": str(srv_folder(settings, host.name)),
             "run": str(run_folder(settings, host.name)),
             "nginx_user": "user root;" if root else "",
             "php_user": "user = root\ngroup = root" if root else ""}
    for program, source in (("php", "php-fpm.conf"), ("nginx", "nginx.conf")):
        own = settings.own(f"{host.name}-{program}")
        _write(own / source, template(f"conf/{source}", words | names | {"own": str(own)}))


def _render_balancer(settings, side, backends, words):
    at = {host.name: host.address for host in hosts(settings)}
    lines = [f"  server {name} {at[f'{side}-{name}']}:{words['app_port']}" for name in backends]
    names = {"run": str(run_folder(settings, f"{side}-edge")), "backend_servers": "\n".join(lines),
             "balancer": words[f"{side}_balancer"]}
    _write(settings.tree(f"{side}-edge") / "etc/haproxy/haproxy.cfg",
           template("conf/haproxy.cfg", words | names))


def _copy_move_file(settings):
    """The example's files stand beside ssh_config and tsig.key, which move.yaml names."""
    if not EXAMPLE.is_dir():
        return
    for source in EXAMPLE.iterdir():
        if source.is_file():
            shutil.copy(source, settings.path)
    _adapt_move_file(settings)


def _adapt_move_file(settings):
    """Plain worlds have other ports, and paths below their folder instead of bind mounts."""
    path = settings.path / "move.yaml"
    text = path.read_text()
    if settings.plain:
        text = _with_tree_paths(settings, text)
    if settings.port_offset:
        text = text.replace(":3306", f":{settings.port(3306)}")
        text = text.replace("port: 8080", f"port: {settings.port(8080)}")
        text = text.replace("rfc2136: 127.10.5.53", f"rfc2136: 127.10.5.53:{settings.port(53)}")
    # By way of a mark, for NEW may have the numbers that OLD had.
    text = text.replace("127.10.", "OLD.").replace("127.20.", f"{settings.new}.")
    path.write_text(text.replace("OLD.", f"{settings.old}."))


def _with_tree_paths(settings, text):
    before, old_key, rest = text.partition("\nold:")
    old, new_key, rest = rest.partition("\nnew:")
    new, services_key, after = rest.partition("\nservices:")
    for folder in ("/etc/haproxy", "/run/haproxy"):
        old = old.replace(f" {folder}", f" {settings.tree('old-edge')}{folder}")
        new = new.replace(f" {folder}", f" {settings.tree('new-edge')}{folder}")
    return before + old_key + old + new_key + new + services_key + after
