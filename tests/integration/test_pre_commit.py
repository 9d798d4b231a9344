#!/usr/bin/env python3
"""Both hooks of .pre-commit-hooks.yaml, run by the real pre-commit on repositories made here."""
import os
import subprocess
import sys
from pathlib import Path

from lib import program

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
HOOKS = program.ROOT / ".pre-commit-hooks.yaml"
FAULT = b"""Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      # as the auditors spell it
      Tags: [{Key: a, Value: 'one,two'}]
"""
FIXED = FAULT.replace(b"one,two", b"one-two")
JSON_FAULT = (b'{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties":\n'
              b' {"Tags": [{"Key": "a", "Value": "one,two"}]}}}}\n')
BROKEN = b"Resources: [\n  }\n"
NO_TEMPLATES = {
    "compose.yaml": b"services:\n  a: {image: b}\n",
    "chart.yaml": b"{{ if .Values.x }}\nkind: {{ .Values.kind }}\n{{ end }}\n",
    "many.yml": b"a: b\n---\nc: !vault d\n",
    "tsconfig.json": b'// comment\n{"strict": true,}\n',
    "empty.yaml": b"",
    "list.json": b'["Resources"]\n',
}


class Repository:
    """A repository whose .pre-commit-config.yaml has one hook of ours."""

    def __init__(self, work, name, tally, path, hook, args=None):
        self.home, self.tally, self.name = program.fresh(work / name), tally, name
        self.environment = os.environ | program.ENVIRONMENT | {
            "PATH": path, "PRE_COMMIT_HOME": str(work / "pre-commit-home"),
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"
        }
        extra = f"\n        args: {args}" if args else ""
        self.write({
            ".pre-commit-config.yaml":
                f"repos:\n  - repo: {work / 'hooks'}\n    rev: v1\n    hooks:\n"
                f"      - id: {hook}{extra}\n".encode()
        })

    def write(self, files):
        for name, data in files.items():
            (self.home / name).write_bytes(data)
        self.git("add", "-A")

    def git(self, *args):
        return subprocess.run(["git", *args], cwd=self.home, env=self.environment,
                              capture_output=True, check=False)

    def run(self, code, what, *args):
        """`pre-commit run`, and what it printed."""
        done = subprocess.run([PRE_COMMIT, "run", "--all-files", "--color=never", *args],
                              cwd=self.home, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.check(done.returncode == code, f"{what}: exit {code}", done.stdout)
        return done.stdout

    def check(self, good, what, detail=""):
        self.tally.check(good, f"{self.name}: {what}", detail)

    def same(self, files, what):
        for name, data in files.items():
            self.tally.equal((self.home / name).read_bytes(), data, f"{self.name}: {what}: {name}")


def publish_hooks(work):
    """The hooks file as it is, as a repository that pre-commit can clone."""
    home = program.fresh(work / "hooks")
    (home / HOOKS.name).write_bytes(HOOKS.read_bytes())
    name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["add", "-A"], ["commit", "-qm", "hooks"], ["tag", "v1"]):
        subprocess.run(["git", *name, *command], cwd=home, check=True,
                       env=os.environ | program.ENVIRONMENT)


def test_manifest(make, tally):
    done = subprocess.run([PRE_COMMIT, "validate-manifest", HOOKS], capture_output=True,
                          check=False)
    tally.check(done.returncode == 0 and not done.stderr, "the hooks file is valid", done)


def test_repairs(make, tally):
    at = make("repairs", "cfnfix")
    at.write(NO_TEMPLATES | {"a.yaml": FAULT, "b.json": JSON_FAULT, "c.template": FAULT,
                             "d.yaml": FIXED})
    out = at.run(1, "a fault")
    at.check(b"files were modified by this hook" in out, "it fails by changing files", out)
    at.check(b"a.yaml" in out and b"comma-tags" in out, "it tells what it did", out)
    repaired = {"a.yaml": FIXED, "b.json": JSON_FAULT.replace(b"one,two", b"one-two"),
                "c.template": FIXED, "d.yaml": FIXED}
    at.same(NO_TEMPLATES | repaired, "after the repair")
    at.git("add", "-A")
    out = at.run(0, "the second run")
    at.check(b"Passed" in out, "the second run is clean", out)
    at.same(NO_TEMPLATES | repaired, "after the second run")


