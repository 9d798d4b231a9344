"""--journal: a run that is stopped goes on where it was, nothing is lost, and nothing is done twice."""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import jsonschema

from lib import program
from lib.strace import Traced, from_first

OLD = (program.GOLDEN / "strip-port-80-ingress/basic/input.yaml").read_bytes()
NEW = (program.GOLDEN / "strip-port-80-ingress/basic/expected.yaml").read_bytes()
SCHEMA = json.loads((program.ROOT / "docs/report.schema.json").read_text())
REPAIR = ("--select", "strip-port-80-ingress")
KEYS = {"path", "before", "after", "options", "needsConsent", "cannotFix", "accepted", "notices"}


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Place:

    def __init__(self, cfnfix, folder, tally, name):
        self.cfnfix, self.folder, self.tally, self.name = cfnfix, folder, tally, name
        self.tree, self.journal = folder / "tree", folder / "j.jsonl"

    def fill(self, count):
        """The tree anew: COUNT templates, each with a text of its own; no journal."""
        shutil.rmtree(self.tree, ignore_errors=True)
        self.journal.unlink(missing_ok=True)
        for index in range(count):
            path = self.tree / f"{index % 7}" / f"t{index:03}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(OLD + b"# %d\n" % index)

    def run(self, *arguments, journal="../j.jsonl"):
        return self.cfnfix(*REPAIR, "--journal", journal, *arguments, cwd=self.tree)

    def records(self):
        """All but the first line, which is checked."""
        header, *lines = self.journal.read_bytes().splitlines(keepends=True)
        good = json.loads(header).get("journal") == "cfnfix"
        self.check(good and all(line.endswith(b"\n") for line in lines), "whole lines")
        return [json.loads(line) for line in lines]

    def texts(self, below="."):
        files = [path for path in (self.tree / below).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.tree / below)): path.read_bytes() for path in files}

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.name}: {what}", detail)

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.name}: {what}")

    def done_before(self, run, count, code=0):
        told = f"{count} done before".encode() if count else b""
        good = told in run.err if count else b"done before" not in run.err
        self.check(run.code == code and good, f"{count} done before, exit code {code}", run)


def test_second_run(at):
    at.fill(5)
    at.done_before(at.run("-i", "."), 0)
    first = {record["path"]: record for record in at.records()}
    at.equal(len(first), 5, "records")
    for path, text in at.texts().items():
        record = first[path]
        at.equal((set(record), record["after"]), (KEYS, sha(text)), path)
        at.equal(record["before"], sha(text.replace(NEW, OLD)), f"{path} before")
    at.done_before(at.run("-i", "."), 5)
    (at.tree / "0/t000.yaml").write_bytes(OLD)
    (at.tree / "1/t001.yaml").rename(at.tree / "moved.yaml")
    run = at.run("-i", ".")
    at.done_before(run, 4)
    at.check(b"0/t000.yaml: 1 fixed" in run.err, "what was edited is done", run)
    at.equal(len(at.records()), 6, "records of both runs")


def test_reported(at):
    """The JSON report counts what was done before, and has it as unchanged."""
    at.fill(4)
    for changed, before in ((4, 0), (0, 4), (1, 3)):
        if changed == 1:
            (at.tree / "2/t002.yaml").write_bytes(OLD)
        report = at.run("-i", "--format", "json", ".").json()
        jsonschema.validate(report, SCHEMA)
        summary, states = report["summary"], [file["state"] for file in report["files"]]
        at.equal((summary["files"], summary["changed"], summary["doneBefore"]), (4, changed, before), "the summary")
        at.equal((states.count("changed"), states.count("unchanged")), (changed, before), "the files")


def test_it_does_not_parse_what_is_done(at):
    """A text that no run could read, but that a journal has as done, is passed over."""
    at.fill(1)
    at.run("-i", ".")
    bad = b"Resources: [AWSTemplateFormatVersion"
    (at.tree / "bad.yaml").write_bytes(bad)
    at.equal(at.run("-i", "bad.yaml").code, 2, "exit code")
    at.equal(len(at.records()), 1, "no record of an error")
    with at.journal.open("a") as journal:
        json.dump(at.records()[0] | {"before": sha(bad), "after": sha(bad)}, journal)
        journal.write("\n")
    at.done_before(at.run("-i", "bad.yaml"), 1)


def test_other_options_do_it_again(at):
    at.fill(3)
    at.run("-i", ".")
    others = (["--unsafe-fixes"], ["--profile", "production"], ["--no-ignores"], ["--select", "comma-tags"],
              ["--ignore", "strip-port-80-ingress"], ["--set", "force-destroy.emptier=false"])
    for options in others:
        at.done_before(at.run("-i", *options, "."), 0)
        at.done_before(at.run("-i", *options, "."), 3)
    at.done_before(at.run("-i", "."), 3)
    (at.tree / "1/.cfnfix.yaml").write_text("profile: ephemeral\n")
    at.done_before(at.run("-i", "."), 2)
    at.done_before(at.run("-i", "--jobs", "2", "--color", "always", "--max-size", "100000", "."), 3)


