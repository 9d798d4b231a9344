#!/usr/bin/env python3
"""The real reviewdog reads what cfnfix prints: the right lines, and suggestions that repair."""
import json
import os
import re
import subprocess
from urllib.parse import unquote

from lib import program

REVIEWDOG = program.ROOT / "build/clients/bin/reviewdog"
TEMPLATE = """Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      # as the auditors spell it: größer
      Tags: [{Key: a, Value: 'ä,two'}]
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: kms:*
            Resource: '*'
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      KmsKeyId: !Ref Key
""".encode()
FILES = {
    "a.yaml": TEMPLATE,
    "two words/ä.yaml": b"# first\n" + TEMPLATE,
    "no end.yaml": TEMPLATE[:-1],
    "crlf.yaml": TEMPLATE.replace(b"\n", b"\r\n"),
}
LINES = {("a.yaml", 6), ("a.yaml", 19), ("two words/ä.yaml", 7), ("two words/ä.yaml", 20),
         ("no end.yaml", 6), ("no end.yaml", 19), ("crlf.yaml", 6), ("crlf.yaml", 19)}

# What reviewdog is told to read, and what cfnfix is told to print.
FORMATS = {
    "diff": (["-f=diff", "-f.diff.strip=1"], []),
    "rdjson": (["-f=rdjson"], ["--format", "rdjson"]),
    "rdjsonl": (["-f=rdjsonl"], ["--format", "rdjsonl"]),
    "sarif": (["-f=sarif"], ["--format", "sarif"]),
}


class Bed:

    def __init__(self, cfnfix, folder, tally, name, files):
        self.cfnfix, self.tally, self.name = cfnfix, tally, name
        self.home = program.fresh(folder)
        for path, data in files.items():
            (self.home / path).parent.mkdir(exist_ok=True)
            (self.home / path).write_bytes(data)
        self.commit()

    def git(self, *args):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *name, *args], cwd=self.home, check=True,
                       env=os.environ | program.ENVIRONMENT, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def check(self, good, what, detail=""):
        self.tally.check(good, f"{self.name}: {what}", detail)

    def review(self, *options, cfnfix=(), code=0):
        """What reviewdog prints about what cfnfix prints."""
        read, write = FORMATS[self.name]
        found = self.cfnfix(*write, *cfnfix, ".", cwd=self.home)
        self.check(found.code == 1 and found.out, "cfnfix has something to say", found)
        done = subprocess.run([REVIEWDOG, *read, "-name=cfnfix", *options], input=found.out,
                              cwd=self.home, env=os.environ | program.ENVIRONMENT,
                              capture_output=True, check=False)
        self.check(done.returncode == code, f"reviewdog {options}: exit {code}", done)
        return done.stdout.decode()

    def diagnostics(self, *options, **more):
        """All that reviewdog understood, one dictionary a finding."""
        text = self.review("-reporter=rdjsonl", "-filter-mode=nofilter", *options, **more)
        return [json.loads(line) for line in text.splitlines()]


def place(diagnostic):
    location = diagnostic["location"]
    return location["path"], location["range"]["start"]["line"]


# The local reporter repeats what it read, or the text form of what it understood.
TOLD = [
    re.compile(r"^([^:{\n]+):(\d+):", re.M),  # a diff, and what has an original_output
    re.compile(r'"location": ?{"path": ?"([^"]+)", ?"range": ?{"start": ?{"line": ?(\d+)'),
    re.compile(r'location:{path:"([^"]+)" +range:{start:{line:(\d+)'),
    re.compile(r'"artifactLocation": ?{"uri": ?"([^"]+)".*?"startLine": ?(\d+)'),  # SARIF
]


def told(text):
    """The lines that the local reporter names."""
    found = {(path, int(line)) for form in TOLD for path, line in form.findall(text)}
    return {(json.loads(f'"{unquote(path)}"'), line) for path, line in found}


