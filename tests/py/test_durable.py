"""Whatever ends a run, each file is the old one or the new one, and the next run removes what is left.

kill -9 and errors come at every system call between the first look at a template and the end, by
strace's injection; other changes come while a run stands still at one of them.
"""
import os
import shutil
import subprocess
from pathlib import Path

from lib import program
from lib.strace import Traced, from_first

OLD = (program.GOLDEN / "strip-port-80-ingress/basic/input.yaml").read_bytes()
NEW = (program.GOLDEN / "strip-port-80-ingress/basic/expected.yaml").read_bytes()
TEMPORARY = ".cfnfix-temporary-"
# One repair, so that there is less to wait for.
REPAIR = ("-j1", "--select", "strip-port-80-ingress", "--no-config")


class Place:

    def __init__(self, cfnfix, folder, tally, name):
        self.cfnfix, self.folder, self.tally, self.name = cfnfix, folder, tally, name
        self.tree = folder / "tree"

    def fill(self, count=1):
        """The tree anew: COUNT templates. One alone is worked on by the program itself, so that what is
        injected comes once; several by a worker."""
        shutil.rmtree(self.tree, ignore_errors=True)
        for index in range(count):
            path = self.tree / f"{index % 3}" / f"t{index}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(OLD)
        return self.tree

    def traced(self, *arguments):
        return Traced(self.cfnfix, self.tree, *REPAIR, *arguments)

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.name}: {what}", detail)

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.name}: {what}")

    def contents(self):
        """Path below the tree -> bytes of all there is but temporary files, and those."""
        files = {str(p.relative_to(self.tree)): p for p in self.tree.rglob("*") if p.is_file()}
        stale = {name for name in files if TEMPORARY in name}
        return {name: p.read_bytes() for name, p in files.items() if name not in stale}, stale


# The system calls that a file system changes by, and those around them.
CHANGING = ("openat", "flock", "fchown", "fchmod", "write", "fsync", "rename", "link", "unlink",
            "close", "mkdir")


def moments(traced, first=r't0\.yaml'):
    """Where something may happen to a run: each system call from its first look at a template on."""
    return [m for m, _ in from_first(traced.calls(), first) if m[0] != "exit_group"]


def kill_everywhere(at, *arguments, calls=None):
    """kill -9 at each moment of a run with ARGUMENTS (or at those of CALLS); then another run."""
    at.fill()
    before, _ = at.contents()
    traced = at.traced(*arguments)
    places = [moment for moment in moments(traced) if calls is None or moment[0] in calls]
    after, stale = at.contents()
    at.check(not stale and after != before, "a whole run", stale)
    killed, left = 0, 0
    for moment in places:
        at.fill()
        _, happened = traced.inject(moment, "signal=SIGKILL")
        killed += happened
        found, stale = at.contents()
        left += len(stale)
        for name, text in found.items():
            at.check(text in (before.get(name), after.get(name)), f"{name} after kill -9 at {moment}")
        at.check(before.keys() <= found.keys(), f"files lost by kill -9 at {moment}")
        run = at.cfnfix(*REPAIR, *arguments, cwd=at.tree)
        at.equal(run.code, 0, f"exit code of the run after kill -9 at {moment}")
        found, stale = at.contents()
        at.check(not stale, f"kill -9 at {moment}: left by the next run", stale)
        yield moment, found, after
    at.check(killed > 0.9 * len(places), "kill -9 came", f"{killed} of {len(places)}")
    at.check(left > 0, "kill -9 leaves a temporary file somewhere, to be removed by the next run")
    at.tally.note(f"{at.name}: kill -9 at {killed} system calls")


def test_killed_in_place(at):
    for moment, found, after in kill_everywhere(at, "-i", "."):
        at.equal(found, after, f"the tree after kill -9 at {moment} and another run")


def test_killed_output_dir(at):
    for moment, found, after in kill_everywhere(at, "--output-dir", "out", ".", calls=CHANGING):
        at.equal(found, after, f"the tree after kill -9 at {moment} and another run")


def test_killed_others(at):
    arguments = ("-o", "o.yaml", "--patch", "p.patch", "--report", "sarif:r.json", "0/t0.yaml")
    for moment, found, after in kill_everywhere(at, *arguments, calls=CHANGING):
        at.equal(found, after, f"the tree after kill -9 at {moment} and another run")


# What only a worker does, and the program does not.
WORKERS_OWN = ("flock", "fchown", "fchmod", "fsync", "rename")


