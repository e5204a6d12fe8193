#!/usr/bin/env python3
"""The schema and the program judge every file of tests/move_files alike.

The schema is held to by an independent validator (python3-jsonschema) on what an independent YAML
reader makes of the file, with the scalars of YAML 1.2, as editors read it. What a schema cannot
say stands in tests/move_files/beyond_schema.txt, file by file, with the reason: there the program
refuses and the schema does not.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "move_files"
HIKKOSHI = os.environ.get("HIKKOSHI", str(ROOT / "build/debug/src/app/hikkoshi"))


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: no merge keys, dates, sexagesimals, `on` and `off`. No key twice."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        words = [word_of(key) for key in keys]
        if len(set(words)) != len(words):
            raise yaml.YAMLError(f"a key stands twice: {words}")
        values = [self.construct_object(value, deep=True) for _, value in node.value]
        return dict(zip(words, values))


def word_of(key):
    """A key as JSON has it: a text."""
    if isinstance(key, (dict, list)) or key is None:
        raise yaml.YAMLError("a key is no plain word")
    return json.dumps(key) if isinstance(key, (bool, int, float)) else key


def mapping(loader, node):
    return loader.construct_mapping(node)


def number(loader, node):
    text = loader.construct_scalar(node)
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    base = {"0o": 8, "0x": 16}.get(text[:2])
    return int(text[2:], base) if base else float(text.replace(".inf", "inf").replace(".nan", "nan"))


Loader.add_constructor("tag:yaml.org,2002:map", mapping)
Loader.add_constructor("tag:yaml.org,2002:int", number)
Loader.add_constructor("tag:yaml.org,2002:float", number)
Loader.add_constructor("tag:yaml.org,2002:bool",
                       lambda loader, node: node.value.lower() == "true")
# What editors make of a tag that they do not know: the text behind it.
Loader.add_constructor("!secret", lambda loader, node: loader.construct_scalar(node))
for name, pattern, first in (
        ("null", r"~|null|Null|NULL|", list("~nN") + [""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         list("-+0123456789."))):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{pattern})$"), first)


def overlaid(base, over):
    """What doc/move-file.md says of overlays."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = overlaid(result.get(key, {}), value) if isinstance(value, dict) else value
    return result


def read(path):
    with open(path, "rb") as file:
        return yaml.load(file.read().decode("utf-8-sig"), Loader)


def overlays_of(path):
    return sorted(path.parent.glob(path.name[:-5] + ".overlay*.yaml"))


class Judges(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        said = subprocess.run([HIKKOSHI, "schema"], capture_output=True, text=True, check=True)
        self.schema = json.loads(said.stdout)
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft7Validator(self.schema)
        self.beyond = {}
        for line in (FILES / "beyond_schema.txt").read_text().splitlines():
            if line and not line.startswith("#"):
                name, reason = line.split(": ", 1)
                self.beyond[name] = reason

    def program_takes(self, path):
        words = [HIKKOSHI, "check", "--json", "-f", str(path)]
        for overlay in overlays_of(path):
            words += ["--overlay", str(overlay)]
        said = subprocess.run(words, capture_output=True, text=True, check=False)
        good = json.loads(said.stdout)["good"]
        self.assertEqual(said.returncode == 65, not good, path)
        return good

    def schema_takes(self, path):
        try:
            value = read(path)
            for overlay in overlays_of(path):
                value = overlaid(value, read(overlay))
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
            return False  # Editors underline this as YAML, before any schema is asked.
        return self.validator.is_valid(value)

    def test_every_file_is_judged_alike(self):
        files = sorted(path for path in FILES.glob("*/*.yaml") if ".overlay" not in path.name)
        self.assertGreaterEqual(len(files), 200)
        unlike, needless = [], []
        for path in files:
            name = str(path.relative_to(FILES))[:-5]
            program, schema = self.program_takes(path), self.schema_takes(path)
            if program != schema and (program or name not in self.beyond):
                unlike.append(f"{name}: the program {program}, the schema {schema}")
            if program == schema and name in self.beyond:
                needless.append(name)
        self.assertEqual(unlike, [])
        self.assertEqual(needless, [], "beyond_schema.txt names what both judge alike")

    def test_only_files_that_are_there_are_beyond_the_schema(self):
        for name in self.beyond:
            self.assertTrue((FILES / (name + ".yaml")).exists(), name)

    def test_the_examples_are_good_for_the_schema(self):
        for path in sorted(ROOT.glob("examples/*/move.yaml")):
            self.assertEqual([error.message for error in self.validator.iter_errors(read(path))],
                             [], path)


if __name__ == "__main__":
    sys.exit(unittest.main())