def test_output_dir(at):
    at.fill(3)
    before = at.texts()
    at.done_before(at.run("--output-dir", "out", "."), 0)
    at.done_before(at.run("--output-dir", "out", "."), 3)
    after = at.texts("out")
    (at.tree / "out/0/t000.yaml").unlink()
    (at.tree / "out/1/t001.yaml").write_bytes(b"other")
    at.done_before(at.run("--output-dir", "out", "."), 1)
    at.equal(at.texts("out"), after, "what was written")
    at.equal(at.texts("0") | at.texts("1") | at.texts("2"),
             {Path(path).name: text for path, text in before.items()}, "the inputs")


def test_what_remains(at):
    """The exit code is the same, and reports tell all of it."""
    shutil.copytree(program.GOLDEN / "reports/4", at.tree)
    (at.tree / "input.yaml").with_name("a.yaml").write_bytes((at.tree / "input.yaml").read_bytes())
    command = ("--no-config", "--select", "hardcoded-db-password", "-i", "a.yaml")
    plain = at.run(*command, "--strict")
    at.done_before(plain, 0, code=1)
    again = at.run(*command, "--strict")
    at.done_before(again, 1, code=1)
    at.check(b"1 done before" in again.err, "it is passed over", again)
    reported = at.run(*command, "--strict", "--format", "json")
    findings = reported.json()["files"][0]["findings"]
    at.equal((reported.code, [f["state"] for f in findings]), (1, ["needs-consent"]), "the report")
    at.equal(len(at.records()), 1, "records")


def test_baseline(at):
    """What is accepted is told each time; another baseline is another matter."""
    at.fill(2)
    at.cfnfix(*REPAIR, "--create-baseline", "../b.json", ".", cwd=at.tree)
    (at.tree / "new.yaml").write_bytes(NEW)
    for _ in range(2):
        run = at.run("-i", "--baseline", "../b.json", ".")
        at.check(run.code == 0 and b"2 accepted" in run.err, "accepted", run)
    at.done_before(run, 1)
    (at.folder / "b.json").write_text('{"version": 1, "findings": []}')
    at.done_before(at.run("-i", "--baseline", "../b.json", "."), 0)


# ---- The file itself ----


def test_torn(at):
    """Cut anywhere, it is a journal of all whole lines that it has."""
    at.fill(3)
    at.run("-i", ".")
    whole = at.journal.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for length in [*range(0, ends[0] + 40, 5), *range(ends[0], len(whole), 97), *ends]:
        at.journal.write_bytes(whole[:length])
        at.done_before(at.run("-i", "."), max(0, sum(end <= length for end in ends) - 1))
        at.equal(len(at.records()), 3, f"records after it was cut at {length}")
    at.journal.write_bytes(whole + b"\0" * 100)
    at.done_before(at.run("-i", "."), 3)
    at.equal(at.journal.read_bytes(), whole, "what a power failure can leave is cut off")


def test_refused(at):
    at.fill(1)
    before = at.texts()
    header = '{"journal": "cfnfix", "version": 1}\n'
    for text, told in (
        ("a template\n", "is no journal"),
        ("a template", "is no journal"),
        ('{"journal": "other"}\n', "is no journal"),
        ("[]\n", "is no journal"),
        ("{}\n", "is no journal"),
        ('{"journal": "cfnfix", "version": 2}\n', ":1:1: version must be 1"),
        (header + "{}\n", ":2:1: is no record"),
        (header + "\n", ":2:1: is no record"),
        (header + '{"path": "a", "before": "00"}\n', ":2:1: is no record"),
    ):
        at.journal.write_text(text)
        run = at.run("-i", ".")
        at.check(run.code == 2 and told.encode() in run.err, f"refused: {text!r}", run)
        at.equal(at.journal.read_text(), text, "it is left as it is")
    at.equal(at.texts(), before, "nothing is repaired")
    os.mkfifo(at.folder / "pipe")
    for journal, told in (("../pipe", "is no regular file"), ("..", "cannot be opened: Is a directory"),
                          ("../none/j", "cannot be opened"), ("0/t000.yaml", "is an input itself"),
                          ("-", "is a file, not '-'")):
        run = at.run("-i", ".", journal=journal)
        at.check(run.code == 2 and told.encode() in run.err, journal, run)
    for arguments in (["."], ["--check", "."], ["-o", "o.yaml", "0/t000.yaml"],
                      ["-i", "-o", "o.yaml", "0/t000.yaml"], ["--staged", "."]):
        run = at.run(*arguments)
        at.check(run.code == 2 and b"--journal is for -i and --output-dir" in run.err, arguments, run)


def test_hostile_names(at):
    at.tree.mkdir()
    name = b"new\nline \x1b[31m\xff\".yaml"
    Path(os.fsdecode(os.fsencode(at.tree) + b"/" + name)).write_bytes(OLD)
    at.run("-i", ".")
    at.equal(len(at.records()), 1, "one line")
    at.check(b"\x1b" not in at.journal.read_bytes(), "no escape codes")
    at.done_before(at.run("-i", "."), 1)


