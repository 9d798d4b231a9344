#!/usr/bin/env python3
"""The line on the terminal that tells how far a run is: it never stays, is never mixed with what is
printed, fits the terminal, and nobody else sees it.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from lib import program

FACTOR = float(os.environ.get("CFN_TIME_FACTOR", 1))
LINE = re.compile(r"\d+/(\d+) files(, \d+ findings?)?(, [\d.]+ files/s)?(, [\dhmins ]+ left)?")
# Large enough that a run takes a second or two.
GOOD = "Resources:\n" + "".join(
    f"  A{i}:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n"
    "        - {Key: a, Value: 'b c'}\n" for i in range(50))
BAD = GOOD.replace("b c", "b,c", 1)


class Screen:
    """What a terminal of so many COLUMNS shows: only \\r, \\n and plain text are understood."""

    def __init__(self, columns):
        self.columns, self.lines, self.at, self.faults = columns, [""], 0, []
        self.drawn = 0

    def feed(self, text):
        for part in re.split(r"([\r\n])", text):
            if part == "\r":
                self.at = 0
            elif part == "\n":
                self.lines.append("")
                self.at = 0
            elif part:
                self.put(part)

    def put(self, part):
        line = self.lines[-1].ljust(self.at)
        self.lines[-1] = line[:self.at] + part + line[self.at + len(part):]
        self.at += len(part)
        found = LINE.match(part)
        self.drawn += bool(found)
        if found and len(self.lines[-1]) >= self.columns:
            self.faults.append(f"too long: {part!r}")
        if found and found.group(0) != self.lines[-1].rstrip():
            self.faults.append(f"mixed: {self.lines[-1]!r}")


def start(cfnfix, home, args, columns, err_only):
    """The program on a terminal of its own, in the foreground; and the end of it that is ours."""
    out = os.open(os.devnull, os.O_WRONLY)
    child, ours = pty.fork()
    if child == 0:
        os.chdir(home)
        if err_only:
            os.dup2(out, 1)
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.environ.update(program.ENVIRONMENT | {"TERM": "dumb"})
        os.execv(cfnfix.path, [cfnfix.path, "-j1", *args])
    os.close(out)
    return child, ours


def on_terminal(cfnfix, home, *args, columns=80, err_only=False, stop=None):
    """The screen at the end, and what was written to it. STOP is sent once a line was seen."""
    child, ours = start(cfnfix, home, args, columns, err_only)
    shown, deadline = "", time.monotonic() + 60 * FACTOR
    while time.monotonic() < deadline and select.select([ours], [], [], 20)[0]:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:
            break
        if not part:
            break
        shown += part.decode("utf-8", "replace")
        if stop and LINE.search(shown):
            os.kill(child, stop)
            stop = None
    status = os.waitpid(child, 0)[1]
    os.close(ours)
    screen = Screen(columns)
    screen.feed(shown)
    return screen, shown, status


def left(screen):
    return [line for line in screen.lines if LINE.search(line)]


def check_line(cfnfix, home, tally):
    started = time.monotonic()
    screen, shown, _ = on_terminal(cfnfix, home, "--check", "good")
    seconds = time.monotonic() - started
    tally.check(0 < screen.drawn <= seconds * 10 + 2, "is drawn, ten times a second at most",
                (screen.drawn, seconds, shown[-300:]))
    tally.equal(screen.faults, [], "is never mixed, nor too long")
    tally.equal(left(screen), [], "is erased at the end")
    tally.check("\x1b" not in shown, "needs no escape codes", shown[:200])
    tally.check("templates: nothing to do" in "\n".join(screen.lines), "the summary is there")
    for columns in (12, 30):
        screen, shown, _ = on_terminal(cfnfix, home, "--check", "good", columns=columns)
        tally.equal((screen.faults, left(screen)), ([], []), f"{columns} columns: it fits")
        tally.check(bool(screen.drawn) == (columns > 12), f"{columns} columns: {screen.drawn}")


def check_between(cfnfix, home, tally):
    """The files that have something to tell print what they do without a terminal."""
    for args in (["--check"], []):
        plain = cfnfix(*args, "mixed", cwd=home)
        screen, _, _ = on_terminal(cfnfix, home, *args, "--color", "never", "mixed")
        tally.equal((screen.faults, left(screen)), ([], []), f"{args}: not mixed")
        lines = [line.rstrip() for line in screen.lines if line.strip()]
        wanted = [line.rstrip() for line in (plain.out + plain.err).decode().splitlines()
                  if line.strip()]
        tally.equal(sorted(lines), sorted(wanted), f"{args}: the same is told")
        tally.check(screen.drawn > 0, f"{args}: it is drawn")
    screen, _, _ = on_terminal(cfnfix, home, "mixed", err_only=True)
    tally.check(screen.drawn > 0 and not left(screen), "also when standard output is no terminal")


def check_nowhere(cfnfix, home, tally):
    run = cfnfix("--check", "good", cwd=home)
    tally.check(b"/s" not in run.err and b"\r" not in run.err, "nothing in a pipe", run)
    for args in (["-q", "--check", "good"], ["--format", "json", "good"]):
        screen, _, _ = on_terminal(cfnfix, home, *args)
        tally.equal(screen.drawn, 0, f"{args}: nothing")


def check_stopped(cfnfix, home, tally):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        screen, shown, status = on_terminal(cfnfix, home, "--check", "good", stop=number)
        tally.equal((screen.faults, left(screen)), ([], []), f"{number.name}: it is erased")
        tally.check(status != 0 or "templates" in shown, f"{number.name}: ends", (status, shown))


def main():
    cfnfix, work, tally = program.start(__doc__)
    home = program.fresh(work / "progress")
    for folder, bad in (("good", 0), ("mixed", 97)):
        for i in range(int(6000 / FACTOR)):
            path = home / folder / f"{i % 7}" / f"{i}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(BAD if bad and i % bad == 0 else GOOD)
    (home / "mixed/3/broken.yaml").write_text("Resources: [\n")
    check_line(cfnfix, home, tally)
    check_between(cfnfix, home, tally)
    check_nowhere(cfnfix, home, tally)
    check_stopped(cfnfix, home, tally)
    tally.end()


if __name__ == "__main__":
    main()
