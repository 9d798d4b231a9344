"""Running cfnfix under strace: the system calls it makes, and what happens at one of them.

A moment is a system call and which of its calls is meant, counted in each process by itself, as
strace does.
"""
import os
import re
import signal
import subprocess
import time
from collections import Counter

from lib import program

CALL = re.compile(r"(\d+) +(\w+)\((.*)")
# The leak check of the address sanitizer cannot run where another program traces.
ENVIRONMENT = program.ENVIRONMENT | {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0"}


class Traced:
    """CFNFIX with its ARGUMENTS in the folder AT; its log is outside."""

    def __init__(self, cfnfix, at, *arguments):
        self.command = [cfnfix.path, *map(str, arguments)]
        self.at = at
        self.log = at.parent / f"{at.name}.strace"

    def _start(self, *options):
        self.log.unlink(missing_ok=True)
        command = ["strace", "-f", "-qq", "-s", "200", "-o", str(self.log), *options]
        return subprocess.Popen([*command, *self.command],
                                cwd=self.at,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                env=os.environ | ENVIRONMENT)

    def _finish(self, process):
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            return program.Run(self.command, -signal.SIGKILL, b"", b"timed out", 120)
        return program.Run(self.command, process.returncode, out, err, 0)

    def run(self, *options):
        return self._finish(self._start(*options))

    def calls(self):
        """(moment, text of the call) of a run, all of them in their order."""
        self.run()
        seen, found = Counter(), []
        for line in self.log.read_text(errors="replace").splitlines():
            if match := CALL.match(line):
                process, name, rest = match.groups()
                seen[process, name] += 1
                found.append(((name, seen[process, name]), rest))
        return found

    def inject(self, moment, what):
        """A run in which WHAT (of strace's -e inject) happens at MOMENT, and whether it did."""
        name, number = moment
        run = self.run("-e", f"trace={name}", "-e", f"inject={name}:{what}:when={number}")
        log = self.log.read_text(errors="replace")
        return run, "(INJECTED)" in log or "killed by SIGKILL" in log

    def stopped(self, moment, action):
        """A run that stands still right after MOMENT until ACTION is done; None if that never came."""
        name, number = moment
        process = self._start("-e", f"trace={name}", "-e",
                              f"inject={name}:signal=SIGSTOP:when={number}")
        late = time.monotonic() + 30
        while " --- stopped by SIGSTOP ---" not in (text := self._read_log()):
            if time.monotonic() > late or process.poll() is not None:
                process.kill()
                return None
            time.sleep(0.005)
        stopped = re.findall(r"^(\d+) +--- stopped by", text, re.M)
        try:
            action()
        finally:
            for one in stopped:
                os.kill(int(one), signal.SIGCONT)
        return self._finish(process)

    def _read_log(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def from_first(calls, pattern):
    """CALLS from the first on whose name and text match PATTERN."""
    for index, ((name, _), text) in enumerate(calls):
        if re.search(pattern, f"{name}({text}"):
            return calls[index:]
    raise ValueError(f"no system call like {pattern}")