def test_killed_worker(at):
    """It costs the one file that it had in hand."""
    for name in WORKERS_OWN:
        for number in (1, 2, 3):
            at.fill(3)
            traced = at.traced("-i", ".")
            run, happened = traced.inject((name, number), "signal=SIGKILL")
            what = f"a worker killed at {name} {number}"
            found, stale = at.contents()
            at.check(happened and run.code == 2, what, run)
            at.check(b"ended by signal 9" in run.err, f"{what}: it is told", run)
            at.check(set(found.values()) <= {OLD, NEW}, f"{what}: old or new")
            told = [file for file in found if f"{file}: the process".encode() in run.err]
            at.check(all(file in told for file in found if found[file] == OLD), f"{what}: which one", run)
            at.equal(at.cfnfix(*REPAIR, "-i", ".", cwd=at.tree).code, 0, f"{what}: another run")
            found, stale = at.contents()
            at.check(not stale and set(found.values()) == {NEW}, f"{what}: the tree then", stale)


ERRORS = {
    "openat": ("EIO", "EMFILE", "EINTR"),
    "read": ("EIO", "EINTR"),
    "write": ("ENOSPC", "EIO", "EINTR", "EDQUOT"),
    "fsync": ("ENOSPC", "EIO", "EINTR"),
    "rename": ("ENOSPC", "EIO", "EINTR", "EROFS"),
    "link": ("ENOSPC", "EPERM", "EROFS"),
    "unlink": ("EIO", ),
    "fchmod": ("EPERM", "EIO"),
    "fchown": ("EPERM", ),
    "flock": ("ENOLCK", "EINTR"),
    "close": ("EIO", "EINTR"),
    "mkdir": ("ENOSPC", "EROFS"),
    "newfstatat": ("EIO", ),
}


def fail_everywhere(at, calls, *arguments):
    at.fill()
    before, _ = at.contents()
    traced = at.traced(*arguments)
    # Once it has found all templates.
    places = [m for m in moments(traced, r'openat\(.*t0\.yaml", O_RDONLY') if m[0] in calls]
    after, _ = at.contents()
    happened = 0
    for moment in places:
        for error in ERRORS[moment[0]]:
            at.fill()
            run, came = traced.inject(moment, f"error={error}")
            happened += came
            what = f"{error} of {moment}"
            found, stale = at.contents()
            at.check(not run.crashed, f"{what}: it ends well", run)
            at.check(run.code != 2 or run.err, f"{what}: an error is told")
            for name, text in found.items():
                at.check(text in (before.get(name), after.get(name)), f"{what}: {name}")
            at.check(run.code != 0 or found == after, f"{what}: no error, so all is done", run)
            at.check(not stale or moment[0] == "unlink", f"{what}: nothing is left", stale)
    at.check(happened > 0.9 * len(places), "errors came", f"{happened} of {len(places)}")
    at.tally.note(f"{at.name}: {happened} errors of system calls")


def test_failing_in_place(at):
    fail_everywhere(at, ERRORS, "-i", ".")


def test_failing_output_dir(at):
    fail_everywhere(at, ERRORS.keys() - {"newfstatat", "close"}, "--output-dir", "out", ".")


# ---- While a run stands still ----


def find(traced, pattern):
    """The moment of the first call like PATTERN."""
    return from_first(traced.calls(), pattern)[0][0]


def stop_after(at, pattern, action, *arguments):
    """A run of -i in the tree, where ACTION is done right after the first call like PATTERN."""
    at.fill()
    traced = at.traced(*arguments, "-i", ".")
    moment = find(traced, pattern)
    at.fill()
    run = traced.stopped(moment, action)
    at.check(run is not None, f"the run came to {pattern}")
    return run


READ_AND_DONE = r'access\("[^"]*t0\.yaml", W_OK'  # the last but the temporary file and a last look
MADE = r'openat\(.*temporary-.*O_CREAT'
LOCKED = r'flock\(\d+, LOCK_EX\)'


def run_beside(at, *arguments):
    """Another run in the same tree, to its end: the temporary files before and after it."""
    before = at.contents()[1]
    run = at.cfnfix("-j1", "--no-config", *arguments, "-i", ".", cwd=at.tree)
    at.equal(run.code, 0, "the other run")
    at.equal(len(before), 1, "temporary files before the other run")
    return before, at.contents()[1]


