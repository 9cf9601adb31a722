# SPDX-License-Identifier: MIT
#
# bench_programs.py: the real programs, their inputs and their sizes.
#
# prepare() writes every generated input into the folder it is given, builds
# cxx_maps where there is a g++, and returns the workloads that this machine can
# run, with one line of reason for each that it cannot.  The sizes give each
# program about 0.3 to 1.5 s with glibc; --quick divides them by four (not z3's).
#
# Only ELF programs are taken: a shell wrapper in PATH (version managers install
# such for python3) would put the time of a shell into every figure.

import os
import re
import subprocess
import sys

SOURCE_FOLDER = os.path.dirname(os.path.abspath(__file__))
WORKLOADS_FOLDER = os.path.join(SOURCE_FOLDER, "workloads")


class Workload:
    def __init__(self, name, command, standard_input=None, environment=None):
        self.name = name
        self.command = command
        self.standard_input = standard_input
        self.environment = environment or {}


def find_program(name):
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    return path
    return None


def fill_in(folder, name, mark, value):
    """A copy of a workload text with its @MARK@ replaced."""
    with open(os.path.join(WORKLOADS_FOLDER, name), encoding="utf-8") as file:
        text = file.read().replace(f"@{mark}@", str(value))
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def generate(folder, kind, count):
    path = os.path.join(folder, "generated." + kind)
    with open(path, "w", encoding="utf-8") as file:
        subprocess.run([sys.executable, os.path.join(WORKLOADS_FOLDER, "generate.py"), kind, str(count)],
                       stdout=file, check=True)
    return path


def build_cxx_maps(folder):
    """Path of the program, or None and the reason."""
    compiler = find_program("g++")
    if compiler is None:
        return None, "no g++ here"
    path = os.path.join(folder, "cxx_maps")
    done = subprocess.run([compiler, "-O2", "-o", path, os.path.join(SOURCE_FOLDER, "cxx_maps.cc"), "-pthread"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None, "g++ could not build it: " + (done.stderr.strip().splitlines() or ["no message"])[0]
    return path, None


def prepare(folder, quick, pattern):
    """The workloads this machine can run, and why the others are left out."""
    divisor = 4 if quick else 1
    script = lambda name: os.path.join(WORKLOADS_FOLDER, name)  # noqa: E731
    recipes = (
        ("sqlite", "sqlite3", lambda program: Workload(
            "sqlite", [program, ":memory:"],
            standard_input=fill_in(folder, "sqlite.sql", "ROWS", 400000 // divisor))),
        ("lua", "lua5.4", lambda program: Workload(
            "lua", [program, script("lua.lua"), str(160000 // divisor)])),
        ("perl", "perl", lambda program: Workload(
            "perl", [program, script("perl.pl"), str(200000 // divisor)],
            environment={"PERL_HASH_SEED": "0"})),
        ("python-malloc", "python3", lambda program: Workload(
            "python-malloc", [program, script("python.py"), str(200000 // divisor)],
            environment={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"})),
        ("jq", "jq", lambda program: Workload(
            "jq", [program, "-f", script("filter.jq"), generate(folder, "json", 60000 // divisor)])),
        ("gcc", "gcc", lambda program: Workload(
            "gcc", [program, "-O1", "-S", "-o", "/dev/null", generate(folder, "c", 120 // divisor)])),
        ("z3", "z3", lambda program: Workload(
            "z3", [program, script("multiply.smt2")])),
    )
    workloads, missing = [], []
    for name, program_name, make in recipes:
        if not re.search(pattern, name):
            continue
        program = find_program(program_name)
        if program is None:
            missing.append(f"program {name}: no {program_name} here")
        else:
            workloads.append(make(program))
    cxx_names = [name for name in ("cxx-maps", "cxx-maps-2-threads") if re.search(pattern, name)]
    if cxx_names:
        program, reason = build_cxx_maps(folder)
        for name in cxx_names:
            if program is None:
                missing.append(f"program {name}: {reason}")
                continue
            threads = "2" if name.endswith("-2-threads") else "1"
            workloads.append(Workload(name, [program, threads, str(3000000 // divisor)]))
    return workloads, missing
