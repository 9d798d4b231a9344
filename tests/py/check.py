#!/usr/bin/env python3
"""The independent check that cfnfix is lossless, over any folders of templates.

    check.py --cfnfix PROGRAM [--work FOLDER] [--option=--unsafe-fixes …] FOLDER…

Each file is copied and repaired, and must be, in all respects, what the report says and nothing
else: the declared operations turn the tree before into the tree after; lines and comments that no
operation accounts for are the same; the diff applies exactly; a second run does nothing; no
password is shown. Prints a line per failure.
"""
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib import diff, hidden, operations, program, tree  # noqa: E402
from lib.lines import check_lines  # noqa: E402
from lib.operations import Violation  # noqa: E402

sys.setrecursionlimit(6000)
BOM = b"\xef\xbb\xbf"
HIDDEN_LINE = re.compile(r"the diff hides a password and does not apply; --patch ")


@dataclass
class Result:
    """What became of a folder."""
    failures: list = field(default_factory=list)  # (file, what)
    unjudged: list = field(default_factory=list)  # (file, why): valid for cfnfix, unreadable here
    entries: dict = field(default_factory=dict)  # file: its entry of the JSON report
    after: dict = field(default_factory=dict)  # file: its bytes after
    patches: dict = field(default_factory=dict)  # file: its diff with nothing hidden
    files: int = 0
    changed: int = 0
    passed: int = 0  # files without a failure

    def fail(self, name, what):
        self.failures.append((name, what))


def check_folder(cfnfix, sources, work, options=(), skip_others=True):
    """Checks cfnfix on SOURCES, a list of (name, bytes); names are relative. WORK is made anew."""
    result = Result(files=len(sources))
    before = dict(sources)
    home = write_all(work, before)
    options = [*options, *(["--skip-non-templates"] if skip_others else [])]
    names = sorted(before)
    dry = _run(cfnfix, home, options, names, result, "dry run")
    if dry is None:
        return _check_without_culprits(cfnfix, sources, work, options, result)
    for name in names:
        if (home / name).read_bytes() != before[name]:
            result.fail(name, "the dry run changed the file")
    result.entries = entries = {entry["path"]: entry for entry in dry["files"]}
    if sorted(entries) != names:
        result.fail("*", f"files in the report: {sorted(set(entries) ^ set(names))[:5]}")
        return result
    _check_patches(cfnfix, home, options, names, before, dry, result)
    placed = _run(cfnfix, home, ["-i", *options], names, result, "in place")
    if placed is None:
        return result
    for entry in placed["files"]:
        if entry != entries.get(entry["path"]):
            result.fail(entry["path"], "dry run and -i report different things")
    result.after = {name: (home / name).read_bytes() for name in names}
    for name in names:
        _judge(name, before[name], result, options)
    _check_second_run(cfnfix, home, options, names, result)
    _check_left_behind(home, names, result)
    result.passed = result.files - len({name for name, _ in result.failures})
    return result


def _check_without_culprits(cfnfix, sources, work, options, crashed):
    """After a crash: names the files that crash by themselves, and goes on with the others."""
    home, culprits = write_all(work, dict(sources)), []
    for name, _ in sources:
        run = cfnfix("--format", "json", *options, "--", name, cwd=home)
        if run.crashed:
            culprits.append((name, f"crash: {run}"))
    rest = [source for source in sources if source[0] not in dict(culprits)]
    if not culprits or not rest:
        crashed.failures += culprits
        return crashed
    result = check_folder(cfnfix, rest, work, options, skip_others=False)
    result.files, result.failures = len(sources), culprits + result.failures
    return result


def write_all(work, files):
    program.fresh(work)
    for name, data in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(data)
    return work


def _run(cfnfix, home, options, names, result, what):
    """The report of a run, with its exit code and summary checked; None if there is none."""
    run = cfnfix("--format", "json", *options, "--", *names, cwd=home, timeout=600)
    if run.crashed:
        result.fail("*", f"{what}: crash: {run}")
        return None
    try:
        report = run.json()
    except ValueError as error:
        result.fail("*", f"{what}: no JSON: {error}; {run}")
        return None
    states = [entry["state"] for entry in report["files"]]
    code = 2 if "error" in states else int("changed" in states and what == "dry run")
    if run.code != code:
        result.fail("*", f"{what}: exit code {run.code} instead of {code}; {run.err[-200:]!r}")
    _check_summary(report, result, what)
    return report