def stop_and_run_beside(at, pattern, *arguments):
    """A run that is stopped after PATTERN while another one runs; what the other found and left."""
    seen = []
    run = stop_after(at, pattern, lambda: seen.extend(run_beside(at, *arguments)))
    found, stale = at.contents()
    at.equal(run.code, 0, f"exit code {run.err}")
    at.check(not stale and set(found.values()) == {NEW}, "the tree", stale)
    return seen


def test_sweep_before_the_lock(at):
    """Another run removes the temporary file that has no lock yet, and repairs the template or not."""
    for other in ("strip-port-80-ingress", "comma-tags"):
        _, after = stop_and_run_beside(at, MADE, "--select", other)
        at.equal(after, set(), "the other run removes it")


def test_no_sweep_behind_the_lock(at):
    for other in ("strip-port-80-ingress", "comma-tags"):
        before, after = stop_and_run_beside(at, LOCKED, "--select", other)
        at.equal(after, before, "the other run leaves it")


def changed_meanwhile(at, action):
    """The run in which ACTION(path of a template) is done between its reading and its writing."""
    return stop_after(at, READ_AND_DONE, lambda: action(at.tree / "0/t0.yaml"))


def test_grown_meanwhile(at):

    def action(path):
        with path.open("ab") as file:
            file.write(b"# more\n")

    run = changed_meanwhile(at, action)
    at.equal(run.code, 0, "exit code")
    at.equal((at.tree / "0/t0.yaml").read_bytes(), NEW + b"# more\n", "both changes")


def test_replaced_meanwhile(at):

    def action(path):
        other = path.with_name("other")
        other.write_bytes(b"# another\n" + OLD)
        other.rename(path)

    run = changed_meanwhile(at, action)
    at.equal(run.code, 0, "exit code")
    at.equal((at.tree / "0/t0.yaml").read_bytes(), b"# another\n" + NEW, "both changes")


def test_repaired_meanwhile(at):
    run = changed_meanwhile(at, lambda path: path.write_bytes(NEW))
    at.equal(run.code, 0, "exit code")
    at.equal((at.tree / "0/t0.yaml").read_bytes(), NEW, "the template")


def test_removed_meanwhile(at):
    run = changed_meanwhile(at, Path.unlink)
    at.equal(run.code, 2, "exit code")
    at.check(b"0/t0.yaml: cannot be" in run.err, "it is told", run)
    found, stale = at.contents()
    at.check(not stale and not found, "nothing is there", found.keys())


def test_written_to_all_the_time(at):
    """Each time cfnfix asks whether it may write, the template has changed."""
    at.fill(1)
    path = at.tree / "0/t0.yaml"
    traced = at.traced("-i", ".")
    stopped = traced._start("-e", "trace=access", "-e", "inject=access:delay_exit=100000")
    while stopped.poll() is None:
        with path.open("ab") as file:
            file.write(b"#\n")
    err = stopped.communicate()[1]
    at.equal(stopped.returncode, 2, "exit code")
    at.check(b"0/t0.yaml: changed since it was read, left alone" in err, "it is told", err)
    at.check(set(path.read_bytes().removeprefix(OLD)) == set(b"#\n"), "it is left alone")


def mounted(at, options, action):
    """ACTION() with the tree on a file system of its own; only root can."""
    at.tree.mkdir(parents=True, exist_ok=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(at.tree)],
                           capture_output=True, check=False)
    if os.geteuid() != 0 or mount.returncode != 0:
        at.tally.note(f"{at.name}: not tried, no file system can be mounted here")
        return
    try:
        action()
    finally:
        subprocess.run(["umount", "-l", str(at.tree)], check=True)


def put(at, count):
    for index in range(count):
        (at.tree / f"t{index}.yaml").write_bytes(OLD)


def test_full_disk(at):

    def action():
        put(at, 3)
        (at.tree / "filler").write_bytes(b"x" * 4096)
        with (at.tree / "rest").open("wb", buffering=0) as rest:
            try:
                while True:
                    rest.write(b"x" * 4096)
            except OSError:
                pass
        run = at.cfnfix(*REPAIR, "-i", ".", cwd=at.tree)
        found, stale = at.contents()
        at.equal(run.code, 2, "exit code")
        at.check(run.err.count(b"No space left on device") == 3, "each is told", run)
        at.check(not stale and [found[f"t{i}.yaml"] for i in range(3)] == [OLD] * 3, "the old ones")
        (at.tree / "rest").unlink()
        at.equal(at.cfnfix(*REPAIR, "-i", ".", cwd=at.tree).code, 0, "with room")
        at.equal(at.contents()[0]["t2.yaml"], NEW, "the new one")

    mounted(at, "size=64k", action)