def offset(starts, where, data, after):
    """The byte that a position of reviewdog's is at. Without a column it is a line's begin, or,
    AFTER it, the begin of the next."""
    line = where["line"]
    if "column" in where:
        return starts[line - 1] + where["column"] - 1
    if not after:
        return starts[line - 1]
    return starts[line] if line < len(starts) else len(data)


def apply_all(data, suggestions):
    """DATA with all suggestions; those of whole lines bring no newline of their own."""
    starts = [0] + [match.end() for match in re.finditer(b"\n", data)]
    edits = []
    for one in suggestions:
        begin, end = one["range"]["start"], one["range"].get("end", one["range"]["start"])
        text = one.get("text", "").encode()
        first, last = offset(starts, begin, data, False), offset(starts, end, data, True)
        if "column" not in begin and text and data[last - 1:last] == b"\n":
            text += b"\n"
        edits.append((first, last, text))
    for first, last, text in sorted(edits, reverse=True):
        data = data[:first] + text + data[last:]
    return data


def by_file(diagnostics):
    found = {}
    for one in diagnostics:
        found.setdefault(one["location"]["path"], []).extend(one.get("suggestions", []))
    return found


def repaired(cfnfix, folder, files):
    """What `cfnfix -i` makes of FILES."""
    folder = program.fresh(folder)
    for path, data in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    cfnfix("-q", "-i", ".", cwd=folder)
    return {path: (folder / path).read_bytes() for path in files}


def golden_reports():
    return {f"{path.parent.name}/{path.name}": path.read_bytes()
            for path in sorted(program.GOLDEN.glob("reports/*/input.*"))}


def test_lines(bed, tally):
    found = bed.diagnostics()
    tally.equal({place(one) for one in found}, LINES, f"{bed.name}: every line, and no other")
    text = bed.review("-reporter=local", "-filter-mode=nofilter")
    tally.equal(told(text), LINES, f"{bed.name}: the local reporter's lines")
    bed.review("-reporter=local", "-filter-mode=nofilter", "-fail-level=any", code=1)


def test_only_the_pull_request(bed, tally):
    """With `git diff`, only what a change touches is told."""
    path = bed.home / "a.yaml"
    path.write_bytes(TEMPLATE.replace("'ä,two'".encode(), "'ö,two'".encode()))
    text = bed.review("-reporter=local", "-filter-mode=added", "-diff=git diff --no-color HEAD")
    tally.equal(told(text), {("a.yaml", 6)}, f"{bed.name}: what the pull request touches")
    path.write_bytes(TEMPLATE)


def test_suggestions(bed, tally):
    """Applied, they give what -i gives. Their lines have no ends, so those are the file's."""
    wanted = repaired(bed.cfnfix, bed.home.parent / f"repaired-{bed.name}", FILES)
    for path, suggestions in by_file(bed.diagnostics()).items():
        got = apply_all(FILES[path], suggestions)
        tally.equal(got.replace(b"\r", b""), wanted[path].replace(b"\r", b""),
                    f"{bed.name}: the suggestions for {path}")


def test_reports(cfnfix, work, tally):
    """The diffs of real templates, as suggestions."""
    files = golden_reports()
    tally.check(len(files) >= 5, "the templates of golden/reports")
    bed = Bed(cfnfix, work / "reports", tally, "diff", files)
    wanted = repaired(cfnfix, work / "reports-repaired", files)
    found = by_file(bed.diagnostics())
    tally.equal(set(found), {path for path in files if files[path] != wanted[path]},
                "reports: files")
    for path, suggestions in found.items():
        tally.equal(apply_all(files[path], suggestions), wanted[path], f"reports: {path}")


def main():
    cfnfix, work, tally = program.start(__doc__)
    for name in FORMATS:
        bed = Bed(cfnfix, work / name, tally, name, FILES)
        test_lines(bed, tally)
        test_only_the_pull_request(bed, tally)
        test_suggestions(bed, tally)
    test_reports(cfnfix, work, tally)
    tally.end()


if __name__ == "__main__":
    main()
