#!/usr/bin/env python3
"""Worker processes: what one of them does to itself costs its one file, and being asked to stop loses nothing.

How they are scheduled, and what they may do, tests/unit/cli/test_pool.c and test_confine.c ask.
"""
import os
import signal
import subprocess
import time
from pathlib import Path

from lib import program

SLOW = 30000  # topics: seconds of work, and some hundred MiB


def template(topics, value="a,b"):
    return "Resources:\n" + "".join(
        f"  Topic{i}:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n"
        f"        - Key: a\n          Value: '{value}{i}'\n" for i in range(topics))


def make_tree(home, slow=("b.yaml",)):
    for name in ("a.yaml", "b.yaml", "c.yaml", "d.yaml"):
        (home / name).write_text(template(SLOW if name in slow else 3))


def start(cfnfix, home, *args):
    """As a shell does in a terminal: a group of its own, no signal passed over."""
    return subprocess.Popen([cfnfix.path, *args], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True, env=os.environ | program.ENVIRONMENT)


def workers_of(process):
    """The processes of its workers."""
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    with open(path, encoding="ascii") as children:
        return [int(pid) for pid in children.read().split()]


def busy_worker(process):
    """The worker that works longest so far: by its processor time."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in workers_of(process):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
            except FileNotFoundError:
                continue
            if int(fields[11]) + int(fields[12]) >= 5:  # hundredths of a second
                return pid
        time.sleep(0.01)
    raise AssertionError("no worker works")


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def check_rest(tally, home, label, code, err, reason):
    tally.equal(code, 2, f"{label}: exit 2")
    lines = [line for line in err.splitlines() if line.startswith(b"b.yaml:")]
    tally.check(lines and reason in lines[0], f"{label}: the reason is told", err[-500:])
    tally.equal((home / "b.yaml").read_text(), template(SLOW), f"{label}: its file is as it was")
    for name in ("a.yaml", "c.yaml", "d.yaml"):
        tally.check("a,b" not in (home / name).read_text(), f"{label}: {name} is repaired")
    tally.equal([p.name for p in home.iterdir() if p.name.startswith(".cfnfix")], [],
                f"{label}: no temporary file")


def test_signals(cfnfix, home, tally):
    for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGKILL, signal.SIGFPE, signal.SIGILL,
                   signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGXCPU, signal.SIGSYS):
        make_tree(home)
        process = start(cfnfix, home, "-i", "-j2", ".")
        os.kill(busy_worker(process), number)
        code, _, err = finish(process)
        handled = is_sanitized(cfnfix) and number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE)
        reason = "ended too soon" if handled else f"signal {int(number)} "
        check_rest(tally, home, number.name, code, err, reason.encode())


def test_stopped_worker(cfnfix, home, tally):
    """One that is stopped is not waited for."""
    make_tree(home)
    process = start(cfnfix, home, "-i", "-j2", "--timeout", "3", ".")
    os.kill(busy_worker(process), signal.SIGSTOP)
    code, _, err = finish(process)
    check_rest(tally, home, "SIGSTOP", code, err, b"--timeout")


def test_time(cfnfix, home, tally):
    make_tree(home)
    (home / "b.yaml").write_text(template(10 * SLOW))
    code, _, err = finish(start(cfnfix, home, "-i", "-j2", "--timeout", "1", "--max-size", "1000000000", "."))
    tally.check(code == 2 and b"b.yaml: took longer than --timeout" in err, "a slow file is told", err[-300:])
    (home / "b.yaml").write_text(template(SLOW))


def is_sanitized(cfnfix):
    """Whether it is a build without limits and without lock-in, since sanitizers need both."""
    return b"__asan_init" in Path(cfnfix.path).read_bytes()


def test_memory(cfnfix, home, tally):
    if is_sanitized(cfnfix):
        return tally.note("a sanitizer is there: no limit of memory")
    make_tree(home)
    code, _, err = finish(start(cfnfix, home, "-i", "-j2", "--max-memory", "64", "."))
    return check_rest(tally, home, "memory", code, err, b"--max-memory")


def test_asked_to_stop(cfnfix, home, tally):
    """What is in hand is finished; the rest is as it was; what is told is what was done."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        make_tree(home, ("a.yaml", "b.yaml", "c.yaml", "d.yaml"))
        process = start(cfnfix, home, "-i", "-j2", ".")
        busy_worker(process)
        os.killpg(process.pid, number)  # as Ctrl-C does
        code, out, err = finish(process)
        done = [name for name in ("a.yaml", "b.yaml", "c.yaml", "d.yaml")
                if (home / name).read_text() != template(SLOW)]
        told = [line[6:].decode() for line in out.splitlines() if line.startswith(b"+++ b/")]
        tally.equal(code, 128 + number, f"{number.name}: exit code")
        tally.equal(told, done, f"{number.name}: what was done is told")
        tally.check(0 < len(done) < 4, f"{number.name}: some were done", done)
        tally.check(f"{len(done)} of 4 files".encode() in err, f"{number.name}: it is said", err[-300:])
        tally.check(all("a,b" not in (home / name).read_text() for name in done), f"{number.name}: whole")