def _check_summary(report, result, what):
    count = {"fixed": 0, "needs-consent": 0, "cannot-fix": 0}
    for entry in report["files"]:
        for finding in entry["findings"]:
            count[finding["state"]] += 1
    states = [entry["state"] for entry in report["files"]]
    wanted = {
        "files": len(states), "changed": states.count("changed"), "fixed": count["fixed"],
        "needsConsent": count["needs-consent"], "cannotFix": count["cannot-fix"],
        "accepted": 0, "errors": states.count("error"), "doneBefore": 0
    }
    if report["summary"] != wanted:
        result.fail("*", f"{what}: summary {report['summary']} instead of {wanted}")


def _check_patches(cfnfix, home, options, names, before, dry, result):
    """The diff on standard output is what the report has, and so is that of --patch, but for hidden
    passwords; patch and git take it."""
    shown = "".join(entry["diff"] for entry in dry["files"]).encode()
    patch = home.parent / (home.name + ".diff")
    run = cfnfix(*options, "--", *names, cwd=home, timeout=600)
    if run.out != shown:
        result.fail("*", "the diff on standard output is not that of the report")
    patch.unlink(missing_ok=True)
    cfnfix("--patch", patch, *options, "--", *names, cwd=home, timeout=600)
    whole = patch.read_bytes() if patch.exists() else b""
    _keep_patches(whole.decode(), dry, result)
    _check_summary_text(run, before, result)
    if not whole:
        return
    for tool in (["git", "apply", "--whitespace=nowarn"],
                 ["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-i"]):
        copy = write_all(home.parent / f"{home.name}-{tool[0]}", before)
        done = subprocess.run([*tool, str(patch)],
                              cwd=copy,
                              capture_output=True,
                              env=program.os.environ | program.ENVIRONMENT)
        if done.returncode or b"offset" in done.stdout or b"fuzz" in done.stdout:
            result.fail("*", f"{tool[0]}: {done.stdout[-200:]!r} {done.stderr[-200:]!r}")
        result.after.setdefault(tool[0], {n: (copy / n).read_bytes() for n in names})
        shutil.rmtree(copy)
    result.tools = {tool: result.after.pop(tool) for tool in ("git", "patch")}


def _keep_patches(whole, dry, result):
    """Gives each file its diff of --patch, which is the report's but for what that hides."""
    changed = [entry for entry in dry["files"] if entry["diff"]]
    patches = hidden.split(whole)
    if len(patches) != len(changed):
        result.fail("*", "--patch and the report have different diffs")
        return
    for entry, patch in zip(changed, patches):
        result.patches[entry["path"]] = patch
        same = hidden.is_shown_form(entry["diff"], patch) if entry["secretsHidden"] else (
            entry["diff"] == patch)
        if not same:
            result.fail(entry["path"], "--patch and the report have different diffs")


def _check_summary_text(run, before, result):
    """What is printed for people has no password that is no name as well."""
    printed = run.err.decode("utf-8", "replace")
    hides = any(HIDDEN_LINE.match(line) for line in run.err.decode().split("\n"))
    if hides != any(hidden.HIDDEN in e["diff"] and e["secretsHidden"] and
                    e["diff"] != result.patches.get(n) for n, e in result.entries.items()):
        result.fail("*", "the summary does not say whether the diff hides something")
    for name, entry in result.entries.items():
        for text in _passwords(before[name], entry):
            is_word = len(text) < 8 or text.isalnum() or any(
                text in told for e in result.entries.values() for told in hidden.told(e))
            if not is_word and text in printed:
                result.fail(name, f"the password {text!r} is printed")


def _passwords(data, entry):
    """Read from the template, at the places that the report names."""
    if entry["state"] not in ("changed", "unchanged"):
        return set()
    try:
        return hidden.passwords(tree.read(tree.decode(data)), entry["findings"])
    except (tree.Unreadable, Violation):
        return set()


