#!/usr/bin/env python3
"""--statistics: sums by repair and by folder, the same in the table and in JSON, and the same as what
the findings of the JSON report add up to.
"""
import collections
import json
import os

import jsonschema

from lib import program

SCHEMA = json.loads((program.ROOT / "docs/report.schema.json").read_text())
STATES = {"fixed": "fixed", "needs-consent": "needsConsent", "cannot-fix": "cannotFix"}


def tables(text):
    """The rows of each table, as dictionaries: the last column has the names."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("  ")]
        if lines:
            titles = [title for title in lines[0].split("  ") if title]
            rows = (line.split(maxsplit=len(titles) - 1) for line in lines[1:])
            found.append([dict(zip((t.strip() for t in titles), row)) for row in rows])
    return found


def add_up(files, key):
    """What summary.statistics must be, by the findings alone."""
    sums = collections.defaultdict(collections.Counter)
    for file in files:
        folder = os.path.dirname(file["path"]) or "."
        if key == "folders":
            sums[folder].update(files=1, changed=file["state"] == "changed",
                                errors=file["state"] == "error",
                                templates=file["state"] in ("changed", "unchanged"))
        else:
            ids = {finding["id"] for finding in file["findings"]}
            fixed = {f["id"] for f in file["findings"] if f["state"] == "fixed"}
            for one in ids:
                sums[one].update(files=1, changed=one in fixed)
        for finding in file["findings"]:
            row = sums[folder if key == "folders" else finding["id"]]
            row[STATES[finding["state"]]] += 1
            row.update(finding["effects"] if finding["state"] == "fixed" else [])
    return sums


def flat(row):
    more = {key: value for key, value in row.items() if isinstance(value, int)}
    return collections.Counter(more | row["effects"])


def check_sums(tally, report, label):
    for key, name in (("repairs", "id"), ("folders", "path")):
        rows = report["summary"]["statistics"][key]
        sums = add_up(report["files"], key)
        tally.equal({row[name]: flat(row) for row in rows}, dict(sums), f"{label}: {key} add up")
        weights = [-row["fixed"] - row["needsConsent"] - row["cannotFix"] for row in rows]
        tally.equal(weights, sorted(weights), f"{label}: {key} are sorted")


def check_table(tally, report, text, label):
    repairs, folders = tables(text)
    for rows, key, name, last in ((repairs, "repairs", "id", "repair"),
                                  (folders, "folders", "path", "folder")):
        shown = [(row[last], int(row["files"]), int(row["fixable"])) for row in rows]
        wanted = [(row[name], row["files"], row["fixed"])
                  for row in report["summary"]["statistics"][key]]
        tally.equal(shown[:20], wanted[:20], f"{label}: the table of {key} has the same")


def check_goldens(cfnfix, tally):
    folders = sorted(str(path) for path in program.GOLDEN.iterdir() if path.name != "formats")
    run = cfnfix("--check", "--statistics", "--format", "json", *folders)
    report = run.json()
    jsonschema.validate(report, SCHEMA)
    check_sums(tally, report, "goldens")
    text = run.err.decode()
    check_table(tally, report, text, "goldens")
    others = len(report["summary"]["statistics"]["folders"]) - 20
    tally.check(f"({others} other folders)\n" in text, "goldens: the others are one line")
    tally.check("input.yaml" not in text.split("would become")[0], "goldens: no word of files")
    plain = cfnfix("--check", "--format", "json", *folders).json()
    tally.check("statistics" not in plain["summary"], "goldens: nothing unless asked for")
    tally.equal(plain["files"], report["files"], "goldens: files are told as ever")


def check_names(cfnfix, work, tally):
    home = program.fresh(work / "names")
    topic = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n" \
            "      - {Key: a, Value: 'b,c'}\n"
    for name in (b"\xe6\xbc\xa2\xe5\xad\x97", b"a\nb", b"\x1b[31m", b"\xff"):
        folder = os.path.join(os.fsencode(home), name)
        os.mkdir(folder)
        with open(os.path.join(folder, b"x.yaml"), "w", encoding="ascii") as file:
            file.write(topic)
    (home / "broken.yaml").write_text("Resources: [\n")
    run = cfnfix("--check", "--statistics", ".", cwd=home)
    tally.check(b"\x1b" not in run.err, "names are escaped", run)
    for name in (b"  \xe6\xbc\xa2\xe5\xad\x97\n", b"  a\\x0ab\n", b"  \\x1b[31m\n"):
        tally.check(name in run.err, f"{name!r} is there", run)
    tally.check(b"broken.yaml:" in run.err and run.code == 2, "errors are told one by one", run)
    tally.equal(tables(run.err.decode())[1][-1]["errors"], "1", "and counted")
    quiet = cfnfix("-q", "--check", "--statistics", ".", cwd=home)
    tally.check(b"folder" not in quiet.err, "-q is quiet", quiet)


def main():
    cfnfix, work, tally = program.start(__doc__)
    check_goldens(cfnfix, tally)
    check_names(cfnfix, work, tally)
    tally.end()


if __name__ == "__main__":
    main()
