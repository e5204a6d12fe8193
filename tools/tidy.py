#!/usr/bin/env python3
"""Style and layering as a test: the budgets and arrows of doc/design.md and CONTRIBUTING.md.

Prints one line a fault, PLACE: WHAT; exit 1 when there is any.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Who may include whom: a folder of src/ and the folders below it (design section 7).
PROVIDERS = {"hosts", "dns", "traffic", "database", "objects", "aws"}
ARROWS = {
    "base": set(),
    "move": {"base"},
    "plan": {"base", "move"},
    "journal": {"base"},
    "engine": {"base", "move", "plan", "journal"},
    "survey": {"base"} | PROVIDERS,
    "steps": {"base", "move", "plan", "engine"} | PROVIDERS,
    "report": {"base", "plan", "journal"},
}
ARROWS |= {provider: {"base"} for provider in PROVIDERS}
ARROWS["objects"] |= {"aws"}  # Drivers that speak to AWS, or as AWS does.
OPEN_TO_PROVIDERS = {"hosts/host.h"}  # The interface that stands a floor below the others.

# `catch`: a step's attempt, main, the HTTP handler, and where a driver translates its library.
CATCH_ALLOWED = {
    "src/base/json.cc",            # nlohmann's parse error
    "src/hosts/ssh_connection.cc",  # a destructor that cannot cancel
    "src/engine/attempt.cc",       # a step's attempt
    "src/engine/engine.cc",
    "src/engine/supervisor.cc",
    "src/database/mariadb/connection.cc",  # no exception may cross libmariadb's C frames
    "src/app/cli/console.cc",      # the failure boundary of main and of the engine's process
    "src/steps/attempt.cc",        # a failure that is a finding
    "src/objects/s3_client.cc",    # no exception may cross libcurl's C frames
    "src/objects/attempt.cc",      # the tries of one object, side by side with others
}
LIMITS = {"function": 70, "source": 600, "header": 250, "methods": 8}
MEDIANS = {"source": 200, "header": 80}
FORTY_SHARE = 0.9
TEST_SHARE = 0.8
WIDTH = 100
BANNED_NAMES = re.compile(r"\b(class|struct)\s+(I[A-Z]\w*|\w*(Impl|Manager|Helper|Utils|Common))\b")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                         cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [name for name in out if (ROOT / name).exists()]


def strip_code(text):
    """The text with comments and literals blanked, line numbers kept."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def functions(code):
    """(first line, last line) of every function body, found by braces."""
    found, stack, line = [], [], 1
    start_of_statement = 0
    for at, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == ";":
            start_of_statement = at + 1
        elif char == "{":
            head = code[start_of_statement:at]
            is_scope = re.search(r"\b(namespace|class|struct|enum|union|extern)\b[^()]*$", head)
            is_body = not is_scope and re.search(r"\)[\s\w:<>&*,{}()-]*$", head)
            inside = any(kind == "function" for kind, _ in stack)
            kind = "function" if is_body and not inside and "=" not in head.split("(")[0] else "other"
            stack.append((kind, line - 0))
            start_of_statement = at + 1
        elif char == "}" and stack:
            kind, first = stack.pop()
            if kind == "function":
                found.append((first, line))
            start_of_statement = at + 1
    return found


def check_layering(name, text, faults):
    parts = pathlib.PurePath(name).parts
    if len(parts) < 3 or parts[0] != "src":
        return
    folder = parts[1]
    allowed = ARROWS.get(folder)
    is_test = name.endswith("_test.cc")
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#include "([^"]+)"', line)
        if not match or "/" not in match.group(1) or allowed is None:
            continue
        target = match.group(1).split("/")[0]
        if target == folder or target in allowed or target not in ARROWS:
            continue
        if folder in PROVIDERS and match.group(1) in OPEN_TO_PROVIDERS:
            continue
        if is_test and target == "base":
            continue
        faults.append(f"{name}:{number}: {folder} must not include {match.group(1)}")


def check_interfaces(name, code, faults):
    for match in re.finditer(r"\b(?:class|struct)\s+(\w+)[^;{]*\{", code):
        depth, at = 1, match.end()
        while depth and at < len(code):
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            at += 1
        methods = len(re.findall(r"=\s*0\s*;", code[match.end():at]))
        if methods > LIMITS["methods"]:
            line = code.count("\n", 0, match.start()) + 1
            faults.append(f"{name}:{line}: {match.group(1)} has {methods} pure virtual methods")