def test_full_disk(at):
    """A journal that cannot grow is told, the templates are repaired, and it still is one."""
    at.fill(8)
    at.run("-i", "0/t000.yaml")
    run = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "-", at.cfnfix.path, *REPAIR,
                          "-i", "--journal", "../j.jsonl", "--jobs", "1", "."],
                         cwd=at.tree, capture_output=True, check=False)
    at.equal(run.returncode, 2, "exit code")
    at.check(b"j.jsonl: cannot be written: File too large" in run.stderr, "it is told", run.stderr)
    count = len(at.records())
    at.check(0 < count < 8, "some are recorded", count)
    at.done_before(at.run("-i", "."), count)


# ---- Ends of all kinds ----


def test_killed_at_every_call(at):
    """The journal grows by whole lines, whatever system call was the last one."""
    at.fill(1)
    traced = Traced(at.cfnfix, at.tree, *REPAIR, "-j1", "-i", "--journal", "../j.jsonl", ".")
    places = [m for m, _ in from_first(traced.calls(), r"openat\(.*j\.jsonl") if m[0] in (
        "openat", "flock", "write", "fsync", "ftruncate", "rename", "close", "read")]
    after = at.texts()
    killed = 0
    for moment in places:
        at.fill(1)
        killed += traced.inject(moment, "signal=SIGKILL")[1]
        run = at.run("-i", ".")
        at.equal(run.code, 0, f"exit code after kill -9 at {moment}: {run.err}")
        at.equal(at.texts(), after, f"the tree after kill -9 at {moment}")
        at.equal(sorted(record["path"] for record in at.records()), sorted(after), "the records")
    at.check(killed > 0.9 * len(places), "kill -9 came", f"{killed} of {len(places)}")
    at.tally.note(f"kill -9 at {killed} system calls")


def test_two_at_once(at):
    """The second one is refused while the first one stands still."""
    at.fill(1)
    traced = Traced(at.cfnfix, at.tree, *REPAIR, "-j1", "-i", "--journal", "../j.jsonl", ".")
    moment = from_first(traced.calls(), r"openat\(.*t000\.yaml")[0][0]
    at.fill(1)
    seen = []
    run = traced.stopped(moment, lambda: seen.append(at.run("-i", ".")))
    at.check(run is not None and run.code == 0, "the first", run)
    at.check(seen[0].code == 2 and b"j.jsonl: another run is using this journal" in seen[0].err,
             "the second", seen[0])


def count_records(journal):
    """Whole lines but the first."""
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


# Results wait for their turn to be told, and recorded: so many for each worker (cli/pool.c).
IN_FLIGHT = 2 * 64


def stop_and_resume(at, stop, moments, count):
    """Runs until one ends by itself, each of the others stopped by STOP after one of MOMENTS."""
    command = [at.cfnfix.path, *REPAIR, "-q", "-j2", "-i", "--journal", "../j.jsonl", "."]
    stopped = 0
    for moment in moments:
        process = subprocess.Popen(command, cwd=at.tree, start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(moment)
        if process.poll() is None:
            os.killpg(process.pid, stop)
            stopped += 1
        err = process.communicate()[1]
        at.check(not err or err.startswith(b"cfnfix: stopped"), "nothing else is told", err)
        repaired = sum(NEW in text for text in at.texts().values())
        recorded = count_records(at.journal)
        at.check(recorded <= repaired <= recorded + IN_FLIGHT, "only files in flight are not recorded",
                 f"{recorded} of {repaired}")
        if recorded == count:
            break
    return stopped


def test_stop_and_resume(at):
    """At 50 random moments: so many files that no run comes to its end, half of them killed."""
    seed = 20260727
    rng = random.Random(seed)
    count, stops = 300, 0
    at.fill(count)
    started = time.monotonic()
    at.equal(at.cfnfix(*REPAIR, "-q", "-j2", "-i", ".", cwd=at.tree).code, 0, "a whole run")
    whole, wanted = time.monotonic() - started, at.texts()
    while stops < 50:
        at.fill(count)
        for stop in (signal.SIGKILL, signal.SIGTERM) * 5:
            stops += stop_and_resume(at, stop, [rng.uniform(0, 0.4 * whole)], count)
        recorded = count_records(at.journal)
        at.done_before(at.run("-j2", "-i", "."), recorded)
        at.equal(at.texts(), wanted, "the tree")
        records = at.records()
        at.equal(sorted(r["path"] for r in records), sorted(wanted), "each is recorded once")
        at.equal({r["path"]: r["after"] for r in records},
                 {path: sha(text) for path, text in wanted.items()}, "what is recorded")
        at.done_before(at.run("-i", "."), count)
    at.tally.note(f"stopped {stops} times, seed {seed}")


if __name__ == "__main__":
    program.run_all(__doc__, globals(), Place)
