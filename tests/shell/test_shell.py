#!/usr/bin/env python3
"""Shells accept the completion scripts and complete by them; man accepts the manual pages."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HIKKOSHI = os.environ.get("HIKKOSHI", str(ROOT / "build/debug/src/app/hikkoshi"))


def said(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=True, **more).stdout


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.scripts = {}
        for shell in ("bash", "zsh", "fish"):
            path = pathlib.Path(self.folder.name) / shell
            path.write_text(said(HIKKOSHI, "completion", shell))
            self.scripts[shell] = str(path)

    def test_each_shell_takes_its_script(self):
        for shell, path in self.scripts.items():
            done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), shell)

    def bash_offers(self, *words):
        line = " ".join(f"'{word}'" for word in words)
        return said("bash", "--norc", "-c", f"source {self.scripts['bash']}; "
                    f"COMP_WORDS=(hikkoshi {line}); COMP_CWORD={len(words)}; _hikkoshi; "
                    'printf "%s\\n" "${COMPREPLY[@]}"').split()

    def test_bash_completes_commands_options_and_words(self):
        self.assertEqual(self.bash_offers("che"), ["check"])
        self.assertEqual(self.bash_offers("gate", "ap"), ["approve"])
        self.assertEqual(self.bash_offers("--json", "plan", "--mark"), ["--markdown"])
        self.assertEqual(self.bash_offers("explain", "HK01"),
                         [f"HK01{n}" for n in range(10)])
        self.assertEqual(self.bash_offers("-f", "check", "ru"), ["run"])
        self.assertEqual(self.bash_offers("check", "--overl"), ["--overlay"])

    def test_fish_completes_commands_options_and_words(self):
        def offers(line):
            out = said("fish", "--no-config", "-c",
                       f"source {self.scripts['fish']}; complete -C '{line}'",
                       env={**os.environ, "HOME": self.folder.name})
            return [row.split("\t")[0] for row in out.splitlines()]
        self.assertEqual(offers("hikkoshi che"), ["check"])
        self.assertEqual(offers("hikkoshi gate ap"), ["approve"])
        self.assertIn("--markdown", offers("hikkoshi plan --mark"))
        self.assertEqual(offers("hikkoshi completion z"), ["zsh"])

    def test_zsh_loads_its_functions(self):
        out = said("zsh", "-f", "-c", f"autoload -U compinit; compinit -u -D; "
                   f"source {self.scripts['zsh']}; print $+functions[_hikkoshi_gate_approve] "
                   "$_comps[hikkoshi]", env={**os.environ, "HOME": self.folder.name})
        self.assertEqual(out.split(), ["1", "_hikkoshi"])


class Manual(unittest.TestCase):
    def test_man_formats_every_page_without_a_warning(self):
        with tempfile.TemporaryDirectory() as folder:
            said(HIKKOSHI, "man", "--output", folder)
            pages = sorted(pathlib.Path(folder).glob("*.1"))
            self.assertGreaterEqual(len(pages), 20)
            for page in pages:
                done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(page)],
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertEqual((pathlib.Path(folder) / "hikkoshi-gate-approve.1").read_text(),
                             said(HIKKOSHI, "man", "gate-approve"))

    def test_an_unknown_page_is_wrong_usage(self):
        done = subprocess.run([HIKKOSHI, "man", "nothing"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 64)


if __name__ == "__main__":
    sys.exit(unittest.main())
