#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# bench.py: measures libhakmem beside glibc and the allocators installed here.
#
# Everything runs in rounds, and within a round every allocator has its turn at a
# test before the next test comes: a machine that gets busy for a minute then
# disturbs all of them alike.  The order turns by one each round.  What is printed
# is the median; the raw samples are in bench.json.
#
# Before anything is timed, each library has to prove that a child maps it and
# that the child's malloc is bound to it.  Without that a wrong path or a symbol
# version that does not match would give a fine table of glibc against glibc.
# Python's standard library only.

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

# Before the siblings are imported: the source folder may be read-only (distcheck).
sys.dont_write_bytecode = True

import bench_programs  # noqa: E402
import bench_report  # noqa: E402

SECTIONS = ("micro", "threads", "exec", "idle", "programs")
PEERS = (  # name, soname, Debian package
    ("mimalloc", "libmimalloc.so.2", "libmimalloc2.0"),
    ("jemalloc", "libjemalloc.so.2", "libjemalloc2"),
    ("tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
)
EXEC_COMMANDS = (("true",), ("ls", "/"), ("bash", "-c", ":"), ("perl", "-e", "1"))
IDLE_COMMANDS = (("cat",), ("bash", "-c", 'read line; echo "$line"; read line'))
COMMAND_LIMIT_S = 600
# Variables that change how an allocator behaves: reported, never removed.
TUNING_PREFIXES = ("MALLOC_", "MIMALLOC_", "TCMALLOC_", "HAKMEM_", "GLIBC_TUNABLES")
FIELD_PATTERN = re.compile(r"(\w[\w.]*)=(\S+)")


def die(message):
    print(f"bench.py: {message}", file=sys.stderr)
    sys.exit(2)


def note(message):
    print(f"bench.py: {message}", file=sys.stderr, flush=True)


def output_of(command):
    """Standard output, or "" where the command is missing or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def find_peer(soname, package):
    """ld.so's own list first; dpkg knows a library that ldconfig has not seen yet."""
    ldconfig = shutil.which("ldconfig", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
    if ldconfig:
        wanted = "x86-64" if platform.machine() == "x86_64" else ""
        for line in output_of([ldconfig, "-p"]).splitlines():
            if line.split(" ")[0].strip() == soname and wanted in line:
                return line.split("=>")[1].strip()
    for line in output_of(["dpkg", "-L", package]).splitlines():
        if os.path.basename(line) == soname:
            return line
    return None


def find_allocators(arguments):
    """glibc first: every ratio is against the first column."""
    found = [("glibc", "")]
    if arguments.library:
        found.append(("hakmem", os.path.abspath(arguments.library)))
    else:
        note("no --library given: measuring glibc and the peers only")
    skipped = []
    for name, soname, package in PEERS if arguments.peers else ():
        path = find_peer(soname, package)
        if path:
            found.append((name, path))
        else:
            skipped.append(f"{name}: package {package} is not installed")
    for pair in arguments.extra:
        name, equals, path = pair.partition("=")
        if not equals or not path or not re.fullmatch(r"[\w.+-]+", name):
            die(f"expected NAME=LIBRARY, got {pair!r}")
        if name in [taken for taken, _ in found]:
            die(f"two allocators are called {name!r}")
        found.append((name, os.path.abspath(path)))
    return found, skipped


def preload_problem(path, micro):
    """One line that says why this library does not serve a child's malloc, or None."""
    if not os.path.isfile(path):
        return f"no such file: {path}"
    if re.search(r"[\s:]", path):
        return f"LD_PRELOAD cannot name a path with a blank or a colon: {path}"
    environment = dict(os.environ, LD_PRELOAD=path)
    cat = shutil.which("cat")
    child = subprocess.run([cat, "/proc/self/maps"], env=environment, capture_output=True,
                           text=True, check=False)
    if child.returncode != 0:
        return f"a child with {path} preloaded ends with {child.returncode}"
    if os.path.realpath(path) not in child.stdout:
        reason = (child.stderr.strip().splitlines() or ["no message from ld.so"])[0]
        return f"{path} is not mapped in a child ({reason})"
    # Mapped is not enough: malloc under a symbol version of its own is silently
    # passed over, and the program goes on with libc's.
    environment.update(LD_DEBUG="bindings", LD_BIND_NOW="1")
    child = subprocess.run([micro, "--list"], env=environment, capture_output=True,
                           text=True, check=False)
    for line in child.stderr.splitlines():
        bound = re.search(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol `malloc'", line)
        if bound and os.path.basename(bound[1]) == os.path.basename(micro):
            if os.path.realpath(bound[2]) == os.path.realpath(path):
                return None
            return f"{path} is mapped, but malloc of a child is bound to {bound[2]}"
    return f"cannot tell which malloc a child uses under {path}"


def parse_fields(line):
    """NAME=VALUE fields of one line of our C programs; numbers as float, "-" as None."""
    fields = {}
    for name, value in FIELD_PATTERN.findall(line):
        if value == "-":
            fields[name] = None
            continue
        try:
            fields[name] = float(value)
        except ValueError:
            fields[name] = value
    return fields


class Bench:
    """Samples of all sections: results[section][test][allocator][metric] = [values]."""

    def __init__(self, arguments, allocators, programs_folder):
        self.arguments = arguments
        self.allocators = allocators
        self.micro = os.path.join(arguments.binary_dir, "micro")
        self.exec_cost = os.path.join(arguments.binary_dir, "exec_cost")
        self.programs_folder = programs_folder
        self.results = {}
        self.failures = []
        self.skipped = []

    def turn_order(self, round_number):
        shift = round_number % len(self.allocators)
        return self.allocators[shift:] + self.allocators[:shift]

    def fail(self, what, reason):
        message = f"{what}: {reason}"
        if message not in self.failures:
            self.failures.append(message)
            note(f"FAILED {message}")

    def add(self, section, test, allocator, fields):
        place = self.results.setdefault(section, {}).setdefault(test, {}).setdefault(allocator, {})
        for metric, value in fields.items():
            if isinstance(value, float):
                place.setdefault(metric, []).append(value)

    def call(self, command, what, environment=None):
        """Standard output, or None after having noted the failure."""
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True,
                                  timeout=COMMAND_LIMIT_S, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            self.fail(what, f"did not end within {COMMAND_LIMIT_S} s")
            return None
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            self.fail(what, f"ended with {done.returncode} ({last})")
            return None
        return done.stdout

    def micro_tests(self, group):
        tests = []
        for line in output_of([self.micro, "--list"]).splitlines():
            name, its_group, operations, quick_operations = line.split()
            if its_group == group and re.search(self.arguments.match, name):
                tests.append((name, quick_operations if self.arguments.quick else operations))
        return tests

    def micro_section(self, group, round_number):
        for test, operations in self.micro_tests(group):
            for name, path in self.turn_order(round_number):
                environment = dict(os.environ)
                environment.pop("LD_PRELOAD", None)
                if path:
                    environment["LD_PRELOAD"] = path
                text = self.call([self.micro, test, operations], f"{test} with {name}", environment)
                if text:
                    self.add(group, test, name, parse_fields(text))

    def process_section(self, mode, commands, rounds):
        """exec_cost takes the turns itself, so this section is one call a command."""
        pairs = [f"{name}={path}" for name, path in self.allocators]
        for command in commands:
            test = command[0] if mode == "idle" else " ".join(command)
            program = bench_programs.find_program(command[0])
            if program is None:
                self.skipped.append(f"{mode} {test}: no {command[0]} here")
                continue
            text = self.call([self.exec_cost, mode, str(rounds), *pairs, "--", program,
                              *command[1:]], f"{mode} {test}")
            for line in (text or "").splitlines():
                fields = parse_fields(line)
                self.add(mode, test, fields["allocator"], fields)

    def programs_section(self, workloads, round_number):
        for workload in workloads:
            for name, path in self.turn_order(round_number):
                command = [self.exec_cost, "run"]
                if workload.standard_input:
                    command += ["--stdin", workload.standard_input]
                command += [f"{name}={path}", "--", *workload.command]
                environment = dict(os.environ, **workload.environment)
                text = self.call(command, f"{workload.name} with {name}", environment)
                if not text:
                    continue
                fields = parse_fields(text)
                if fields["status"] != 0:
                    self.fail(f"{workload.name} with {name}", f"ended with {fields['status']:.0f}")
                    continue
                fields["cpu_us"] = fields["user_us"] + fields["sys_us"]
                self.add("programs", workload.name, name, fields)

    def run(self):
        only, rounds = self.arguments.only, self.arguments.rounds
        workloads = []
        if "programs" in only:
            workloads, missing = bench_programs.prepare(
                self.programs_folder, self.arguments.quick, self.arguments.match)
            self.skipped += missing
        for round_number in range(rounds):
            note(f"round {round_number + 1} of {rounds}")
            # Not counted: after the pause of the previous section the clock of the
            # processor has to come up, and the first test would pay for it.
            self.call([self.micro, "replace-8192"], "warm-up")
            for group in ("micro", "threads"):
                if group in only:
                    self.micro_section(group, round_number)
            self.programs_section(workloads, round_number)
        if "exec" in only:
            self.process_section("exec", EXEC_COMMANDS, 10 if self.arguments.quick else 60)
        if "idle" in only:
            self.process_section("idle", IDLE_COMMANDS, 3 if self.arguments.quick else 7)


def describe_machine():
    model = re.search(r"^model name\s*:\s*(.*)$",
                      open("/proc/cpuinfo", encoding="utf-8").read(), re.MULTILINE)
    huge_pages = "unknown"
    if os.path.exists("/sys/kernel/mm/transparent_hugepage/enabled"):
        text = open("/sys/kernel/mm/transparent_hugepage/enabled", encoding="utf-8").read()
        huge_pages = re.search(r"\[(\w+)\]", text)[1]
    return {
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "processor": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "transparent_huge_pages": huge_pages,
        "load_at_start": round(os.getloadavg()[0], 2),
        "tuning_variables": sorted(f"{name}={value}" for name, value in os.environ.items()
                                   if name.startswith(TUNING_PREFIXES)),
    }


def read_arguments():
    parser = argparse.ArgumentParser(description="Measure libhakmem beside other allocators.")
    parser.add_argument("extra", nargs="*", metavar="NAME=LIBRARY", help="one more allocator")
    parser.add_argument("--library", help="path of libhakmem.so")
    parser.add_argument("--binary-dir", default=".", help="folder of micro and exec_cost")
    parser.add_argument("--output", help="folder for bench.md, bench.json, bench.svg")
    parser.add_argument("--rounds", type=int, help="default 5, with --quick 2")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and operations: about half a minute")
    parser.add_argument("--only", help="comma list of " + ", ".join(SECTIONS))
    parser.add_argument("--match", default="", help="regular expression on micro test and program names")
    parser.add_argument("--no-peers", dest="peers", action="store_false",
                        help="leave the installed peers out")
    arguments = parser.parse_args()
    arguments.only = arguments.only.split(",") if arguments.only else list(SECTIONS)
    for section in arguments.only:
        if section not in SECTIONS:
            die(f"--only knows {', '.join(SECTIONS)}, not {section!r}")
    arguments.rounds = arguments.rounds or (2 if arguments.quick else 5)
    arguments.binary_dir = os.path.abspath(arguments.binary_dir)
    for program in ("micro", "exec_cost"):
        if not os.access(os.path.join(arguments.binary_dir, program), os.X_OK):
            die(f"no {program} in {arguments.binary_dir}; build it first (README.md)")
    return arguments


def main():
    arguments = read_arguments()
    # A preload of the caller would sit in front of ours, and in every helper.
    if os.environ.pop("LD_PRELOAD", None):
        note("LD_PRELOAD was set; it is ignored")
    found, skipped = find_allocators(arguments)
    peer_names = [name for name, _, _ in PEERS]
    allocators = []
    for name, path in found:
        problem = preload_problem(path, os.path.join(arguments.binary_dir, "micro")) if path else None
        if problem and name in peer_names:
            skipped.append(f"{name}: {problem}")
        elif problem:
            die(f"{name}: {problem}")
        else:
            allocators.append((name, path))
    with tempfile.TemporaryDirectory(prefix="hakmem-bench-") as folder:
        machine = describe_machine()
        bench = Bench(arguments, allocators, folder)
        bench.skipped += skipped
        bench.run()
    document = {
        "machine": machine,
        "rounds": arguments.rounds,
        "quick": arguments.quick,
        "allocators": [{"name": name, "library": os.path.basename(os.path.realpath(path)) if path else ""}
                       for name, path in allocators],
        "skipped": bench.skipped,
        "failures": bench.failures,
        "results": bench.results,
    }
    report = bench_report.markdown(document)
    if arguments.output:
        os.makedirs(arguments.output, exist_ok=True)
        for name, text in (("bench.md", report), ("bench.json", json.dumps(document, indent=1)),
                           ("bench.svg", bench_report.svg(document))):
            with open(os.path.join(arguments.output, name), "w", encoding="utf-8") as file:
                file.write(text + "\n")
    print(report)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