def test_checks(make, tally):
    at = make("checks", "cfnfix-check")
    at.write(NO_TEMPLATES | {"a.yaml": FAULT, "d.yaml": FIXED})
    out = at.run(1, "a fault")
    at.check(b"comma-tags" in out and b"were modified" not in out, "it tells the fault", out)
    at.same(NO_TEMPLATES | {"a.yaml": FAULT, "d.yaml": FIXED}, "it writes nothing")
    at.write({"a.yaml": FIXED})
    at.run(0, "no fault")


def test_no_templates(make, tally):
    for hook in ("cfnfix", "cfnfix-check"):
        at = make(f"no-templates-{hook}", hook)
        at.write(NO_TEMPLATES)
        out = at.run(0, "no templates", "--verbose")
        at.check(not any(name.encode() in out for name in NO_TEMPLATES), "it is silent", out)


def test_broken(make, tally):
    for hook in ("cfnfix", "cfnfix-check"):
        at = make(f"broken-{hook}", hook)
        at.write({"bad.yaml": BROKEN})
        out = at.run(1, "a template that is no YAML")
        at.check(b"bad.yaml:2:3: " in out, "it tells the place", out)
        at.same({"bad.yaml": BROKEN}, "it is left alone")


def test_deliberate(make, tally):
    """What needs consent or cannot be repaired must not fail a hook for ever."""
    at = make("deliberate", "cfnfix-check")
    kept = b"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n"
    at.write({"a.yaml": kept + b"    UpdateReplacePolicy: Retain\n"})
    at.run(0, "a bucket that is kept")


def test_arguments(make, tally):
    at = make("arguments", "cfnfix-check", "[--ignore, comma-tags, --]")
    at.write({"a.yaml": FAULT})
    at.run(0, "arguments of the user's")


def test_names(make, tally):
    """A repository's file names are no options."""
    at = make("names", "cfnfix")
    names = ["--output=out.yaml", "-q.yaml", "--select=x.yaml", "with space.yaml", "ä\n.yaml"]
    at.write({name: FAULT for name in names})
    at.run(1, "odd names")
    at.same({name: FIXED for name in names}, "odd names")
    at.check(not (at.home / "out.yaml").exists(), "no name is an option")


def test_commit(make, tally):
    """As a developer has it: the hook stops a commit, and the next one goes through."""
    at = make("commit", "cfnfix")
    subprocess.run([PRE_COMMIT, "install"], cwd=at.home, env=at.environment, check=True,
                   capture_output=True)
    at.write({"a.yaml": FAULT})
    at.check(at.git("commit", "-m", "x").returncode == 1, "a commit with a fault is stopped")
    at.git("add", "-u")
    done = at.git("commit", "-m", "x")
    at.check(done.returncode == 0, "with the repair it goes through", done)
    at.tally.equal(at.git("show", "HEAD:a.yaml").stdout, FIXED, "commit: what is in it")


def test_not_installed(make, tally):
    at = make("not-installed", "cfnfix", path=os.environ["PATH"])
    at.write({"a.yaml": FAULT})
    out = at.run(1, "without cfnfix")
    at.check(b"`cfnfix` not found" in out, "a missing program is named", out)


def main():
    cfnfix, work, tally = program.start(__doc__)
    publish_hooks(work)
    (work / "bin").mkdir(exist_ok=True)
    (work / "bin/cfnfix").unlink(missing_ok=True)
    (work / "bin/cfnfix").symlink_to(cfnfix.path)
    installed = f"{work / 'bin'}:{os.environ['PATH']}"

    def make(name, hook, args=None, path=installed):
        return Repository(work, name, tally, path, hook, args)

    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test(make, tally)
    tally.end()


if __name__ == "__main__":
    main()
