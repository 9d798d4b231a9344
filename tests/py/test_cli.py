#!/usr/bin/env python3
"""The command line to the letter: options, who owns standard output, exit codes, folders, patches,
the JSON report."""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import jsonschema

from lib import diff, program

IDS = [
    "comma-tags", "duplicate-config-recorder", "force-destroy", "kms-logs-statement",
    "log-group-kms-arn", "rds-parameter-on-off", "skip-final-snapshot", "strip-port-80-ingress"
]
DUE = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Tags:
        - Key: a
          Value: one,two
"""
DONE = DUE.replace(b"one,two", b"one-two")
BUCKET = b"""Resources:
  Bucket:
    Type: AWS::S3::Bucket
"""
KEPT = BUCKET + b"    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"
KEYED = b"""Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}
            Action: kms:*
            Resource: '*'
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      KmsKeyId: !GetAtt Key.Arn
"""
OTHER = b"a: b\n"
BROKEN = b"Resources: [\n  }\n"


class Place:
    """A fresh folder for one test, and the program in it."""

    def __init__(self, cfnfix, home, tally, label):
        self.cfnfix, self.home, self.tally, self.label = cfnfix, home, tally, label

    def write(self, **files):
        for name, data in files.items():
            self.put(name.replace("__", "/").replace("_", "."), data)

    def put(self, name, data):
        program.put(self.home, name, data)

    def read(self, name):
        path = self.home / name
        return path.read_bytes() if path.is_file() else None

    def run(self, *args, code=None, **more):
        run = self.cfnfix(*args, cwd=more.pop("cwd", self.home), **more)
        label = f"{self.label}: cfnfix {' '.join(map(str, args))}"
        self.tally.check(not run.crashed, f"{label}: no crash", run)
        if code is not None:
            self.tally.check(run.code == code, f"{label}: exit {code}", run)
        return run

    def same(self, name, data, what=""):
        self.tally.equal(self.read(name), data, f"{self.label}: {what or name}")

    def check(self, good, what, detail=""):
        self.tally.check(good, f"{self.label}: {what}", detail)

    def usage(self, *args, **more):
        """A usage error: exit 2, told in one line or few, standard output and files untouched."""
        run = self.run(*args, code=2, **more)
        self.check(run.out == b"" and run.err.strip(),
                   f"{' '.join(map(str, args))}: only told on standard error", run)
        return run


def is_diff(out, before, after, name):
    files = diff.parse(out)
    return [f.path for f in files] == [name] and diff.apply(before, files[0]) == after


# ---- Where things go ----


def test_dry_run(at):
    at.write(a_yaml=DUE, b_yaml=DONE)
    run = at.run("a.yaml", code=1)
    at.check(is_diff(run.out, DUE, DONE, "a.yaml"), "the diff is on standard output", run.out)
    at.check(b"comma-tags" in run.err and b"Topic" in run.err, "the summary is on standard error",
             run.err)
    at.same("a.yaml", DUE, "a dry run writes nothing")
    run = at.run("b.yaml", code=0)
    at.check(run.out == b"", "no diff where nothing is due", run.out)


def test_in_place(at):
    for option in ("-i", "--in-place"):
        at.write(a_yaml=DUE)
        run = at.run(option, "a.yaml", code=0)
        at.check(is_diff(run.out, DUE, DONE, "a.yaml"), f"{option} prints the diff", run.out)
        at.check(b"comma-tags" in run.err, f"{option} prints the summary", run.err)
        at.same("a.yaml", DONE)
    inode = (at.home / "a.yaml").stat().st_ino
    run = at.run("-i", "a.yaml", code=0)
    at.check(run.out == b"" and (at.home / "a.yaml").stat().st_ino == inode,
             "a second run touches nothing")


def test_check(at):
    at.write(a_yaml=DUE)
    run = at.run("--check", "a.yaml", code=1)
    at.check(run.out == b"" and b"comma-tags" in run.err, "only the summary", run)
    at.same("a.yaml", DUE)
    at.usage("--check", "-i", "a.yaml")


def test_output(at):
    at.write(a_yaml=DUE, b_yaml=DONE)
    for more in ([], ["-i"]):
        run = at.run("-o", "out.yaml", *more, "a.yaml", code=0)
        at.same("out.yaml", DONE)
        at.same("a.yaml", DUE, "-o leaves the input alone")
        at.check(is_diff(run.out, DUE, DONE, "a.yaml"),
                 "-o FILE leaves standard output to the diff", run.out)
        run = at.run("-o", "-", *more, "a.yaml", code=0)
        at.check(run.out == DONE, "-o - writes the template and nothing else", run.out)
        at.same("a.yaml", DUE, "-o - leaves the input alone")
    at.run("--output", "same.yaml", "b.yaml", code=0)
    at.same("same.yaml", DONE, "-o without a change gets the template as it is")
    at.check(at.run("-o", "-", "b.yaml", code=0).out == DONE, "-o - without a change, too")
    at.usage("-o", "x.yaml", "a.yaml", "b.yaml")
    at.run("-o", "no/such/folder.yaml", "a.yaml", code=2)


def test_output_owner(at):
    at.write(a_yaml=DUE)
    at.usage("-o", "-", "--format", "json", "a.yaml")
    at.usage("-o", "-", "--patch", "-", "a.yaml")
    at.usage("--format", "json", "--patch", "-", "a.yaml")
    run = at.run("--format", "json", "-i", "a.yaml", code=0)
    at.check(
        json.loads(run.out)["files"][0]["state"] == "changed",
        "the document owns standard output, not the diff")
    at.write(a_yaml=DUE)
    run = at.run("--format", "json", "-o", "out.yaml", "a.yaml", code=0)
    at.check(json.loads(run.out)["files"][0]["diff"] != "", "the document holds the diff")
    at.same("out.yaml", DONE)


def test_standard_input(at):
    at.check(at.run("-", stdin=DUE, code=0).out == DONE, "- is a filter")
    at.check(at.run("-", stdin=DONE, code=0).out == DONE, "- gives back what needs nothing")
    run = at.run("-", "-o", "out.yaml", stdin=DUE, code=0)
    at.same("out.yaml", DONE)
    run = at.run("--check", "-", stdin=DUE, code=1)
    at.check(run.out == b"", "--check of standard input prints no template")
    run = at.run("-", stdin=BROKEN, code=2)
    at.check(run.out == b"", "no template where it is broken")
    run = at.run("--stdin-filename", "x.yaml", "-", stdin=BROKEN, code=2)
    at.check(run.err.startswith(b"x.yaml:2:3: "), "--stdin-filename names it in errors", run.err)
    run = at.run("--stdin-filename", "x.yaml", "--format", "json", "-", stdin=DUE, code=1)
    at.check(
        json.loads(run.out)["files"][0]["path"] == "x.yaml", "--stdin-filename names it in reports")
    at.usage("-i", "-", stdin=DUE)
    at.usage("-", "-", "a.yaml", stdin=DUE)


def test_output_dir(at):
    at.write(a_yaml=DUE, sub__b_yaml=DONE, sub__c_yaml=OTHER)
    at.run("--output-dir", "out", "--skip-non-templates", "a.yaml", "sub", code=0)
    at.same("out/a.yaml", DONE)
    at.same("out/sub/b.yaml", DONE, "what needs nothing comes as it is")
    at.same("out/sub/c.yaml", None, "what is no template does not come")
    at.same("a.yaml", DUE, "--output-dir leaves the input alone")
    at.usage("--output-dir", "out", "-o", "x", "a.yaml")
    at.write(other__a_yaml=DUE)
    with tempfile.TemporaryDirectory() as far:
        Path(far, "a.yaml").write_bytes(DUE)
        at.usage("--output-dir", "out2", "a.yaml", f"{far}/a.yaml")
    at.same("out2/a.yaml", None, "of two outputs with one name neither is written")


def test_patch(at):
    at.write(a_yaml=DUE, sub__b_yaml=DUE, c_yaml=DONE)
    run = at.run("--patch", "fix.patch", ".", code=1)
    for name in ("a.yaml", "sub/b.yaml"):
        at.same(name, DUE, "--patch alone is a dry run")
    at.check([f.path for f in diff.parse(at.read("fix.patch"))] == ["a.yaml", "sub/b.yaml"],
             "all diffs in one file")
    git(at.home, "apply", "fix.patch")
    for name in ("a.yaml", "sub/b.yaml"):
        at.same(name, DONE, "git apply takes it")
    at.write(a_yaml=DUE)
    at.run("-i", "--patch", "fix.patch", "a.yaml", code=0)
    at.same("a.yaml", DONE)
    run = at.run("--patch", "-", "a.yaml", code=0)
    at.check(run.out == b"", "--patch - with nothing to do prints nothing")
    at.run("--patch", "no/such/folder/x", "c.yaml", code=2)


def test_own_outputs(at):
    """What a run left in a folder does not stand in the way of the next one."""
    at.write(a_yaml=DUE, sub__keep_txt=OTHER)
    outputs = ["--report", "gitlab:x.json", "--report", "json:sub/y.json", "--patch", "p.txt"]
    for _ in range(2):
        at.run(*outputs, ".", code=1)
    at.check([f["path"] for f in json.loads(at.read("sub/y.json"))["files"]] == ["a.yaml"],
             "the reports are no inputs", at.read("sub/y.json"))
    os.symlink("x.json", at.home / "to-x.json")
    at.run("--report", "json:to-x.json", ".", code=1)
    at.check((at.home / "to-x.json").is_symlink() and
             b'"files"' in at.read("x.json"), "a link to a report is followed", at.read("x.json"))
    at.usage("--report", "json:x.json", "x.json", "a.yaml")
    for data in (DUE, DONE, BROKEN):
        for option in ("--report", "json:t.yaml"), ("--patch", "t.yaml"), ("--output-dir", "."):
            at.write(t_yaml=data)
            at.usage(*option, ".")
            at.same("t.yaml", data, f"{option} overwrites no template")


def git(home, *args):
    return subprocess.run(["git", *args],
                          cwd=home,
                          capture_output=True,
                          env=os.environ | program.ENVIRONMENT)


# ---- Names in diffs ----


def test_diff_names(at):
    names = [
        "a b.yaml", "ümlaut.yaml", 'quote".yaml', "back\\slash.yaml", "tab\t.yaml", "-dash.yaml",
        "new\nline.yaml"
    ]
    for name in names:
        at.put(name, DUE)
        run = at.run("--", name, code=1)
        at.check(is_diff(run.out, DUE, DONE, name), f"diff of {name!r}", run.out[:200])
        at.put("x.patch", run.out)
        done = git(at.home, "apply", "x.patch")
        at.check(at.read(name) == DONE, f"git apply takes the diff of {name!r}", done.stderr)


def test_diff_places(at):
    at.write(sub__a_yaml=DUE, sub__deeper__b_yaml=DUE)
    for cwd, name, wanted in (("sub", "a.yaml", "sub/a.yaml"), ("sub/deeper", "../a.yaml",
                                                                "sub/a.yaml"), ("sub", "./a.yaml",
                                                                                "sub/a.yaml"),
                              ("sub", str(at.home / "sub/a.yaml"),
                               "sub/a.yaml"), ("sub", "deeper/../a.yaml", "sub/a.yaml")):
        run = at.run(name, cwd=at.home / cwd, code=1)
        at.check([f.path for f in diff.parse(run.out)] == [wanted],
                 f"{name} in {cwd}/ of a repository is {wanted}", run.out[:100])
    with tempfile.TemporaryDirectory(prefix="cfnfix-test-") as outside:
        for name in ("a.yaml", "sub/b.yaml"):
            Path(outside, name).parent.mkdir(exist_ok=True)
            Path(outside, name).write_bytes(DUE)
        for name, wanted in (("a.yaml", "a.yaml"), ("sub/b.yaml", "sub/b.yaml"),
                             (f"{outside}/a.yaml", "a.yaml")):
            run = at.run(name, cwd=outside, code=1)
            at.check([f.path for f in diff.parse(run.out)] == [wanted],
                     f"{name} outside of repositories is {wanted}", run.out[:100])


# ---- What is looked at ----


def test_folders(at):
    at.write(d__a_yaml=DUE,
             d__b_yml=DUE,
             d__c_json=b'{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}',
             d__d_template=DUE,
             d__e_txt=DUE,
             d__other_yaml=OTHER,
             d__chart_yaml=b"a: {{ .Values.x }}\n- b",
             d__deep__f_yaml=DUE,
             d__list_json=b"[]")
    run = at.run("--format", "json", "d", code=1)
    seen = {f["path"]: f["state"] for f in json.loads(run.out)["files"]}
    templates = {
        name: "changed" for name in ("d/a.yaml", "d/b.yml", "d/d.template", "d/deep/f.yaml")
    } | {"d/c.json": "unchanged"}
    at.check({k: v for k, v in seen.items() if v != "not-a-template"} == templates,
             "templates are found", seen)
    at.check(not any(word in run.err for word in (b"other", b"chart", b"list", b"e.txt")),
             "others are passed over silently", run.err)
    at.run("-i", "d", code=0)
    for name in ("a.yaml", "b.yml", "d.template", "deep/f.yaml"):
        at.same(f"d/{name}", DONE)
    at.same("d/e.txt", DUE, "other suffixes are not searched")
    at.run("empty", code=2)
    (at.home / "empty").mkdir()
    at.run("empty", code=0)
    at.write(d__broken_yaml=BROKEN)
    run = at.run("d", code=2)
    at.check(b"d/broken.yaml:2:3: " in run.err, "a broken template in a folder is an error",
             run.err)


def test_non_templates(at):
    at.write(other_yaml=OTHER,
             a_yaml=DUE,
             list_json=b"[1]",
             named_txt=DUE,
             version_yaml=b"AWSTemplateFormatVersion: '2010-09-09'\n",
             plain_yaml=b"Resources: {a: {Type: b}}\n",
             ecs_json=b'{"Resources": {"a": {"Type": "A::B"}}}')
    run = at.run("other.yaml", code=2)
    at.check(run.err.startswith(b"other.yaml: "), "a named file that is no template is an error",
             run.err)
    for name in ("list.json", "plain.yaml"):
        at.run(name, code=2)
    for name in ("version.yaml", "ecs.json"):
        at.run(name, code=0)
    at.run("named.txt", code=1)
    run = at.run("--skip-non-templates", "other.yaml", "list.json", "plain.yaml", code=0)
    at.check(run.out == b"" and b"other" not in run.err,
             "--skip-non-templates passes them over silently", run)
    at.run("--skip-non-templates", "-i", "other.yaml", "a.yaml", code=0)
    at.same("a.yaml", DONE)


def test_bad_among_good(at):
    at.write(a_yaml=DUE, b_yaml=BROKEN, c_yaml=DUE, d_yaml=OTHER)
    run = at.run("-i", "a.yaml", "b.yaml", "missing.yaml", "d.yaml", "c.yaml", code=2)
    at.same("a.yaml", DONE)
    at.same("c.yaml", DONE, "one bad file does not stop the others")
    at.same("b.yaml", BROKEN)
    for name in (b"b.yaml:", b"missing.yaml: ", b"d.yaml: "):
        at.check(re.search(b"^" + name, run.err, re.M), f"{name.decode()} is told", run.err)
    at.check(len(diff.parse(run.out)) == 2, "both diffs are printed")


def test_same_file_twice(at):
    at.write(a_yaml=DUE, d__b_yaml=DUE)
    run = at.run("a.yaml", "./a.yaml", "d", "d/b.yaml", code=1)
    at.check(len(diff.parse(run.out)) == 2, "a file that is named twice is done once", run.out)


def test_many_jobs(at):
    for i in range(60):
        at.put(f"d/{i:02}.yaml", DUE if i % 3 else BUCKET)
    runs = [at.run(*jobs, "d", code=1) for jobs in (["-j", "1"], ["-j", "4"], ["--jobs", "9"], [])]
    at.check(all((r.out, r.err) == (runs[0].out, runs[0].err) for r in runs),
             "threads change nothing in the output")
    for wrong in ("0", "-1", "x", "99999999999"):
        at.usage("-j", wrong, "d")
        at.usage("--max-size", wrong, "d")


# ---- Which repairs ----


def fixed(run):
    return sorted({
        f["id"] for file in json.loads(run.out)["files"] for f in file["findings"]
        if f["state"] == "fixed"
    })


BOTH = DUE + b"  Bucket:\n    Type: AWS::S3::Bucket\n"


def test_select_and_ignore(at):
    at.write(a_yaml=BOTH)
    for args, wanted in (([], ["comma-tags", "force-destroy"]), (["--select",
                                                                  "comma-tags"], ["comma-tags"]),
                         (["--ignore", "comma-tags"], ["force-destroy"]),
                         (["--select", "comma-tags,force-destroy"], ["comma-tags",
                                                                     "force-destroy"]),
                         (["--select", "comma-tags", "--select",
                           "force-destroy"], ["comma-tags", "force-destroy"]),
                         (["--select=comma-tags, force-destroy", "--ignore=force-destroy"],
                          ["comma-tags"]), (["--ignore", "comma-tags,force-destroy"], [])):
        run = at.run("--format", "json", *args, "a.yaml", code=int(bool(wanted)))
        at.check(fixed(run) == wanted, f"{args} does {wanted}", fixed(run))
    for option in ("--select", "--ignore", "--explain"):
        run = at.usage(option, "coma-tags", "a.yaml")
        at.check(b"coma-tags" in run.err and b"comma-tags" in run.err,
                 f"{option} with a slip names the right id", run.err)


def test_settings(at):
    at.write(b_yaml=BUCKET)
    run = at.run("-o", "-", "b.yaml", code=0)
    at.check(b"Custom::S3ForceDestroy" in run.out, "force-destroy writes the emptier")
    run = at.run("--set", "force-destroy.emptier=false", "-o", "-", "b.yaml", code=0)
    at.check(run.out == BUCKET + b"    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n",
             "--set force-destroy.emptier=false writes the two policies only", run.out)
    for wrong in ("", "x", "x=1", "force-destroy=true", "force-destroy.x=true",
                  "force-destroy.emptier", "force-destroy.emptier=maybe", "nobody.emptier=true",
                  "comma-tags.x=true", ".=", "force-destroy.=true"):
        at.usage("--set", wrong, "b.yaml")


def test_metadata_ignore(at):
    ignoring = BOTH.replace(
        b"    Type: AWS::SNS::Topic\n",
        b"    Type: AWS::SNS::Topic\n    Metadata: {cfnfix: {ignore: [comma-tags]}}\n")
    at.write(a_yaml=ignoring, b_yaml=ignoring.replace(b"[comma-tags]", b"[force-destroy]"))
    at.check(
        fixed(at.run("--format", "json", "a.yaml")) == ["force-destroy"],
        "Metadata ignores a repair for its resource")
    at.check(
        fixed(at.run("--format", "json", "b.yaml")) == ["comma-tags", "force-destroy"],
        "and no other")


def states(run):
    return {f["state"] for file in json.loads(run.out)["files"] for f in file["findings"]}


def test_consent(at):
    at.write(b_yaml=KEPT)
    run = at.run("b.yaml", code=0)
    at.check(run.out == b"" and b"--unsafe-fixes" in run.err,
             "what needs consent is told, with how to give it", run.err)
    at.run("--strict", "b.yaml", code=1)
    at.run("--strict", "-i", "b.yaml", code=1)
    at.check(
        states(at.run("--format", "json", "b.yaml", code=0)) == {"needs-consent"},
        "its state is needs-consent")
    run = at.run("--unsafe-fixes", "-o", "-", "b.yaml", code=0)
    at.check(b"Retain" not in run.out, "--unsafe-fixes does it")


def test_profiles(at):
    at.write(b_yaml=BUCKET, k_yaml=KEPT, a_yaml=DUE)
    for profile, name, changes in (("standard", "b.yaml", True), ("production", "b.yaml", False),
                                   ("ephemeral", "b.yaml", True), ("standard", "k.yaml", False),
                                   ("production", "k.yaml", False), ("ephemeral", "k.yaml", True),
                                   ("production", "a.yaml", True)):
        run = at.run("--profile", profile, "--format", "json", name, code=int(changes))
        effects = {
            e for f in json.loads(run.out)["files"][0]["findings"] if f["state"] == "fixed"
            for e in f["effects"]
        }
        at.check(profile != "production" or "data-deletable" not in effects,
                 "production makes no data deletable", effects)
    at.run("--profile", "production", "--unsafe-fixes", "b.yaml")
    at.usage("--profile", "prod", "b.yaml")


# ---- What is told ----


def test_summary(at):
    at.write(b_yaml=BUCKET, k_yaml=KEYED)
    run = at.run("b.yaml", code=1)
    at.check(b"data-deletable" in run.err and b"Bucket" in run.err,
             "the summary says what becomes deletable", run.err)
    run = at.run("k.yaml", code=1)
    at.check(b"access-widened" in run.err and b"Key" in run.err,
             "the summary says what widens access", run.err)
    at.check(b"--explain" in run.err, "the summary says how to see more", run.err)


def test_quiet(at):
    at.write(a_yaml=DUE, b_yaml=BROKEN)
    at.check(at.run("-q", "a.yaml", code=1).err == b"", "-q has no summary")
    run = at.run("--quiet", "-i", "a.yaml", "b.yaml", code=2)
    at.check(
        run.err.count(b"\n") == 1 and run.err.startswith(b"b.yaml:"), "-q still tells errors",
        run.err)


def test_color(at):
    at.write(a_yaml=DUE)
    for args, colored in ((["--color",
                            "always"], True), (["--color",
                                                "never"], False), (["--color",
                                                                    "auto"], False), ([], False)):
        run = at.run(*args, "a.yaml", code=1)
        at.check((b"\x1b[" in run.err) == colored, f"{args or 'no option'} in the summary", run.err)
        at.check((b"\x1b[" in run.out) == colored, f"{args or 'no option'} in the diff", run.out)
    at.usage("--color", "green", "a.yaml")


def test_about(at):
    run = at.run("--version", code=0)
    at.check(re.fullmatch(rb"cfnfix \d+\.\d+\.\d+\n", run.out), "--version", run.out)
    run = at.run("--help", code=0)
    options = [
        "-i", "-o", "-q", "-j", "--in-place", "--output", "--output-dir", "--patch", "--check",
        "--skip-non-templates", "--select", "--ignore", "--set", "--unsafe-fixes", "--profile",
        "--list", "--explain", "--format", "--quiet", "--color", "--version", "--help", "--strict",
        "--stdin-filename", "--max-size", "--thorough"
    ]
    at.check(all(o.encode() in run.out for o in options), "--help has all options",
             [o for o in options if o.encode() not in run.out])
    at.check(run.out.count(b"  cfnfix ") >= 3 and run.err == b"", "--help has examples", run.out)
    run = at.run("--list", code=0)
    listed = re.findall(rb"^\s*([a-z0-9]+(?:-[a-z0-9]+)+)\b", run.out, re.M)
    at.check(
        all(i.encode() in listed for i in IDS),
        "--list has all repairs", run.out)
    for repair in IDS:
        run = at.run("--explain", repair, code=0)
        at.check(repair.encode() in run.out and len(run.out) > 200, f"--explain {repair} explains",
                 run.out[:100])


def test_usage_errors(at):
    at.write(a_yaml=DUE)
    for args in ([], ["--bogus",
                      "a.yaml"], ["-x", "a.yaml"], ["--format", "xml",
                                                    "a.yaml"], ["-o"], ["--select"], ["--format"]):
        at.usage(*args)
    at.same("a.yaml", DUE)
    at.run("a.yaml", "-i", code=0)
    at.same("a.yaml", DONE, "options may follow files")


def test_strict(at):
    at.write(a_yaml=DUE, b_yaml=DONE)
    at.run("--strict", "a.yaml", code=1)
    at.run("--strict", "-i", "a.yaml", code=0)
    at.run("--strict", "b.yaml", code=0)


# ---- The JSON report ----


def test_json(at):
    schema = json.loads((program.ROOT / "docs/report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    at.write(a_yaml=DUE,
             b_yaml=BROKEN,
             c_yaml=DONE,
             d_yaml=OTHER,
             e_yaml=KEPT,
             f_yaml=KEYED,
             g_yaml=BUCKET,
             h_yaml=b"",
             i_yaml=b"\xff",
             j_yaml=b"Metadata: {a: &a b, c: *a}\n" + DUE)
    os.symlink("x", at.home / "x.yaml")
    names = [f"{c}.yaml" for c in "abcdefghijx"]
    for args in ([], ["-i"], ["--unsafe-fixes"], ["--skip-non-templates"], ["-q"], ["--strict"]):
        run = at.run("--format", "json", *args, *names, code=2)
        document = json.loads(run.out)
        errors = [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(document)]
        at.check(not errors, f"the report with {args} keeps its schema", errors[:3])
        at.check([f["path"] for f in document["files"]] == names, "files in their order")
        check_entries(at, {f["path"]: f for f in document["files"]}, args)
    at.check(document["tool"]["name"] == "cfnfix" and document["version"] == 1, "version and tool")
    (at.home / "empty").mkdir()
    document = json.loads(at.run("--format", "json", "empty", code=0).out)
    at.check(document["files"] == [] and validator.is_valid(document),
             "no files, and still a document")
    at.write(a_yaml=DUE)
    run = at.run("--format", "json", "--add-ignores", "a.yaml", code=1)
    at.check(validator.is_valid(run.json()), "comments alone are a change, too")
    broken = {"version": 1, "files": [{}]}
    at.check(not validator.is_valid(broken), "the schema refuses what is no report")


def check_entries(at, entries, args):
    kept = [(e["path"], e["state"]) for e in entries.values()]
    skip = "--skip-non-templates" in args
    wanted = {
        "b.yaml": "error", "c.yaml": "unchanged", "d.yaml": "not-a-template" if skip else "error",
        "i.yaml": None, "x.yaml": "error"
    }
    at.check(all(entries[n]["state"] == s for n, s in wanted.items() if s), f"states with {args}",
             kept)
    error = entries["b.yaml"]["errors"][0]
    at.check((error["line"], error["column"]) == (2, 3) and error["message"],
             "an error has its place", error)
    at.check(entries["x.yaml"]["errors"][0]["line"] is None, "an error without a place has none",
             entries["x.yaml"]["errors"])
    at.check(
        all(not e["diff"] and not e["operations"] for e in entries.values()
            if e["state"] != "changed"), "no diff without a change")
    at.check(entries["j.yaml"]["notices"], "notices are told", entries["j.yaml"])


def main():
    program.run_all(__doc__, globals(), Place)


if __name__ == "__main__":
    main()
