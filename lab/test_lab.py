"""Checks the lab itself on miniature worlds: python3 -m unittest discover -s lab (root or not)."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import leftovers  # noqa: E402
import world  # noqa: E402

PAGE = ("  http-request return status 503 content-type text/plain string closed hdr Retry-After 30"
        " unless { src 127.30.0.0/24 }\n")


def eventually(seconds, condition):
    """The condition's first true value; an assertion fails if there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def write_balancer(one, page, target="127.10.1.11:8080"):
    """Writes the configuration of OLD's balancer as an engineer would; the reload comes after."""
    config = one.folder / "hosts/old-edge/etc/haproxy/haproxy.cfg"
    head, line, tail = config.read_text().replace(PAGE, "").partition("frontend http\n")
    tail = tail.replace("127.10.1.11:8080", target)
    config.write_text(head + line + (PAGE if page else "") + tail)


class WithFolder(unittest.TestCase):
    """Worlds live in a folder of the test's own, but for the cache of database contents."""

    @classmethod
    def setUpClass(cls):
        # The path is long on purpose: a UNIX socket's path has 107 bytes at most.
        cls.out = pathlib.Path(tempfile.mkdtemp(prefix="lab-test-")) / ("long" * 16)
        cls.out.mkdir()
        cls.addClassCleanup(shutil.rmtree, cls.out.parent)

    @classmethod
    def bring_up(cls, name, **options):
        one = world.World(name, cls.out)
        cls.addClassCleanup(cls.take_down, one)
        return one.up(mini=True, **options)

    @staticmethod
    def take_down(one):
        if (one.folder / "world.json").exists():
            one.down()


