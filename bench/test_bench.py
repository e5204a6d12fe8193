#!/usr/bin/env python3
"""What the benchmarks say of their figures, without running one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import contest
import copy_data
import listing_server
import measure
import place


def cost(seconds, **more):
    return measure.Cost(seconds=seconds, **more)


class Contest(unittest.TestCase):
    def test_a_ratio_is_the_median_of_the_peer_over_ours(self):
        result = contest.summary({"hikkoshi": [cost(2), cost(4), cost(30)],
                                  "peer": [cost(12), cost(1), cost(10)]})
        self.assertEqual(result["seconds"], {"hikkoshi": 4, "peer": 10})
        self.assertEqual(result["ratio"], {"peer": 2.5})
        self.assertEqual(result["rounds"], 3)
        self.assertEqual(result["range"]["peer"], [1, 12])

    def test_without_ours_there_is_no_ratio(self):
        self.assertEqual(contest.summary({"peer": [cost(1)]})["ratio"], {})

    def test_the_cpu_of_servers_stands_apart_from_that_of_programs(self):
        runs = [cost(1, cpu_s=0.5, servers={"old": 2.0, "new": 3.0})]
        result = contest.summary({"hikkoshi": runs})
        self.assertEqual(result["cpu_s"], {"hikkoshi": 0.5})
        self.assertEqual(result["old_cpu_s"], {"hikkoshi": 2.0})
        self.assertIn("new CPU s", contest.table(result, {}))

    def test_each_way_begins_a_round_in_turn(self):
        order = []

        def way(name):
            def run():
                order.append(name)
                return cost(1)
            return run
        with unittest.mock.patch("builtins.print"):
            contest.compete({name: way(name) for name in "abc"}, 3)
        self.assertEqual("".join(order), "abcbcacab")

    def test_the_table_shows_the_quickest_first(self):
        result = contest.summary({"hikkoshi": [cost(2)], "slow": [cost(8)], "quick": [cost(1)]})
        lines = contest.table(result, {"hikkoshi": "Hikkoshi"}).splitlines()
        self.assertEqual([line.split()[0] for line in lines[1:]], ["quick", "Hikkoshi", "slow"])
        self.assertIn("4.00", lines[3])

    def test_a_name_with_angle_brackets_does_not_break_the_picture(self):
        import xml.etree.ElementTree
        drawn = contest.picture(contest.summary({"hikkoshi": [cost(2)], "p": [cost(3)]}),
                                {"p": "dump | <load> & go"}, "a < b")
        texts = [node.text for node in xml.etree.ElementTree.fromstring(drawn).iter()
                 if node.tag.endswith("text")]
        self.assertIn("dump | <load> & go", texts)
        self.assertIn("3.00 s (x 1.50)", texts)


class Measure(unittest.TestCase):
    def test_a_pipe_counts_the_cpu_and_memory_of_all_its_programs(self):
        with tempfile.TemporaryDirectory() as folder:
            burn = "import sys; x = bytearray(60 << 20); sum(range(3000000)); sys.stdin.read()"
            python = [sys.executable, "-c", burn]
            both = measure.pipe(python, python, log=pathlib.Path(folder) / "log")
        self.assertGreater(both.rss_mib, 120)
        self.assertGreater(both.cpu_s, 0)
        self.assertGreater(both.seconds, 0)

    def test_a_failure_says_what_the_program_said(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(measure.Failed, "no such bench"):
                measure.pipe(["sh", "-c", "echo no such bench >&2; exit 3"],
                             log=pathlib.Path(folder) / "log")


class Place(unittest.TestCase):
    def test_what_a_killed_benchmark_left_is_removed_and_what_a_living_one_has_is_not(self):
        with tempfile.TemporaryDirectory() as parent:
            with unittest.mock.patch.dict("os.environ", {"DATA": parent}):
                dead = pathlib.Path(parent) / (place.PREFIX + "dead")
                dead.mkdir()
                with place.Place(0) as living, place.Place(0) as second:
                    self.assertFalse(dead.exists())
                    self.assertTrue(living.is_dir())
                    self.assertTrue(second.is_dir())
                self.assertEqual(list(pathlib.Path(parent).iterdir()), [])

    def test_it_does_not_begin_where_its_data_has_no_room(self):
        with tempfile.TemporaryDirectory() as parent:
            with unittest.mock.patch.dict("os.environ", {"DATA": parent}):
                with self.assertRaisesRegex(SystemExit, "DATA="):
                    place.Place(1 << 40)


class Data(unittest.TestCase):
    def test_the_floor_builds_the_keys_that_the_tables_have(self):
        for name in copy_data.names():
            whole = copy_data.definition(name)
            bare = copy_data.definition(name, keys=False)
            self.assertIn(f"KEY {copy_data.added_key(name)}", whole)
            self.assertEqual(whole.replace(f",\n  KEY {copy_data.added_key(name)}", ""), bare)

    def test_pages_of_a_listing_have_every_key_once_and_in_order(self):
        seen, after = [], ""
        while True:
            text = listing_server.page({"start-after": after, "max-keys": "70"}, 250)
            keys = [part.partition("</Key>")[0] for part in text.split("<Key>")[1:]]
            seen += keys
            if "<IsTruncated>true" not in text:
                break
            after = keys[-1]
        self.assertEqual(seen, [listing_server.key_of(number) for number in range(250)])

    def test_a_listing_may_begin_between_two_keys(self):
        self.assertIn("<Key>images/0000008.jpeg</Key>",
                      listing_server.page({"start-after": "images/0000007.k"}, 9))


class Run(unittest.TestCase):
    def test_an_unknown_benchmark_is_wrong_usage(self):
        script = pathlib.Path(__file__).resolve().parent / "run"
        done = subprocess.run([script, "swim"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 64)
        self.assertIn("bench/run copy", done.stderr)


if __name__ == "__main__":
    unittest.main()
