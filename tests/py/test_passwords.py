#!/usr/bin/env python3
"""hardcoded-db-password never prints a password.

Its golden inputs have passwords of one form. No report may contain one, with consent or without;
only a diff does, as it has to show the line that goes, and the lines around it.
"""
import json
import re

from lib import program

PASSWORD = re.compile(rb"[A-Z][a-z]+-2024(?:-[a-z]+)?")
CASES = program.GOLDEN / "hardcoded-db-password"
REPLACED = ("basic", "json", "parameter", "never-managed")  # nothing keeps the old one there


def reports(cfnfix, path, consent):
    """What is printed about PATH, without the diffs."""
    given = ["--select", "hardcoded-db-password", *consent, path]
    document = cfnfix("--format", "json", *given).json()
    for entry in document["files"]:
        entry["diff"] = ""
    yield "json", json.dumps(document).encode()
    yield "check", cfnfix("--check", *given).err
    yield "summary", cfnfix(*given).err


def check_case(cfnfix, tally, path):
    case = path.parent.name
    passwords = set(PASSWORD.findall(path.read_bytes()))
    tally.check(passwords or case == "already-fixed", f"{case}: no password to look for")
    for consent in ([], ["--unsafe-fixes"]):
        for what, report in reports(cfnfix, path, consent):
            told = [word for word in passwords if word in report]
            tally.check(not told, f"{case}: printed in {what} {consent}", told)
    if case in REPLACED:
        after = (path.parent / path.name.replace("input", "expected")).read_bytes()
        left = [word for word in passwords if word in after]
        tally.check(not left, f"{case}: still in the template", left)


def main():
    cfnfix, _, tally = program.start(__doc__)
    for path in sorted(CASES.glob("*/input.*")):
        check_case(cfnfix, tally, path)
    tally.end()


if __name__ == "__main__":
    main()