def _check_secrets(before, entry):
    if entry["secretsHidden"] and hidden.REPAIR not in [f["id"] for f in entry["findings"]]:
        raise Violation("something is hidden where no password is found")
    texts = list(hidden.told(entry))
    for password in _passwords(before, entry):
        for form in hidden.forms(password):
            shown = [text for text in texts if hidden.shows(text, form)]
            if shown:
                raise Violation(f"the password {password!r} is told: {shown[0][:100]!r}")


def _judge(name, before, result, options):
    """All that is asserted of one file."""
    entry, after = result.entries[name], result.after[name]
    result.changed += before != after
    try:
        _check_state(entry, before, after)
        _check_diff(name, result.patches.get(name, ""), before, after,
                    getattr(result, "tools", {}))
        _check_secrets(before, entry)
        _check_ends(before, after)
        if entry["state"] in ("changed", "unchanged"):
            _check_findings(entry, tree.decode(before))
            _check_consent(entry, options)
    except (Violation, diff.BadDiff) as problem:
        result.fail(name, str(problem))
    if before == after:
        return
    try:
        was = tree.read(tree.decode(before))
        tree.comments(tree.decode(before))
    except tree.Unreadable as why:
        result.unjudged.append((name, str(why)))
        return
    try:
        now = tree.read(tree.decode(after))
        judge_trees(tree.decode(before), tree.decode(after), was, now, entry)
    except (Violation, tree.Unreadable) as problem:
        result.fail(name, str(problem))


def _check_state(entry, before, after):
    state = entry["state"]
    if (state == "changed") != (before != after):
        raise Violation(
            f"state {state}, but the file has {'' if before != after else 'not '}changed")
    if (state == "error") != bool(entry["errors"]):
        raise Violation(f"state {state} with the errors {entry['errors']}")
    if (state == "changed") != bool(entry["operations"]) or (state == "changed") != bool(
            entry["diff"]):
        raise Violation(
            f"state {state}, {len(entry['operations'])} operations, diff of {len(entry['diff'])}")


def _check_diff(name, patch, before, after, tools):
    files = diff.parse(patch.encode())
    if [f.path for f in files] != ([name] if before != after else []):
        raise Violation(f"diff of {[f.path for f in files]}")
    if files and diff.apply(before, files[0]) != after:
        raise Violation("the diff gives other bytes")
    for tool, results in tools.items():
        if results[name] != after:
            raise Violation(f"{tool} makes other bytes of the diff")


def _check_ends(before, after):
    if before.startswith(BOM) != after.startswith(BOM):
        raise Violation("byte order mark lost or new")
    if before.endswith(b"\n") != after.endswith(b"\n"):
        raise Violation("the end of the last line changed")
    breaks, feeds = before.count(b"\r\n"), before.count(b"\n")
    if breaks in (0, feeds) and after.count(b"\r\n") != (after.count(b"\n") if breaks else 0):
        raise Violation("CRLF and LF mixed")


def _check_findings(entry, text):
    lines = text.split("\n")
    done = {i for op in entry["operations"] for i in op["findings"]}
    for i, finding in enumerate(entry["findings"]):
        start, end = finding["range"]["start"], finding["range"]["end"]
        if (start["line"], start["column"]) > (end["line"], end["column"]):
            raise Violation(f"finding {i}: range ends before it starts")
        for place in (start, end):
            if not 1 <= place["line"] <= len(lines) or not 1 <= place["column"] <= len(
                    lines[place["line"] - 1]) + 1:
                raise Violation(f"finding {i}: {place} is not in the file")
        fixed = finding["state"] == "fixed"
        if fixed != (i in done):
            raise Violation(
                f"finding {i} is {finding['state']}, operations "
                f"{'name' if i in done else 'do not name'} it"
            )
        if not fixed and not finding["reason"]:
            raise Violation(f"finding {i} ({finding['id']}) is {finding['state']} without a reason")
        if "\n" in finding["message"] or not finding["message"]:
            raise Violation(f"finding {i}: message {finding['message']!r}")