def test_twice(cfnfix, home, tally):
    make_tree(home, ("a.yaml", "b.yaml", "c.yaml", "d.yaml"))
    process = start(cfnfix, home, "-i", "-j2", ".")
    busy_worker(process)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    code, _, _ = finish(process)
    tally.check(code in (-signal.SIGTERM, 128 + signal.SIGTERM), "the second one ends it", code)


def test_killed(cfnfix, home, tally):
    """Without the program its workers end, too."""
    make_tree(home, ("a.yaml", "b.yaml", "c.yaml", "d.yaml"))
    process = start(cfnfix, home, "-i", "-j2", ".")
    busy_worker(process)
    workers = workers_of(process)
    process.kill()
    finish(process)  # its pipes are closed only when the last worker has ended
    tally.check(len(workers) == 2, "there were workers", workers)
    for name in ("a.yaml", "b.yaml", "c.yaml", "d.yaml"):
        text = (home / name).read_text()
        tally.check(text == template(SLOW) or "a,b" not in text, f"killed: {name} is old or new")


def test_locked_in(cfnfix, home, tally):
    make_tree(home)
    process = start(cfnfix, home, "--check", "-j2", ".")
    with open(f"/proc/{busy_worker(process)}/status", encoding="ascii") as status:
        facts = dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)
    finish(process)
    tally.equal((facts["NoNewPrivs"], facts["Seccomp"]), ("0", "0") if is_sanitized(cfnfix) else ("1", "2"), "a worker is locked in")


# ---- The first look of --same-account, at which recorder stays ----

RECORDER = "  Recorder:\n    Type: AWS::Config::ConfigurationRecorder\n" \
           "    Properties:\n      RoleARN: arn:aws:iam::123456789012:role/config\n"
ACCOUNT = ("--same-account", "--select", "duplicate-config-recorder")


def make_account(home, topics):
    """Recorders in all four; a.yaml, whose stays if nothing happens, and so many topics in it."""
    for name in ("a.yaml", "b.yaml", "c.yaml", "d.yaml"):
        (home / name).write_text(template(topics if name == "a.yaml" else 3) + RECORDER)


def having_recorder(home):
    return [path.name for path in sorted(home.glob("*.yaml")) if RECORDER in path.read_text()]


def test_account(cfnfix, home, tally):
    """However many workers there are, it comes to the same."""
    told = set()
    for jobs in ("-j1", "-j2", "-j4"):
        make_account(home, 3)
        code, out, err = finish(start(cfnfix, home, "-i", *ACCOUNT, jobs, "."))
        told.add((code, out, err))
        tally.equal(having_recorder(home), ["a.yaml"], f"{jobs}: which one stays")
    tally.equal(len(told), 1, "what is told")


def test_account_killed(cfnfix, home, tally):
    """Nothing is known of the one that its worker had in hand, so one of the others stays."""
    make_account(home, SLOW)
    process = start(cfnfix, home, "-i", *ACCOUNT, "-j2", ".")
    os.kill(busy_worker(process), signal.SIGKILL)
    code, _, err = finish(process)
    tally.equal((code, having_recorder(home)), (0, ["b.yaml"]), "killed in the first look")
    tally.check(b"'Recorder' of b.yaml:" in err and b"stays; 2 other" in err, "it is told", err[-300:])


def test_account_time(cfnfix, home, tally):
    make_account(home, 10 * SLOW)
    code, _, err = finish(start(cfnfix, home, "-i", *ACCOUNT, "-j2", "--timeout", "1", "--max-size", "1000000000", "."))
    tally.equal((code, having_recorder(home)), (2, ["a.yaml", "b.yaml"]), "no time in the first look")
    tally.equal(err.count(b"a.yaml: took longer"), 1, "told once")
    (home / "a.yaml").unlink()


def test_account_asked_to_stop(cfnfix, home, tally):
    """Of half of the account nothing can be said, so nothing is done."""
    for number in (signal.SIGINT, signal.SIGTERM):
        make_account(home, SLOW)
        process = start(cfnfix, home, "-i", *ACCOUNT, "-j2", ".")
        busy_worker(process)
        os.killpg(process.pid, number)
        code, out, err = finish(process)
        tally.equal((code, out), (128 + number, b""), f"{number.name}: in the first look")
        tally.check(b"0 of 4 files" in err and b"stays" not in err and b"no Cloud" not in err, f"{number.name}: it is said", err[-300:])
        tally.equal(len(having_recorder(home)), 4, f"{number.name}: nothing was done")


def main():
    cfnfix, work, tally = program.start(__doc__)
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test(cfnfix, program.fresh(work / name), tally)
    tally.end()


if __name__ == "__main__":
    main()