def check_catch(name, code, faults):
    if name in CATCH_ALLOWED or is_test_file(name):
        return
    lines = code.splitlines()
    for number, line in enumerate(lines, 1):
        if not re.search(r"\bcatch\s*\(", line):
            continue
        # A driver may translate its library's own exceptions; catching ours needs a listed place.
        if re.search(r"catch\s*\(\s*((const\s+)?(hikkoshi::)?(Error|std::exception)\b|\.\.\.)", line):
            faults.append(f"{name}:{number}: catch is not allowed here")


def check_lines(name, text, faults):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > WIDTH and "http" not in line and not name.endswith((".md", ".json")):
            faults.append(f"{name}:{number}: {len(line)} columns, at most {WIDTH}")
        if re.search(r"\bTO" r"DO\b|\bFIX" r"ME\b|\bX" r"XX\b", line):
            faults.append(f"{name}:{number}: unfinished work is an issue, not a comment")


def is_test_file(name):
    return (name.endswith(("_test.cc", "_contract.h")) or name.startswith("tests/")
            or "_test_" in name or "/testing/" in name)


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else 0


def check_sources(faults):
    sizes = {"source": [], "header": []}
    lengths = []
    lines = {"test": 0, "source": 0}
    for name in tracked("src/*.cc", "src/*.h", "tests/*.cc", "tests/*.h", "bench/*.cc"):
        text = (ROOT / name).read_text(encoding="utf-8")
        code = strip_code(text)
        count = text.count("\n")
        is_test = is_test_file(name)
        lines["test" if is_test else "source"] += count
        kind = "header" if name.endswith(".h") else "source"
        if not is_test:
            sizes[kind].append(count)
            if count > LIMITS[kind]:
                faults.append(f"{name}: {count} lines, at most {LIMITS[kind]}")
            if BANNED_NAMES.search(code):
                name_found = BANNED_NAMES.search(code).group(0)
                faults.append(f"{name}: {name_found}: see CONTRIBUTING.md on names")
            check_interfaces(name, code, faults)
        elif count > LIMITS["source"]:
            faults.append(f"{name}: {count} lines, at most {LIMITS['source']}")
        for first, last in functions(code):
            length = last - first + 1
            lengths.append(length)
            if length > LIMITS["function"]:
                faults.append(f"{name}:{first}: function of {length} lines, "
                              f"at most {LIMITS['function']}")
        check_layering(name, text, faults)
        check_catch(name, code, faults)
        check_lines(name, text, faults)
    for kind, limit in MEDIANS.items():
        if median(sizes[kind]) > limit:
            faults.append(f"src: the median {kind} has {median(sizes[kind])} lines, at most {limit}")
    short = sum(length < 40 for length in lengths)
    if lengths and short < FORTY_SHARE * len(lengths):
        faults.append(f"src: only {short} of {len(lengths)} functions are under 40 lines")
    scripts = tracked("tests/*.py", "lab/test_*.py", "tests/*.yaml", "tests/*.expected")
    lines["test"] += sum((ROOT / name).read_bytes().count(b"\n") for name in scripts)
    if lines["test"] < TEST_SHARE * lines["source"]:
        faults.append(f"src: {lines['test']} lines of tests for {lines['source']} of source, "
                      f"at least {TEST_SHARE}")
    return lines


def check_scripts(faults):
    for name in tracked("*.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        if text.count("\n") > LIMITS["source"]:
            faults.append(f"{name}: {text.count(chr(10))} lines, at most {LIMITS['source']}")
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > 110:
                faults.append(f"{name}:{number}: {len(line)} columns, at most 110")


def check_packages(faults):
    names = [line for line in (ROOT / "tools/packages.txt").read_text().splitlines() if line]
    packages = [line for line in names if not line.startswith("#")]
    for package in {p for p in packages if packages.count(p) > 1}:
        faults.append(f"tools/packages.txt: {package} stands twice")


def main():
    faults = []
    lines = check_sources(faults)
    check_scripts(faults)
    check_packages(faults)
    for fault in faults:
        print(fault)
    print(f"tidy: {len(faults)} faults; {lines['source']} lines of source, {lines['test']} of tests",
          file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