def _check_consent(entry, options):
    """What needs consent is fixed with --unsafe-fixes, and only then. A profile may decide
    otherwise."""
    if "--profile" in options:
        return
    wanted = "fixed" if "--unsafe-fixes" in options else "needs-consent"
    for i, finding in enumerate(entry["findings"]):
        unsafe = finding["safety"] == "unsafe" or finding["state"] == "needs-consent"
        if unsafe and finding["state"] not in (wanted, "cannot-fix"):
            raise Violation(
                f"finding {i} ({finding['id']}) needs consent and is {finding['state']}")


def judge_trees(before, after, was, now, entry):
    """The operations of a report turn WAS into NOW, and nothing else changed. Raises Violation."""
    _check_ranges(before, was, entry)
    done = hidden.mark(entry["operations"]) if entry["secretsHidden"] else entry["operations"]
    wanted, touched = operations.apply(was, done)
    twins = {}
    operations.compare(wanted, now, twins)
    check_lines(before, after, touched, twins)


def _check_ranges(text, root, entry):
    """The place of a finding of the first round is that of its path."""
    lines = tree.Lines(text)
    for finding in entry["findings"] if entry["rounds"] < 2 else []:
        if operations.is_ambiguous(root, finding["path"]):
            continue
        container, index, node = operations.lookup(root, finding["path"])
        first = container.pairs[
            index].key if container is not None and container.kind == "map" else node
        low = lines.at(max(0, min(first.start, node.start)))
        high = lines.at(max(node.start, node.end - 1))
        if not low <= finding["range"]["start"]["line"] - 1 <= high:
            raise Violation(f"finding at line {finding['range']['start']['line']}, "
                            f"but {finding['path']} is at {low + 1} to {high + 1}")


def _check_second_run(cfnfix, home, options, names, result):
    again = _run(cfnfix, home, options, names, result, "second run")
    for entry in again["files"] if again else []:
        name, first = entry["path"], result.entries[entry["path"]]
        if entry["state"] == "changed" or entry["diff"]:
            again_fixed = [f["id"] for f in entry["findings"] if f["state"] == "fixed"]
            result.fail(name, f"a second run changes it again: {again_fixed}")
        known = [(f["id"], f["logicalId"], f["state"]) for f in first["findings"]
                 if f["state"] != "fixed"]
        new = [
            f["id"] for f in entry["findings"] if (f["id"], f["logicalId"], f["state"]) not in known
        ]
        if new and entry["state"] != "changed":
            result.fail(name, f"a second run finds what the first did not: {new}")


def _check_left_behind(home, names, result):
    found = {
        str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and ".git" not in p.parts
    }
    if found != set(names):
        result.fail("*", f"files left behind: {sorted(found ^ set(names))[:5]}")


# ---- Folders and the command line ----


def collect(folder):
    """(name, bytes) of the templates under FOLDER."""
    return [(str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob("*"))
            if path.suffix in program.SUFFIXES and path.is_file()]


def report(tally, label, result, unjudged_limit=0.02):
    """Adds RESULT to TALLY, a passed check for each file."""
    for name, what in result.failures:
        tally.check(False, f"{label} {name}", what)
    tally.passed += max(0, result.passed)
    for name, why in result.unjudged:
        tally.note(f"not judged: {label} {name}: {why}")
    tally.check(
        len(result.unjudged) <= max(1, unjudged_limit * result.files),
        f"{label}: too many files not judged", len(result.unjudged))
    tally.note(f"{label}: {result.files} files, {result.changed} changed, "
               f"{len(result.unjudged)} not judged, {len(result.failures)} failures")


def main():
    parser = program.arguments(__doc__.split("\n")[0])
    parser.add_argument("--option", action="append", default=[], help="an option for cfnfix")
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args()
    tally, work, cfnfix = program.Tally(), program.work_folder(given.work), program.Program(
        given.cfnfix)
    for number, folder in enumerate(given.folders):
        result = check_folder(cfnfix, collect(folder), work / f"check{number}", given.option)
        report(tally, f"{folder} {' '.join(given.option)}".strip(), result)
    tally.end()


if __name__ == "__main__":
    main()