class InOneWorld(WithFolder):
    """Tests that share a world and leave it as they found it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = cls.bring_up("one", ttl=2)

    def run_inside(self, script, check=True):
        done = self.world.execute(["bash", "-c", script], cwd=self.world.folder,
                                  capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            self.fail(f"{script}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout.strip() if check else done

    def on_host(self, bastion, host, command):
        jump = f"ProxyCommand=ssh -F ssh_config -W %h:%p {bastion}"
        done = self.world.execute(["ssh", "-F", "ssh_config", "-o", jump, host, command],
                                  cwd=self.world.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def update_dns(self, lines, key="-y $(cat tsig.key)"):
        text = "\\n".join(["server 127.10.5.53", "zone shop.test", *lines, "send", ""])
        return self.run_inside(f"printf '{text}' | nsupdate {key}", check=False).returncode

    def sql(self, side, statement):
        address = {"OLD": "127.10.2.5", "NEW": "127.20.2.5"}[side]
        return self.run_inside(
            f"MYSQL_PWD=${side}_DB_PASSWORD mariadb --no-defaults -N -h {address} -u mover "
            f"-e \"{statement}\"")

    def test_every_server_answers(self):
        self.assertEqual([s["name"] for s in self.world.status() if not s["answers"]], [])

    def test_the_application_reads_and_writes_through_the_balancer_by_name(self):
        self.assertIn("Picture frames", self.run_inside("curl -fsS http://frames.shop.test/"))
        self.assertIn('"id":1', self.run_inside("curl -fsS http://img.shop.test/frames/1"))
        made = json.loads(self.run_inside(
            "curl -fsS -d '{\"id\": \"by-name\"}' http://frames.shop.test/frames"))
        self.assertEqual(made, {"id": "by-name", "served_by": "web1"})
        self.assertIn("by-name",
                      self.run_inside("curl -fsS http://frames.shop.test/frames/by-id/by-name"))

    def test_new_serves_the_same_bytes_from_the_database_of_old(self):
        for path in ("/", "/frames/1"):
            old = self.run_inside(f"curl -fsS http://127.10.0.80{path}")
            new = self.run_inside(f"curl -fsS -H 'Host: frames.shop.test' http://127.20.0.80{path}")
            self.assertEqual(old, new)

    def test_the_main_product_calls_and_is_answered(self):
        def counters():
            return json.loads(self.run_inside("curl -fsS http://mainproduct.shop.test/"))
        before = counters()["ok"]
        eventually(10, lambda: counters()["ok"] > before)

    def test_an_update_with_the_key_reaches_the_secondary_and_the_resolver(self):
        self.assertEqual(self.update_dns(["update add fresh.shop.test 2 A 127.10.9.9"]), 0)
        for server in ("127.10.6.53", "127.10.7.53"):
            eventually(10, lambda: self.run_inside(
                f"dig +short @{server} fresh.shop.test") == "127.10.9.9")
        self.world.restart("dns-primary")
        self.assertEqual(self.run_inside("dig +short @127.10.5.53 fresh.shop.test"), "127.10.9.9")
        self.assertEqual(self.update_dns(["update delete fresh.shop.test A"]), 0)

    def test_an_update_without_the_key_or_with_a_failed_condition_is_refused(self):
        change = "update add frames.shop.test 2 A 127.20.0.80"
        self.assertNotEqual(self.update_dns([change], key=""), 0)
        condition = "prereq yxrrset frames.shop.test A 1.2.3.4"
        self.assertNotEqual(self.update_dns([condition, change]), 0)
        self.assertEqual(self.run_inside("dig +short @127.10.5.53 frames.shop.test"), "127.10.0.80")

    def test_each_host_is_reached_through_its_bastion_and_has_a_tree_of_its_own(self):
        self.on_host("127.20.0.10", "127.20.1.11", "echo here > /srv/mark")
        self.assertEqual(self.on_host("127.20.0.10", "127.20.1.11", "hostname; cat /srv/mark"),
                         "new-app1\nhere")
        self.assertEqual(self.on_host("127.20.0.10", "127.20.1.12", "hostname; ls /srv"),
                         "new-app2\nframes")
        self.assertFalse(os.path.exists("/srv/mark"))
        self.on_host("127.20.0.10", "127.20.1.11", "rm /srv/mark")

    def test_an_edited_env_is_used_by_the_next_request_and_a_dead_database_gives_500(self):
        edit = "sed -i s/DB_PORT=3306/DB_PORT=%s/ /srv/frames/.env"
        status = "curl -s -o /dev/null -w '%{http_code}' http://127.20.1.12:8080/frames/1"
        self.on_host("127.20.0.10", "127.20.1.12", edit % 33061)
        self.assertEqual(self.run_inside(status), "500")
        self.on_host("127.20.0.10", "127.20.1.12", "sed -i s/33061/3306/ /srv/frames/.env")
        self.assertEqual(self.run_inside(status), "200")

    def test_a_host_with_an_unknown_key_is_refused(self):
        self.run_inside("ssh-keygen -q -f known_hosts -R 127.10.0.20; mv known_hosts.old saved")
        done = self.run_inside("ssh -F ssh_config 127.10.0.20 true", check=False)
        self.run_inside("mv saved known_hosts")
        self.assertEqual(done.returncode, 255)
        self.assertIn("Host key verification failed", done.stderr)

    def test_the_balancer_is_checked_and_reloaded_over_ssh(self):
        def edge(command):
            return self.on_host("127.10.0.10", "127.10.0.20", command)
        self.assertIn("valid", edge("haproxy -c -f /etc/haproxy/haproxy.cfg"))
        edge("echo reload | socat /run/haproxy/master.sock -")
        eventually(10, lambda: "master          1" in edge(
            "echo show proc | socat /run/haproxy/master.sock -"))
        self.assertIn("frames", edge("echo show servers state | socat /run/haproxy/admin.sock -"))
        self.assertEqual(edge("ps -o comm= -p $(cat /run/haproxy.pid)"), "haproxy")

    def test_old_has_something_to_carry_and_new_has_nothing(self):
        self.assertEqual(self.sql("OLD", "SELECT COUNT(*) FROM frames.orders"), "2000")
        kinds = self.sql("OLD", "SELECT DISTINCT table_type FROM information_schema.tables "
                                "WHERE table_schema = 'frames' ORDER BY 1").split("\n")
        self.assertEqual(kinds, ["BASE TABLE", "SEQUENCE", "VIEW"])
        for thing in ("triggers WHERE trigger_schema", "events WHERE event_schema"):
            self.assertEqual(self.sql(
                "OLD", f"SELECT COUNT(*) FROM information_schema.{thing} = 'frames'"), "1")
        self.assertEqual(self.sql("OLD", "SELECT @@sync_binlog, "
                                         "@@innodb_flush_log_at_trx_commit, @@binlog_format"),
                         "1\t1\tROW")
        self.assertEqual(self.sql(
            "NEW", "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name NOT IN "
                   "('information_schema', 'mysql', 'performance_schema', 'sys')"), "0")

    def test_nothing_restarts_a_killed_database_and_its_acknowledged_writes_survive(self):
        self.run_inside("curl -fsS -d '{\"id\": \"kept\"}' http://frames.shop.test/frames")
        self.world.kill("old-db")
        state = {s["name"]: s for s in self.world.status()}["old-db"]
        self.assertEqual((state["pid"], state["exit"]), (None, -signal.SIGKILL))
        self.world.restart("old-db")
        self.assertEqual(self.sql("OLD", "SELECT COUNT(*) FROM frames.frames "
                                         "WHERE client_id = 'kept'"), "1")
        eventually(20, lambda: all(s["answers"] for s in self.world.status()))

    def test_exec_gives_back_the_exit_code_and_its_death_ends_the_command(self):
        self.assertEqual(self.world.execute(["sh", "-c", "exit 7"]).returncode, 7)
        mark = self.world.folder / "alive"
        outside = self.world.popen(["sh", "-c", f"while :; do date > {mark}; sleep 0.05; done"])
        eventually(10, mark.exists)
        outside.kill()
        outside.wait()

        def is_quiet():
            mark.unlink(missing_ok=True)
            time.sleep(0.3)
            return not mark.exists()
        eventually(10, is_quiet)

    def test_the_load_finds_its_writes_and_takes_the_page_for_what_it_is(self):
        folder = self.world.folder / "load"
        load = self.world.popen([HERE / "load.py", "run", folder, "--rate", "60"])
        eventually(10, lambda: (folder / "events.log").exists())
        time.sleep(3)
        (folder / "mark-start").touch()
        self.turn_page(True)
        time.sleep(2)
        self.turn_page(False)
        time.sleep(1)
        subprocess.run([HERE / "load.py", "stop", folder], check=True, timeout=60)
        self.assertEqual(load.wait(20), 0)
        checked = self.run_inside(f"{HERE}/load.py check {folder} --side old", check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        seen = json.loads((folder / "load.json").read_text())
        self.assertEqual((seen["requests"]["failed"], seen["background"]["failed"]), (0, 0), seen)
        self.assertGreater(seen["requests"]["paged"], 0)
        self.assertEqual(seen["allow_list"]["paged"], 0)
        self.assertGreater(seen["gap_overall_ms"]["read"], seen["gap_ms"]["read"])
        self.assertEqual(seen["writes"]["lost"], 0)
        self.assertEqual(seen["writes"]["found_on_old"], seen["writes"]["acknowledged"])
        other = self.run_inside(f"{HERE}/load.py check {folder}", check=False)
        self.assertEqual(other.returncode, 2, "NEW has no such table: it cannot be asked")

    def turn_page(self, on):
        write_balancer(self.world, on)
        self.on_host("127.10.0.10", "127.10.0.20",
                     "echo reload | socat /run/haproxy/master.sock -")


class LifeAndDeath(WithFolder):
    """Worlds that come up and end, one way or another."""

    def assert_gone(self, one, settings):
        self.assertIsNone(one.first_process())
        self.assertEqual(leftovers.marked_processes(settings), [])
        self.assertNotIn(str(self.out), pathlib.Path("/proc/self/mountinfo").read_text())

    def test_down_leaves_logs_and_no_process(self):
        one = self.bring_up("short")
        settings = one.settings
        self.assertNotEqual(leftovers.marked_processes(settings), [])
        one.down()
        self.assert_gone(one, settings)
        self.assertFalse((one.folder / "databases").exists())
        self.assertTrue((one.folder / "logs" / "old-db.log").exists())

    def test_after_a_kill_of_the_first_process_nothing_runs_and_clean_removes_the_rest(self):
        one = self.bring_up("killed")
        settings = one.settings
        os.kill(one.first_process(), signal.SIGKILL)
        eventually(10, lambda: one.first_process() is None)
        if settings.mode != "plain":
            eventually(10, lambda: not leftovers.marked_processes(settings))
        with self.assertRaises(world.LabError):
            one.status()
        self.assertIn("killed", world.clean(self.out))
        self.assert_gone(one, settings)
        self.assertFalse(one.folder.exists())

    def test_a_killed_world_comes_up_again_under_its_name(self):
        one = self.bring_up("again")
        os.kill(one.first_process(), signal.SIGKILL)
        eventually(10, lambda: one.first_process() is None)
        one.up(mini=True)
        self.assertTrue(all(server["answers"] for server in one.status()))

    def test_two_worlds_run_side_by_side_and_one_does_not_end_the_other(self):
        left, right = self.bring_up("left"), self.bring_up("right")
        settings = left.settings
        with self.assertRaises(world.LabError):
            left.up(mini=True)
        left.down()
        self.assert_gone(left, settings)
        self.assertTrue(all(server["answers"] for server in right.status()))
        self.assertNotIn("right", world.clean(self.out))

    @unittest.skipIf(os.getuid() == 0 and not os.path.isdir("/run/sshd"),
                     "outside of namespaces root's sshd needs /run/sshd")
    def test_a_plain_world_uses_high_ports_and_is_cleaned_after_a_kill(self):
        # Outside of namespaces the sockets of HAProxy and PHP stand in the folder: a short path.
        short = self.out.parent
        one = world.World("plain", short)
        self.addCleanup(self.take_down, one)
        one.up(mini=True, plain=True, port_offset=21000)
        settings = one.settings
        self.assertEqual({s["name"]: s["port"] for s in one.status()}["old-db"], 24306)
        answer = one.execute(["curl", "-fsS", "http://127.10.0.80:21080/healthz"],
                             capture_output=True, text=True)
        self.assertIn("true", answer.stdout)
        self.assertIn("127.10.2.5:24306", (one.folder / "move.yaml").read_text())
        os.kill(one.first_process(), signal.SIGKILL)
        eventually(10, lambda: one.first_process() is None)
        self.assertIn("plain", world.clean(short))
        self.assert_gone(one, settings)


class MovedByHand(WithFolder):
    """The whole way once, with the tools of a careful engineer."""

    def test_a_move_made_by_hand_fails_no_request_and_loses_no_write(self):
        """The world lets a careful move pass unseen, and the check finds what it should."""
        one = self.world = self.bring_up("moved", ttl=2)
        folder = one.folder / "load"
        load = one.popen([HERE / "load.py", "run", folder])
        time.sleep(4)
        (folder / "mark-start").touch()
        self.balancer(page=True)
        time.sleep(1)
        self.root_sql("old", "REVOKE ALL ON frames.* FROM 'frames'@'127.%';"
                             "REVOKE ALL ON frames.* FROM 'frames_owner'@'127.%'")
        users = "".join(f"CREATE USER '{name}'@'127.%' IDENTIFIED BY '{password}';"
                        f"GRANT ALL ON frames.* TO '{name}'@'127.%';" for name, password in (
                            ("frames", "not-a-secret-frames"), ("frames_owner", "x")))
        self.root_sql("new", users)
        self.inside("export LC_ALL=C; cd databases; mariadb-dump --no-defaults -u root "
                    "-S old/mysqld.sock -R -E --databases frames | "
                    "mariadb --no-defaults -u root -S new/mysqld.sock")
        for host in ("new-app1", "new-app2"):
            env = one.folder / "hosts" / host / "srv/frames/.env"
            env.write_text(env.read_text().replace("127.10.2.5", "127.20.2.5"))
        eventually(20, lambda: "200" == self.inside(
            "curl -s -o /dev/null -w '%{http_code}' http://127.20.0.80/healthz"))
        self.balancer(page=False, target="127.20.0.80:80")
        time.sleep(1)
        self.inside("printf 'server 127.10.5.53\\nzone shop.test\\n"
                    "update delete frames.shop.test A\\nupdate add frames.shop.test 2 A 127.20.0.80"
                    "\\nsend\\n' | nsupdate -y $(cat tsig.key)")
        time.sleep(6)
        self.inside(f"{HERE}/load.py stop {folder}")
        self.assertEqual(load.wait(20), 0)
        self.inside(f"{HERE}/load.py check {folder}")
        seen = json.loads((folder / "load.json").read_text())
        self.assertEqual(seen["requests"]["failed"], 0, seen["requests"])
        self.assertEqual((seen["writes"]["lost"], seen["writes"]["duplicated"]), (0, 0))
        self.assertGreater(seen["by_server"]["app1"], 0)
        self.assertGreater(seen["by_server"]["app2"], 0)
        stubborn = [line for line in (folder / "events.log").read_text().splitlines()[-200:]
                    if '"127.10.0.80"' in line and '"server": "app' in line]
        self.assertNotEqual(stubborn, [], "stragglers come to OLD and are served by NEW")
        self.check_sees_a_lost_and_a_doubled_write(folder)

    def check_sees_a_lost_and_a_doubled_write(self, folder):
        lost, doubled = (folder / "acknowledged.log").read_text().split()[:2]
        self.root_sql("new", f"DELETE FROM frames.frames WHERE client_id = '{lost}';"
                             "INSERT INTO frames.frames (client_id, title, width_mm, height_mm, "
                             f"price) VALUES ('{doubled}', 'again', 1, 1, 1)")
        checked = self.world.execute([HERE / "load.py", "check", folder], capture_output=True)
        self.assertEqual(checked.returncode, 1)
        writes = json.loads((folder / "load.json").read_text())["writes"]
        self.assertEqual((writes["lost_ids"], writes["duplicated_ids"]), ([lost], [doubled]))

    def inside(self, script):
        done = self.world.execute(["bash", "-c", script], cwd=self.world.folder, timeout=60,
                                  capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def root_sql(self, side, script):
        self.inside(f"cd databases; mariadb --no-defaults -u root -S {side}/mysqld.sock "
                    f"-e \"{script}\"")

    def balancer(self, **configuration):
        write_balancer(self.world, **configuration)
        self.inside("ssh -F ssh_config 127.10.0.20 "
                    "'echo reload | socat /run/haproxy/master.sock -'")


class Refusals(WithFolder):
    """What the command says when it is used wrongly."""

    def lab(self, *words):
        return subprocess.run([HERE / "lab", "--out", self.out, *words], capture_output=True,
                              text=True, timeout=60)

    def test_a_world_that_is_not_up_is_named_in_the_refusal(self):
        for words in (["status", "nobody"], ["exec", "nobody", "--", "true"], ["down", "nobody"]):
            done = self.lab(*words)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn("nobody", done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_names_that_are_paths_or_options_are_refused(self):
        for name in ("../outside", ".hidden", "a/b"):
            done = self.lab("up", name)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn("no name for a world", done.stderr)
        self.assertEqual(list(self.out.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