def test_read_only_in_mid_run(at):

    def remount(how):
        subprocess.run(["mount", "-o", f"remount,{how}", str(at.tree)], check=True)

    def action():
        put(at, 1)
        traced = at.traced("-i", ".")
        moment = find(traced, r'access\("[^"]*t0\.yaml", W_OK')
        put(at, 1)
        run = traced.stopped(moment, lambda: remount("ro"))
        found, stale = at.contents()
        at.check(run is not None and run.code == 2, "exit code", run)
        at.check(run.err.count(b"Read-only file system") + run.err.count(b"read-only") == 1,
                 "it is told", run)
        at.check(not stale and found["t0.yaml"] == OLD, "the tree")
        remount("rw")

    mounted(at, "size=1m", action)


# ---- Runs beside each other, and dry ones ----


def test_two_at_once(at):
    for _ in range(5):
        at.fill(60)
        command = [at.cfnfix.path, "-i", "-j2", *REPAIR[1:], "."]
        runs = [
            subprocess.Popen(command, cwd=at.tree, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        errors = [run.communicate()[1] for run in runs]
        at.equal([run.returncode for run in runs], [0, 0], f"exit codes ({errors})")
        found, stale = at.contents()
        at.check(not stale and len(found) == 60 and set(found.values()) == {NEW}, "the tree", stale)


def test_dry_run_removes_nothing(at):
    at.fill()
    stale = at.tree / "0" / f"{TEMPORARY}aB3xY9"
    for dry in ([], ["--check"], ["--format", "json"]):
        stale.write_text("x")
        at.cfnfix(*REPAIR, *dry, ".", cwd=at.tree)
        at.check(stale.exists(), f"a dry run {dry}")
    at.cfnfix(*REPAIR, "--check", "--patch", "p.patch", ".", cwd=at.tree)
    at.check(stale.exists(), "a run that writes elsewhere")
    at.cfnfix(*REPAIR, "-i", "0/t0.yaml", cwd=at.tree)
    at.check(not stale.exists(), "a run that writes")


def test_temporary_where_no_template_is(at):
    """Its templates are gone since the run that was killed."""
    at.fill()
    folders = [at.tree, at.tree / "gone", at.tree / "gone/deep", at.tree / "mine", at.tree / ".hidden"]
    stale = [folder / f"{TEMPORARY}aB3xY9" for folder in folders]
    others = [at.tree / "gone" / name for name in (f"{TEMPORARY}aB3xY9Z", f"{TEMPORARY}.yml", "x")]
    for path in stale + others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    for arguments in (["--check"], ["--output-dir", "out"]):
        at.cfnfix(*REPAIR, *arguments, ".", cwd=at.tree)
        at.equal([path for path in stale if not path.exists()], [], f"a run that writes elsewhere {arguments}")
    at.cfnfix(*REPAIR, "-i", "--exclude", "mine", ".", cwd=at.tree)
    at.equal([path for path in stale if path.exists()], stale[3:], "what a run has not searched stays")
    at.equal([path for path in others if not path.exists()], [], "what only looks so stays")


def test_temporary_behind_a_link(at):
    """A link's target is what is written, so it is there that something is left."""
    at.fill(2)
    (at.tree / "link.yaml").symlink_to("1/t1.yaml")
    stale = at.tree / "1" / f"{TEMPORARY}aB3xY9"
    stale.write_text("x")
    at.equal(at.cfnfix(*REPAIR, "-i", "link.yaml", cwd=at.tree).code, 0, "exit code")
    at.check(not stale.exists(), "beside the target")


def test_new_files_have_the_mode_of_the_umask(at):
    at.fill()
    for mask in (0o022, 0o077, 0o002):
        shutil.rmtree(at.tree / "out", ignore_errors=True)
        command = [at.cfnfix.path, *REPAIR, "--output-dir", "out", "."]
        subprocess.run(command, cwd=at.tree, check=True, capture_output=True, umask=mask)
        mode = (at.tree / "out/0/t0.yaml").stat().st_mode & 0o7777
        at.equal(oct(mode), oct(0o666 & ~mask), f"with the umask {mask:o}")


if __name__ == "__main__":
    program.run_all(__doc__, globals(), Place)
