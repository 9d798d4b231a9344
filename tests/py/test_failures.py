"""Every failure that cfnfix promises to repair goes away in the golden case of its report.

Each row: the cases of golden/reports that have the failure, what fails, and the repairs that the
promise names. The rows and what the cases select are the same set, so neither can be forgotten.
"""
import re
import shlex

from lib import program

ROWS = [
    ("1245", "a log group's key does not admit CloudWatch Logs", ["kms-logs-statement"]),
    ("4", "log groups are not encrypted", ["log-group-kms-key"]),
    ("4", "port 80 is open to the world beside 443", ["strip-port-80-ingress"]),
    ("4", "an HTTPS listener has no certificate, and takes old TLS versions",
     ["listener-certificate", "listener-ssl-policy"]),
    ("45", "the stack cannot delete its database cluster", ["skip-final-snapshot"]),
    ("4", "the stack cannot delete a bucket that is in use", ["force-destroy"]),
    ("4", "the database's password stands in the template", ["hardcoded-db-password"]),
    ("4", "a second stack finds the names taken", ["physical-name-suffix"]),
    ("4", "tasks do not start: their role may not decrypt", ["ecs-execution-role-kms"]),
    ("4", "container definitions are text", ["task-definition-json"]),
    ("4", "the key has no alias, the database exports no logs, the stack no outputs",
     ["kms-alias", "rds-log-exports", "stack-outputs"]),
    ("4", "names of a load balancer and its targets are too long", ["elbv2-name-length"]),
    ("3", "roles of functions have inline policies", ["iam-inline-policy"]),
    ("35", "the account has a configuration recorder", ["duplicate-config-recorder"]),
    ("5", "the recorder's role has a policy that does not exist", ["managed-policy-arn"]),
    ("2", "versioning of a bucket has a made-up property", ["s3-versioning-property"]),
    ("2", "access logs have no format", ["apigw-access-log-format"]),
    ("5", "a key's tag has a comma", ["comma-tags"]),
    ("5", "Aurora MySQL takes ON, not 1", ["rds-parameter-on-off"]),
]


def promised(report):
    return {repair for reports, _, repairs in ROWS if report in reports for repair in repairs}


def states(run):
    """The states of the findings of each repair."""
    found = {}
    for finding in run.json()["files"][0]["findings"]:
        found.setdefault(finding["id"], set()).add(finding["state"])
    return found


def listed(summary):
    """The same, as --check has it for people."""
    found = {}
    for state, repair in re.findall(r"^ +\d+:\d+ +(\w+(?: \w+)*)  +([a-z0-9-]+)  ", summary, re.M):
        found.setdefault(repair, set()).add(state)
    return found


def check_report(cfnfix, tally, case, work):
    args = shlex.split((case / "args").read_text())
    source = next(case.glob("input.*"))
    target = program.fresh(work / case.name) / source.name
    target.write_bytes(source.read_bytes())
    rows = promised(case.name)
    tally.equal(set(args[args.index("--select") + 1].split(",")), rows, f"{case.name}: --select")

    told = listed((case / "findings.txt").read_text())
    first = cfnfix(*args, "-i", "--format", "json", target)
    written = target.read_bytes()
    second = cfnfix(*args, "-i", "--format", "json", target)
    for repair in sorted(rows):
        what = f"report {case.name}: {repair}"
        tally.equal(told.get(repair), {"fixable"}, f"{what} in findings.txt")
        tally.equal(states(first).get(repair), {"fixed"}, f"{what} in the first run")
        tally.equal(states(second).get(repair), None, f"{what} in the second run")
    tally.equal(target.read_bytes(), written, f"{case.name}: the text after the second run")
    tally.equal(written, (case / f"expected{source.suffix}").read_bytes(), f"{case.name}: the text")


def main():
    cfnfix, work, tally = program.start(__doc__)
    cases = sorted((program.GOLDEN / "reports").iterdir())
    tally.equal([case.name for case in cases], sorted({r for row in ROWS for r in row[0]}), "cases")
    for case in cases:
        check_report(cfnfix, tally, case, work)
    tally.end()


if __name__ == "__main__":
    main()
