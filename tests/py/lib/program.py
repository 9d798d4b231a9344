"""Running cfnfix, and counting what passed."""
import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "golden"
SANITIZER = (b"AddressSanitizer", b"LeakSanitizer", b"runtime error:", b"ThreadSanitizer")
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
    "G_SLICE": "always-malloc"
}


@dataclass
class Run:
    args: list
    code: int
    out: bytes
    err: bytes
    seconds: float

    @property
    def crashed(self):
        return self.code < 0 or self.code > 2 or any(mark in self.err for mark in SANITIZER)

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        args = " ".join(map(str, self.args))[:200]
        return f"{args}: exit {self.code}, stderr {self.err[-300:]!r}"


class Program:

    def __init__(self, path):
        self.path = str(Path(path).resolve())

    def __call__(self, *args, cwd=None, stdin=None, timeout=120, **more):
        """Runs it to its end. A time-out is a crash with the code -9."""
        command = [self.path, *map(str, args)]
        started = time.monotonic()
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        try:
            done = subprocess.run(command,
                                  cwd=cwd,
                                  capture_output=True,
                                  timeout=timeout,
                                  env=os.environ | ENVIRONMENT | more.pop("env", {}),
                                  **given,
                                  **more)
        except subprocess.TimeoutExpired as late:
            return Run(args, -signal.SIGKILL, late.stdout or b"", b"timed out", timeout)
        return Run(args, done.returncode, done.stdout, done.stderr, time.monotonic() - started)


class Tally:
    """Counts, prints what failed, and ends the script."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, good, what, detail=""):
        if good:
            self.passed += 1
            return True
        self.failed += 1
        print(f"FAIL {what}" + (f": {detail}" if detail != "" else ""), flush=True)
        return False

    def equal(self, found, wanted, what):
        return self.check(found == wanted, what, f"{_short(found)} instead of {_short(wanted)}")

    def note(self, text):
        print(f"note {text}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def _short(value):
    text = repr(value)
    return text if len(text) < 300 else text[:200] + " … " + text[-90:]


def arguments(description):
    """The command line that all scripts have. The work folder is made anew and lies outside any
    other repository's reach."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cfnfix", required=True, help="the program")
    parser.add_argument("--work", help="folder for temporary files (default: a new one)")
    return parser


def start(description):
    """Program, work folder and tally of a test script."""
    given = arguments(description).parse_args()
    return Program(given.cfnfix), work_folder(given.work), Tally()


def work_folder(path):
    if path is None:
        return Path(tempfile.mkdtemp(prefix="cfnfix-test-"))
    work = Path(path).resolve()
    work.mkdir(parents=True, exist_ok=True)
    return work


def fresh(folder):
    """An empty FOLDER that is a git repository of its own, so that diffs are relative to it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True, env=os.environ | ENVIRONMENT)
    return folder


SUFFIXES = (".yaml", ".yml", ".json", ".template")


def golden_inputs():
    """(name, path of the input, extra arguments) of each golden case."""
    for path in sorted(GOLDEN.glob("*/*/input.*")):
        case, args = path.parent, path.parent / "args"
        more = shlex.split(args.read_text()) if args.exists() else []
        if "--select" not in more and case.parent.name != "engine":
            more = ["--select", case.parent.name] + more
        yield f"{case.parent.name}/{case.name}", path, more


def golden_outputs():
    """(name, path of the input, path of what it becomes) of each golden case that changes."""
    for after in sorted(GOLDEN.glob("*/*/expected.*")):
        before = after.with_name(f"input{after.suffix}")
        if before.exists():
            yield f"{after.parent.parent.name}/{after.parent.name}", before, after


def put(folder, name, data):
    """Writes a file below FOLDER, and the folders that it is in. NAME is text or bytes; returns its path."""
    path = folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def corpus_folders():
    """The real templates next to the checkout, where they exist."""
    return [
        folder for folder in (ROOT.parent / "shared/corpus", ROOT.parent / "shared/generated")
        if folder.is_dir()
    ]


def run_all(description, tests, place):
    """Runs each test_... among the names TESTS of a module, in a PLACE(program, folder, tally, name)
    of its own. One that stops fails, and the others go on."""
    cfnfix, work, tally = start(description)
    for name, test in list(tests.items()):
        if name.startswith("test_"):
            at = place(cfnfix, fresh(work / name), tally, name[5:])
            try:
                test(at)
            except (ValueError, KeyError, OSError, subprocess.CalledProcessError) as error:
                tally.check(False, f"{name[5:]}: stopped",
                            f"{error!r} {getattr(error, 'stderr', '')!r}")
    tally.end()
