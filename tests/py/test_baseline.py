#!/usr/bin/env python3
"""Baselines: what is accepted stays as it is, what is new is repaired, and the file is hard to break.

For the templates of golden/ and of ../shared, too: with a baseline of all that is found, nothing is
told and nothing changes, also when all lines have moved.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import jsonschema

from lib import program

SCHEMA = json.loads((program.ROOT / "docs/baseline.schema.json").read_text())
REPORT_SCHEMA = json.loads((program.ROOT / "docs/report.schema.json").read_text())

TOPIC = """  {name}:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
{tags}"""
KEPT = """  Kept:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
"""
BUCKET = """  Bucket:
    Type: AWS::S3::Bucket
"""


def tag(value, key="a"):
    return f"        - Key: {key}\n          Value: {value}\n"


def topic(name, *values):
    return TOPIC.format(name=name, tags="".join(tag(v, f"k{i}") for i, v in enumerate(values)))


def template(*resources):
    return ("Resources:\n" + "".join(resources)).encode()


OLD = template(topic("One", "a,b"), KEPT, BUCKET)


class Place:
    """A fresh repository for one test, and the program in it."""

    def __init__(self, cfnfix, home, tally, label):
        self.cfnfix, self.home, self.tally, self.label = cfnfix, home, tally, label

    def put(self, name, data):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def read(self, name):
        return (self.home / name).read_bytes()

    def run(self, *args, code=None, cwd=None, **more):
        run = self.cfnfix(*args, cwd=self.home / (cwd or "."), **more)
        label = f"{self.label}: cfnfix {' '.join(map(str, args))}"
        self.tally.check(not run.crashed, f"{label}: no crash", run)
        if code is not None:
            self.tally.check(run.code == code, f"{label}: exit {code}", run)
        return run

    def create(self, *inputs, **more):
        return self.run("--create-baseline", "base.json", *inputs, code=0, **more)

    def report(self, *args, **more):
        """The JSON report of a run with the baseline."""
        run = self.run("--format", "json", "--baseline", "base.json", *args, **more)
        report = run.json()
        jsonschema.validate(report, REPORT_SCHEMA)
        return report

    def told(self, *args, **more):
        """(id, logical id, state) of all that is told with the baseline."""
        return [(f["id"], f["logicalId"], f["state"]) for file in self.report(*args, **more)["files"]
                for f in file["findings"]]

    def quiet(self, what, *args, **more):
        """With the baseline nothing is told, and -i and --strict find nothing to do."""
        self.check(self.told(*args, **more) == [], f"{what}: nothing is told",
                   self.told(*args, **more))
        run = self.run("--baseline", "base.json", "--strict", *args, code=0, **more)
        self.check(run.out == b"", f"{what}: no diff", run.out)

    def entries(self, name="base.json"):
        return json.loads(self.read(name))["findings"]

    def check(self, good, what, detail=""):
        return self.tally.check(good, f"{self.label}: {what}", detail)

    def equal(self, found, wanted, what):
        return self.tally.equal(found, wanted, f"{self.label}: {what}")


# ---- Making one ----


def test_create(at):
    at.put("t/a.yaml", OLD)
    run = at.create("t")
    at.check(run.out == b"" and b"base.json: 3 findings" in run.err, "tells how many", run)
    at.equal(at.read("t/a.yaml"), OLD, "repairs nothing")
    jsonschema.validate(json.loads(at.read("base.json")), SCHEMA)
    at.equal(sorted((e["id"], e["path"], e["logicalId"]) for e in at.entries()),
             [("comma-tags", "t/a.yaml", "One"), ("force-destroy", "t/a.yaml", "Bucket"),
              ("force-destroy", "t/a.yaml", "Kept")], "has all states")
    at.equal(len(at.read("base.json").splitlines()), 5, "has a line for each finding")
    keys = [(e["path"], e["fingerprint"]) for e in at.entries()]
    at.equal(keys, sorted(keys), "is sorted")
    first = at.read("base.json")
    at.create("t")
    at.equal(at.read("base.json"), first, "is the same when made again")
    at.run("--create-baseline", "base.json", ".", code=0)
    at.equal(at.read("base.json"), first, "does not look at itself")
    report = json.loads(at.run("--format", "json", "t").out)["files"][0]
    at.equal(sorted(f["fingerprint"] for f in report["findings"]),
             sorted(e["fingerprint"] for e in at.entries()), "has the report's fingerprints")
    at.quiet("at once", "t")
    at.check(at.create("t", "-q").err == b"", "-q is quiet")


def test_create_with_errors(at):
    at.put("t/a.yaml", OLD)
    at.put("t/b.yaml", b"Resources: [\n")
    run = at.run("--create-baseline", "base.json", "t", code=2)
    at.check(b"t/b.yaml:" in run.err, "the error is told", run)
    at.equal(len(at.entries()), 3, "the others are in it")


def test_create_over(at):
    at.put("a.yaml", OLD)
    others = {"a.yaml": OLD, "notes.txt": b"mine\n", "x.json": b'{"version": 1, "files": []}\n',
              "y.json": b"[]", "half.json": b'{"version": 1, "findings": ['}
    for name, data in others.items():
        at.put(name, data)
        run = at.run("--create-baseline", name, "a.yaml", code=2)
        at.equal(at.read(name), data, f"{name} is not replaced")
        at.check(run.err.startswith(name.encode() + b":") or name == "a.yaml", "and told", run)
    at.put("empty.json", b"")
    at.run("--create-baseline", "empty.json", "a.yaml", code=0)
    at.equal(len(at.entries("empty.json")), 3, "an empty file is")
    (at.home / "link.json").symlink_to("empty.json")
    at.put("a.yaml", template(BUCKET))
    at.run("--create-baseline", "link.json", "a.yaml", code=0)
    at.check((at.home / "link.json").is_symlink(), "a link stays one")
    at.equal(len(at.entries("empty.json")), 1, "and its target is replaced")
    at.run("--create-baseline", "no/such/folder.json", "a.yaml", code=2)
    at.run("--create-baseline", "empty.json", "--report", "json:empty.json", "a.yaml", code=2)


def test_sense(at):
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    before = at.read("base.json")
    for option in ("--create-baseline", "--prune-baseline"):
        for more in (["-i"], ["-o", "x"], ["--output-dir", "d"], ["--patch", "p"], ["--check"],
                     ["--baseline", "base.json"]):
            at.run(option, "base.json", *more, "a.yaml", code=2)
        at.run(option, "-", "a.yaml", code=2)
    at.run("--baseline", "-", "a.yaml", code=2)
    at.run("--baseline", "base.json", "--report", "json:base.json", "a.yaml", code=2)
    at.equal((at.read("base.json"), at.read("a.yaml")), (before, OLD), "nothing was written")


# ---- What stays accepted ----


def test_moved(at):
    at.put("a.yaml", template(topic("One", "a,b", "fine", "c,d"), KEPT, BUCKET))
    at.create("a.yaml")
    moved = template(BUCKET, KEPT, topic("One", "c,d", "a,b", "fine"))
    for what, data in (("reordered", moved),
                       ("comments", re.sub(rb"^", b"# x\n\n", moved, flags=re.M)),
                       ("CR LF", moved.replace(b"\n", b"\r\n")),
                       ("in front of it", moved.replace(b"Resources:", b"Description: |\n  x\n\nResources:"))):
        at.put("a.yaml", data)
        at.quiet(what, "a.yaml")
        at.run("-i", "--baseline", "base.json", "a.yaml", code=0)
        at.equal(at.read("a.yaml"), data, f"{what}: -i changes nothing")


def test_json(at):
    at.put("a.template", OLD)
    at.create("a.template")
    fault = [{"Key": "a", "Value": "a,b"}]
    same = {"Resources": {
        "One": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": fault}},
        "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain",
                 "UpdateReplacePolicy": "Retain"},
        "Bucket": {"Type": "AWS::S3::Bucket"}}}
    at.put("a.template", json.dumps(same, indent=1))
    at.quiet("as JSON", "a.template")


def test_new_fault(at):
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    new = template(topic("One", "a,b"), topic("Two", "c,d"), KEPT, BUCKET)
    fixed = new.replace(b"c,d", b"c-d")
    at.put("a.yaml", new)
    at.equal(at.told("a.yaml", code=1), [("comma-tags", "Two", "fixed")], "only it is told")
    report = at.report("a.yaml")
    at.equal((report["files"][0]["accepted"], report["summary"]["accepted"]), (3, 3), "accepted")
    run = at.run("-i", "--baseline", "base.json", "a.yaml", code=0)
    at.check(b"3 accepted by the baseline" in run.err, "the summary says so", run.err)
    at.equal(at.read("a.yaml"), fixed, "it alone is repaired")
    at.quiet("the second run", "a.yaml")
    at.put("a.yaml", new)
    at.run("-i", "--unsafe-fixes", "--profile", "ephemeral", "--baseline", "base.json", "a.yaml")
    at.equal(at.read("a.yaml"), fixed, "with --unsafe-fixes, too")
    run = at.run("--baseline", "base.json", "-", "--stdin-filename", "a.yaml", stdin=new, code=0)
    at.equal(run.out, fixed, "as a filter")
    run = at.run("--baseline", "base.json", "-q", "--check", "a.yaml", code=0)
    at.check(run.err == b"", "-q is quiet", run.err)


def test_new_bucket(at):
    """One that shares its emptier with those that are accepted, and takes two rounds."""
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    at.put("a.yaml", template(topic("One", "a,b"), KEPT, BUCKET, "  New:\n    Type: AWS::S3::Bucket\n"))
    at.equal(at.told("a.yaml"), [("force-destroy", "New", "fixed")], "only it is told")
    at.run("-i", "--baseline", "base.json", "a.yaml", code=0)
    after = at.read("a.yaml")
    at.check(after.startswith(OLD), "the others are byte for byte the same", after[:600])
    at.check(b"Ref Bucket" not in after and b"New" in after[len(OLD):], "and no others' data", after)
    at.quiet("the second run", "a.yaml")
    at.run("-i", "--baseline", "base.json", "a.yaml", code=0)
    at.equal(at.read("a.yaml"), after, "the second run changes nothing")


def test_equal_findings(at):
    at.put("a.yaml", template(topic("One", "a,b", "c,d")))
    at.create("a.yaml")
    at.equal(len({e["fingerprint"] for e in at.entries()}), 2, "two of them are two")
    for i in range(3):
        values = ["a,b", "c,d"]
        values.insert(i, "new,one")
        at.put("a.yaml", template(topic("One", *values)))
        at.equal(len(at.told("a.yaml")), 1, f"one more at {i} is one new")
        own = json.loads(at.run("--format", "json", "a.yaml").out)["files"][0]["findings"]
        left = at.report("a.yaml")["files"][0]["findings"]
        at.equal(left[0]["fingerprint"], own[2]["fingerprint"], "its fingerprint is its own")
        at.run("-i", "--baseline", "base.json", "a.yaml", code=0)
        at.equal(at.read("a.yaml").count(b","), 2, "one is repaired")
        at.quiet("then", "a.yaml")
    at.put("a.yaml", template(topic("One", "a,b")))
    at.quiet("one less", "a.yaml")


# ---- What is gone ----


def test_gone(at):
    at.put("a.yaml", OLD)
    at.put("b.yaml", OLD)
    at.create(".")
    at.put("a.yaml", OLD.replace(b"a,b", b"ab"))
    note = b"1 entry of the baseline is gone: --prune-baseline removes it"
    at.check(note in at.run("--baseline", "base.json", ".").err, "it is told")
    at.check(note not in at.run("--baseline", "base.json", "b.yaml").err, "of what was read")
    at.check(note not in at.run("-q", "--baseline", "base.json", ".").err, "not with -q")
    at.check(b"gone" not in at.run("--baseline", "base.json", "--ignore", "comma-tags", ".").err,
             "of repairs that ran")
    before = at.read("base.json")
    at.run("--prune-baseline", "base.json", "--select", "force-destroy", ".", code=0)
    at.run("--prune-baseline", "base.json", "b.yaml", code=0)
    at.equal(at.read("base.json"), before, "other repairs and files stay")
    run = at.run("--prune-baseline", "base.json", "a.yaml", code=0)
    at.check(b"base.json: 1 removed, 5 left" in run.err, "tells how many", run)
    gone = [line for line in before.splitlines() if line not in at.read("base.json").splitlines()]
    at.check(len(gone) == 1 and b"comma-tags" in gone[0], "and that one", gone)
    at.check(at.read("a.yaml") == OLD.replace(b"a,b", b"ab"), "repairs nothing")
    at.quiet("then", ".")
    (at.home / "b.yaml").unlink()
    at.check(b"3 removed" in at.run("--prune-baseline", "base.json", "a.yaml", code=0).err,
             "a file that is gone")
    at.put("a.yaml", b"Resources: [\n")
    before = at.read("base.json")
    at.run("--prune-baseline", "base.json", "a.yaml", code=2)
    at.equal(at.read("base.json"), before, "what cannot be read stays")
    at.put("a.yaml", b"no: template\n")
    at.run("--prune-baseline", "base.json", ".", code=0)
    at.equal(at.entries(), [], "what is no template any more does not")


def test_prune_adds_nothing(at):
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    before = at.read("base.json")
    at.put("a.yaml", OLD + topic("Two", "c,d").encode())
    at.run("--prune-baseline", "base.json", "a.yaml", code=0)
    at.equal(at.read("base.json"), before, "what is new is not accepted")


def test_other_repairs(at):
    """Made with more repairs than run, and with fewer."""
    at.put("a.yaml", OLD)
    at.create("--select", "comma-tags,force-destroy,stack-outputs", "a.yaml")
    count = len(at.entries())
    at.check(count > 3, "more are found", count)
    run = at.run("--baseline", "base.json", "a.yaml", code=0)
    at.check(b"gone" not in run.err, "nothing is gone", run.err)
    at.run("--prune-baseline", "base.json", "a.yaml", code=0)
    at.equal(len(at.entries()), count, "nothing is pruned")
    at.create("--select", "comma-tags", "a.yaml")
    at.equal({t[0] for t in at.told("a.yaml")}, {"force-destroy"}, "of others all is new")
    entries = at.entries()
    entries[0]["id"] = "of-a-later-version"
    at.put("base.json", json.dumps({"version": 1, "tool": {}, "findings": entries}))
    at.run("--prune-baseline", "base.json", "a.yaml", code=0)
    at.equal(len(at.entries()), 1, "an unknown repair stays")


# ---- Where ----


def test_places(at):
    at.put("t/deep/a.yaml", OLD)
    at.put("u/a.yaml", OLD)
    at.create("t")
    at.quiet("by its absolute path", at.home / "t/deep/a.yaml")
    for cwd, base in (("t", "../base.json"), ("t/deep", "../../base.json")):
        run = at.run("--strict", "--baseline", base, "--check", ".", cwd=cwd, code=0)
        at.check(b"3 accepted" in run.err, f"from {cwd}", run.err)
    with tempfile.TemporaryDirectory(prefix="cfnfix-test-") as far:
        shutil.copytree(at.home, f"{far}/copy")
        run = at.cfnfix("--strict", "--baseline", "base.json", "--check", "t", cwd=f"{far}/copy")
        at.check(run.code == 0, "in another checkout", run)
        shutil.move(f"{far}/copy/base.json", f"{far}/base.json")
        run = at.cfnfix("--strict", "--baseline", f"{far}/base.json", "--check", f"{far}/copy/t")
        at.check(run.code == 0, "from outside of it", run)
    at.equal(len(at.told("u")), 3, "the same template elsewhere is new")
    (at.home / "t/deep/a.yaml").rename(at.home / "t/deep/b.yaml")
    at.equal(len(at.told("t")), 3, "a renamed one is")


def test_outside(at):
    """In no repository: relative to the baseline."""
    with tempfile.TemporaryDirectory(prefix="cfnfix-test-") as outside:
        home = Path(outside, "here")
        for name in ("ci/x", "t/a.yaml"):
            (home / name).parent.mkdir(parents=True)
            (home / name).write_bytes(OLD)
        run = at.cfnfix("--create-baseline", "ci/base.json", "t", cwd=home)
        at.check(run.code == 0, "made outside", run)
        paths = {e["path"] for e in json.loads((home / "ci/base.json").read_bytes())["findings"]}
        at.equal(paths, {"../t/a.yaml"}, "relative to the baseline")
        moved = home.rename(Path(outside, "there"))
        for cwd, base, name in ((moved, "ci/base.json", "t"), (moved / "t", "../ci/base.json", "."),
                                (Path("/"), moved / "ci/base.json", moved / "t/a.yaml")):
            run = at.cfnfix("--strict", "--check", "--baseline", base, name, cwd=cwd)
            at.check(run.code == 0 and b"3 accepted" in run.err, f"from {cwd}", run)
        run = at.cfnfix("--prune-baseline", "ci/base.json", "t", cwd=moved)
        at.check(b"0 removed, 3 left" in run.err, "nothing is pruned", run)
        (moved / "t/a.yaml").rename(moved / "t/b.yaml")
        run = at.cfnfix("--prune-baseline", "ci/base.json", "t", cwd=moved)
        at.check(b"3 removed, 0 left" in run.err, "what is gone is", run)


def test_odd_names(at):
    names = ["a b.yaml", "ü.yaml", "new\nline.yaml", "esc\x1b[31m.yaml", os.fsdecode(b"\xff.yaml")]
    for name in names:
        at.put(name, OLD)
    at.create(".")
    at.check(all(32 <= byte < 127 or byte == 10 for byte in at.read("base.json")), "is plain ASCII")
    run = at.run("--baseline", "base.json", "--strict", ".", code=0)
    at.check(b"15 accepted" in run.err and b"gone" not in run.err, "all hold", run.err)
    run = at.run("--prune-baseline", "base.json", ".", code=0)
    at.check(b"0 removed, 15 left" in run.err, "none is gone", run.err)
    at.check(b"0 removed" in at.run("--prune-baseline", "base.json", names[0], code=0).err,
             "a name that JSON cannot have is not taken for gone")


# ---- Broken ones ----

DIGITS = "0123456789abcdef" * 2 + "01234567"


def entry(**changed):
    return json.dumps({"fingerprint": DIGITS, "path": "a", "id": "x", "logicalId": None} | changed)


def document(*entries, version=1):
    return f'{{"version": {version}, "tool": {{}}, "findings": [\n' + ",\n".join(entries) + "\n]}\n"


def test_broken(at):
    at.put("a.yaml", OLD)
    good = document(entry())
    conflict = document(entry()).replace("]}", "<<<<<<< HEAD\n=======\n>>>>>>> x\n]}")
    for what, data, place in (
        ("empty", "", "1:1"), ("no JSON", "hello", "1:"), ("a list", "[]", "1:1"),
        ("no version", '{"findings": []}', "1:1"), ("another version", document(version=2), "1:13"),
        ("a version that is no number", document(version='"1"'), "1:13"),
        ("no findings", '{"version": 1}', "1:1"),
        ("findings that are none", '{"version": 1,\n "findings": {}}', "2:14"),
        ("a finding that is none", document(entry(), "5"), "3:1"),
        ("a number for a path", document(entry(path=5)), "2:69"),
        ("no fingerprint", document('{"path": "a", "id": "x"}'), "2:1"),
        ("a short fingerprint", document(entry(), entry(fingerprint="abc")), "3:17"),
        ("no id", document(entry(id=None)), "2:80"), ("a list for a logical id",
                                                      document(entry(logicalId=[])), "2:98"),
        ("a comma too many", good.replace("\n]", ",\n]"), "3:"), ("truncated", good[:-4], "2:"),
        ("behind the end", good + "x", "4:"), ("bytes", b'{"\xff', "1:"), ("NUL", b"\0" + good.encode(), "1:"),
        ("a conflict", conflict, "3:1"), ("deep", "[" * 100000, "1:")):
        at.put("base.json", data)
        before = at.read("base.json")
        for option in ("--baseline", "--prune-baseline", "--create-baseline"):
            if option == "--create-baseline" and not data:
                continue
            run = at.run(option, "base.json", "-i" if option == "--baseline" else "-q", "a.yaml",
                         code=2)
            at.check(run.err.startswith(f"base.json:{place}".encode()) and run.out == b""
                     and len(run.err.splitlines()) == 1, f"{what}: {option} says where", run)
        at.equal((at.read("base.json"), at.read("a.yaml")), (before, OLD), f"{what}: all is left")
    at.put("base.json", conflict)
    run = at.run("--baseline", "base.json", "a.yaml", code=2)
    at.check(b"conflict marker" in run.err, "a conflict is called one", run.err)


def test_truncated(at):
    """Every truncation is an error, or means the same."""
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    whole = at.read("base.json")
    for length in range(0, len(whole) - 1, 7):
        at.put("base.json", whole[:length])
        at.run("--baseline", "base.json", "-i", "a.yaml", code=2)
    at.equal(at.read("a.yaml"), OLD, "nothing was written")


def test_odd_files(at):
    at.put("a.yaml", OLD)
    os.mkfifo(at.home / "fifo")
    (at.home / "loop").symlink_to("loop")
    (at.home / "nowhere").symlink_to("not-there")
    (at.home / "folder").mkdir()
    with open(at.home / "huge", "wb") as huge:
        huge.truncate(1 << 40)
    for name in ("fifo", "loop", "nowhere", "folder", "huge", "/dev/null", "/dev/zero"):
        for option in ("--baseline", "--create-baseline", "--prune-baseline"):
            run = at.run(option, name, "a.yaml", code=2, timeout=20)
            at.check(run.err.startswith(name.encode() + b": "), f"{option} {name} is told", run)
    run = at.run("--baseline", "missing", "a.yaml", code=2)
    at.check(run.err.startswith(b"missing: "), "one that is not there is told", run)
    if os.geteuid() != 0:
        at.create("a.yaml")
        (at.home / "base.json").chmod(0)
        at.run("--baseline", "base.json", "a.yaml", code=2)


def test_by_hand(at):
    """What people do to it: sort it otherwise, say it twice, add notes."""
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    whole = json.loads(at.read("base.json"))
    whole["findings"][0]["reason"] = "until \u2022 spring"
    whole["findings"] = whole["findings"][::-1] * 2
    at.put("base.json", json.dumps(whole, indent=4))
    at.quiet("written otherwise", "a.yaml")
    at.put("a.yaml", template(BUCKET, KEPT))
    at.run("--prune-baseline", "base.json", "a.yaml", code=0)
    jsonschema.validate(json.loads(at.read("base.json")), SCHEMA)
    at.equal(len(at.entries()), 2, "pruned, each comes once")
    kept = whole["findings"][-1]
    at.check(kept in at.entries() or kept["id"] == "comma-tags", "and its notes are kept")


def test_merge(at):
    """Two branches accept something each: git merges the lines where they are apart."""
    def git(*args):
        return subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *args],
                              cwd=at.home, capture_output=True, env=os.environ | program.ENVIRONMENT)
    for name in "bdf":
        at.put(f"{name}.yaml", OLD)
    at.create(".")
    git("add", "."), git("commit", "-qm", "1"), git("branch", "other")
    at.put("c.yaml", OLD)
    at.create(".")
    git("add", "."), git("commit", "-qm", "2"), git("checkout", "-q", "other")
    at.put("e.yaml", OLD)
    at.create(".")
    git("add", "."), git("commit", "-qm", "3")
    done = git("merge", "-q", "--no-edit", "-")
    at.check(done.returncode == 0, "git merges them", done)
    at.equal(len(at.entries()), 15, "all are in it")
    at.quiet("merged", ".")


def test_ignores_only_what_is_new(at):
    at.put("a.yaml", OLD)
    at.create("a.yaml")
    at.put("a.yaml", OLD + topic("Two", "c,d").encode())
    at.run("--baseline", "base.json", "--add-ignores", "-i", "a.yaml", code=0)
    text = at.read("a.yaml")
    at.equal(text.count(b"cfnfix: ignore["), 1, "one ignore is added")
    at.check(b"cfnfix: ignore[" in text[text.index(b"  Two:"):], "to what is new", text)
    at.quiet("then", "a.yaml")


# ---- Real templates ----


def everything(cfnfix):
    return ",".join(re.findall(r"^([a-z][a-z0-9-]+)", cfnfix("--list").out.decode(), re.M))


def move_lines(data):
    """A comment and a blank line in front, where that is no other text."""
    if data.lstrip()[:1] in (b"{", b"[") or data.startswith((b"\xef\xbb\xbf", b"%", b"---")):
        return b"\n" * 3 + data if not data.startswith(b"\xef\xbb\xbf") else data
    return b"# moved\n\n" + data


def check_folder(cfnfix, tally, home, sources, options):
    """All of SOURCES: a baseline of all findings leaves nothing to tell."""
    program.fresh(home)
    for index, source in enumerate(sources):
        path = home / str(index // 100) / f"{index}{source.suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source.read_bytes())
    base, label = home / "base.json", f"{home.name} {' '.join(options)[:30]}"
    made = cfnfix("--create-baseline", base, *options, ".", cwd=home, timeout=900)
    tally.check(not made.crashed and base.exists(), f"{label}: made", made)
    jsonschema.validate(json.loads(base.read_bytes()), SCHEMA)
    count = len(json.loads(base.read_bytes())["findings"])
    for moved in (False, True):
        before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file() and ".git/" not in str(p)}
        if moved:
            before = {p: d if p == base else move_lines(d) for p, d in before.items()}
            for path, data in before.items():
                path.write_bytes(data)
        for more in ([], ["--unsafe-fixes", "--profile", "ephemeral"]):
            run = cfnfix("-i", "--format", "json", "--baseline", base, *options, *more, ".",
                         cwd=home, timeout=900)
            files = run.json()["files"]
            told = [(f["path"], f["findings"]) for f in files if f["findings"]]
            tally.check(not told, f"{label}: nothing is told, moved: {moved}", told[:2])
            accepted = run.json()["summary"]["accepted"]
            tally.check(accepted == count, f"{label}: {accepted} of {count} accepted")
            tally.check(b"gone" not in run.err, f"{label}: nothing is gone", run.err[-200:])
            tally.check({p: p.read_bytes() for p in before} == before, f"{label}: nothing changed")
    return count


def check_real(cfnfix, tally, work):
    goldens = [path for _, path, _ in program.golden_inputs()]
    folders = [("goldens", goldens)] + [
        (folder.name, [p for p in sorted(folder.rglob("*")) if p.suffix in program.SUFFIXES and p.is_file()])
        for folder in program.corpus_folders()]
    for name, sources in folders:
        for options in ([], ["--select", everything(cfnfix)]):
            count = check_folder(cfnfix, tally, work / name, sources, options)
            tally.note(f"{name}: {count} findings in {len(sources)} files")
            tally.check(count > 10, f"{name}: there are findings", count)


def main():
    cfnfix, work, tally = program.start(__doc__)
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        test(Place(cfnfix, program.fresh(work / name), tally, name))
    check_real(cfnfix, tally, work)
    tally.end()


if __name__ == "__main__":
    main()
